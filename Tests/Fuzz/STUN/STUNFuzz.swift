import FuzzSupport
import OpenSSL
import STUN
import Units
import Wire

/// A first byte that chooses, then a datagram as it is (even), or attributes that a message is made of (odd): made by
/// us it must be read, with integrity and fingerprint right, which a fuzzer does not guess.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    if input.byte() & 1 == 0 {
        withDatagram(input.rest()) { read($0.bytes, isOurs: false) }
    } else {
        writeAndRead(&input)
    }
    return 0
}

private let key = Array("0123456789abcdefghijkl".utf8)

private func read(_ datagram: borrowing RawSpan, isOurs: Bool) {
    let count = datagram.byteCount
    expect(STUNMessage.username(of: datagram), within: count, "user name")
    expect(STUNMessage.receiverFragment(of: datagram), within: count, "fragment")
    guard let message = try? STUNMessage(parsing: datagram) else { return }
    for range in [message.username, message.software, message.integrity, message.unknownToPeer] {
        expect(range, within: count, "attribute")
    }
    let isAuthentic = message.isAuthentic(in: datagram, key: key.span.bytes, authenticator: Authenticator())
    expect(isAuthentic || !isOurs, "integrity of our own message")
    expect(message.hasFingerprint || !isOurs, "fingerprint of our own message")
    for index in 0..<message.notUnderstood.count { _ = message.notUnderstood[index].isComprehensionRequired }
}

private func writeAndRead(_ input: inout FuzzInput) {
    let messageClass = STUNMessage.Class(rawValue: input.byte() & 3) ?? .request
    let method = STUNMessage.Method(rawValue: input.number() & 0xFFF)
    let transaction = TransactionID(high: input.number(), low: input.number())
    withDatagram([UInt8](repeating: 0, count: 1_200)) { room in
        do throws(ParseError) {
            var writer = try STUNWriter(messageClass, method, transaction, into: &room)
            while !input.isEmpty {
                if input.byte() & 1 == 0 {
                    let address = IPAddress(v6: input.number(), input.number()).unmapped
                    try writer.appendMappedAddress(SocketAddress(address, port: input.number()), into: &room)
                } else {
                    let type = STUNAttribute(rawValue: input.number())
                    guard type != .messageIntegrity, type != .fingerprint else { continue }
                    try writer.append(type, input.piece().span.bytes, into: &room)
                }
            }
            try writer.appendIntegrity(key: key.span.bytes, authenticator: Authenticator(), into: &room)
            try writer.appendFingerprint(into: &room)
            read(try room.bytes.checkedExtracting(0..<writer.length), isOurs: true)
        } catch {}
    }
}

private struct Authenticator: MessageAuthenticator {
    func hmacSHA1(key: borrowing RawSpan, head: borrowing RawSpan, body: borrowing RawSpan) -> [20 of UInt8] {
        OpenSSL.hmacSHA1(key: key, head, body)
    }
}
