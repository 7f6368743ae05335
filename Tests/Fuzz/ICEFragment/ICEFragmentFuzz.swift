import FuzzSupport
import SDP

/// The content of a PATCH; what was read is written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    guard let fragment = try? ICEFragment(parsing: input.rest()) else { return 0 }
    guard let again = try? ICEFragment(parsing: fragment.description) else {
        expect(false, "our own fragment")
        return 0
    }
    expect(again.credentials == fragment.credentials && again.candidates == fragment.candidates, "fragment")
    return 0
}
