import RTP
import Testing
import Units
import Wire

@Suite("RTXPayload")
struct RTXPayloadTests {
    /// An RTX packet with `payload` and, where asked for, padding behind it.
    private func read(_ payload: [UInt8], padding: UInt8 = 0) throws -> RTXPayload? {
        var bytes: [UInt8] = [padding > 0 ? 0xA0 : 0x80, 97] + [UInt8](repeating: 0, count: 10) + payload
        if padding > 0 { bytes += [UInt8](repeating: 0, count: Int(padding) - 1) + [padding] }
        return RTXPayload(of: try RTPHeader(bytes: bytes), in: bytes.span.bytes)
    }

    @Test("the lost packet's number, then its payload", arguments: wrapAroundStarts)
    func reads(number: UInt16) throws {
        let payload = try #require(try read([UInt8(number >> 8), UInt8(number & 0xFF), 1, 2, 3]))
        #expect(payload.originalSequenceNumber.rawValue == number)
        #expect(payload.payload == 14..<17)
    }

    @Test("padding is no part of it")
    func padded() throws {
        #expect(try read([0, 1, 9], padding: 200)?.payload == 14..<15)
    }

    @Test("probes carry no packet", arguments: 0...2)
    func probe(count: Int) throws {
        #expect(try read([UInt8](repeating: 0, count: count)) == nil)
        #expect(try read([UInt8](repeating: 0, count: count), padding: 224) == nil)
    }

    @Test("what is written is read again", arguments: wrapAroundStarts)
    func writes(number: UInt16) throws {
        var bytes = [0x80, 97] + [UInt8](repeating: 0, count: 13)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        try RTXPayload.write(originalSequenceNumber: SequenceNumber(rawValue: number), to: &raw, at: 12)
        let payload = RTXPayload(of: try RTPHeader(bytes: bytes), in: bytes.span.bytes)
        #expect(payload?.originalSequenceNumber.rawValue == number)
    }
}
