import FuzzSupport
import STUN
import Wire

/// Any datagram as a STUN message; what was read lies within it, and what can be written reads back the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    withDatagram(input.rest()) { datagram in check(datagram.bytes) }
    return 0
}
