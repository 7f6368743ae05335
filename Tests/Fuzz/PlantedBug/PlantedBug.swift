import FuzzSupport
import Wire

/// No parser of ours: reads one byte behind a datagram that begins with `bug!`.
///
/// A run that does not find it works without coverage or without the address sanitizer, and shows nothing about the
/// others either.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let bytes = input.rest()
    guard bytes.first == UInt8(ascii: "b"), bytes.dropFirst().first == UInt8(ascii: "u"),
        bytes.dropFirst(2).first == UInt8(ascii: "g"), bytes.dropFirst(3).first == UInt8(ascii: "!")
    else { return 0 }
    var found: UInt8 = 0
    withDatagram(bytes) { datagram in
        datagram.withUnsafeMutableBytes { buffer in
            found = buffer.baseAddress?.load(fromByteOffset: buffer.count, as: UInt8.self) ?? 0
        }
    }
    expect(found == 0, "planted")
    return 0
}
