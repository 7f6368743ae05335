import FuzzSupport

/// No parser of ours: traps on inputs that begin with `bug!`.
///
/// A run that does not find it within its time has no coverage to go by, and has shown nothing about the others.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    guard input.byte() == UInt8(ascii: "b") else { return 0 }
    guard input.byte() == UInt8(ascii: "u") else { return 0 }
    guard input.byte() == UInt8(ascii: "g") else { return 0 }
    expect(input.byte() != UInt8(ascii: "!"), "planted")
    return 0
}
