import RTP
import Testing
import Units
import Wire

@Suite("RTPHeader")
struct RTPHeaderTests {
    /// Marker, type 111, number 0x1234, time 0x01020304, source 0xCAFEBABE, payload AA BB.
    static let plain: [UInt8] = [0x80, 0xEF, 0x12, 0x34, 1, 2, 3, 4, 0xCA, 0xFE, 0xBA, 0xBE, 0xAA, 0xBB]
    /// Two CSRCs, one word of extension, three bytes of padding, payload AA.
    static let full: [UInt8] =
        [0xB2, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3] + [0, 0, 0, 4, 0, 0, 0, 5] + [0xBE, 0xDE, 0, 1, 0x10, 0x7F, 0, 0]
        + [0xAA, 0, 0, 3]

    @Test("fields of the fixed header")
    func plainPacket() throws {
        let header = try RTPHeader(bytes: Self.plain)
        #expect(header.marker)
        #expect(header.payloadType == 111)
        #expect(header.sequenceNumber.rawValue == 0x1234)
        #expect(header.timestamp == 0x0102_0304)
        #expect(header.ssrc == SSRC(rawValue: 0xCAFE_BABE))
        #expect(header.extensionBody.isEmpty)
        #expect(!header.hasPadding)
        #expect(header.payload == 12..<14)
        #expect(header.headerLength == 12)
    }

    @Test("CSRCs, extension and padding are left out of the payload")
    func fullPacket() throws {
        let header = try RTPHeader(bytes: Self.full)
        #expect(!header.marker)
        #expect(header.payloadType == 96)
        #expect(header.extensionBody == 24..<28)
        #expect(header.hasPadding)
        #expect(header.payload == 28..<29)
        #expect(header.headerLength == 28)
    }

    @Test("an encrypted packet's last byte is no padding count")
    func protected() throws {
        var bytes = Self.full
        bytes[bytes.count - 1] = 0xFF
        let header = try RTPHeader(protected: bytes)
        #expect(header.payload == 28..<32)
        #expect(header.hasPadding)
        #expect(throws: ParseError.invalid(field: "padding", value: 255)) { try RTPHeader(bytes: bytes) }
    }

    @Test("every truncation before the payload is an error", arguments: [plain, full])
    func truncated(bytes: [UInt8]) throws {
        let whole = try RTPHeader(bytes: bytes)
        for length in 0..<whole.headerLength {
            #expect(throws: ParseError.self, "cut to \(length)") { try RTPHeader(bytes: Array(bytes.prefix(length))) }
            #expect(throws: ParseError.self) { try RTPHeader(protected: Array(bytes.prefix(length))) }
        }
        #expect(try RTPHeader(protected: Array(bytes.prefix(whole.headerLength))).payload.isEmpty)
    }

    @Test("only version 2 is RTP", arguments: [0, 1, 3])
    func version(_ version: UInt8) {
        var bytes = Self.plain
        bytes[0] = version << 6
        #expect(throws: ParseError.invalid(field: "version", value: Int(version))) { try RTPHeader(bytes: bytes) }
    }

    @Test("padding is 1 … all of the payload", arguments: [0, 5, 255])
    func wrongPadding(_ padding: UInt8) {
        var bytes = Self.full
        bytes[bytes.count - 1] = padding
        #expect(throws: ParseError.invalid(field: "padding", value: Int(padding))) { try RTPHeader(bytes: bytes) }
    }

    @Test("a packet of padding alone is sound and empty")
    func paddingOnly() throws {
        let header = try RTPHeader(bytes: [0xA0, 96] + [UInt8](repeating: 0, count: 10) + [0, 0, 0, 4])
        #expect(header.payload == 12..<12)
    }

    @Test("the P bit without a byte to count it is an error")
    func paddingWithoutBytes() {
        #expect(throws: ParseError.invalid(field: "padding", value: 0)) {
            try RTPHeader(bytes: [0xA0, 96] + [UInt8](repeating: 0, count: 10))
        }
    }

    @Test("an extension of no words has an empty body")
    func emptyExtension() throws {
        let header = try RTPHeader(bytes: [0x90, 96] + [UInt8](repeating: 0, count: 10) + [0xBE, 0xDE, 0, 0, 7])
        #expect(header.extensionBody.isEmpty)
        #expect(header.payload == 16..<17)
    }

    @Test("what is written is read again", arguments: wrapAroundStarts, [0, 5])
    func writes(number: UInt16, offset: Int) throws {
        let header = RTPHeader(
            marker: number % 2 == 1, payloadType: 0xE0, sequenceNumber: SequenceNumber(rawValue: number),
            timestamp: .max - UInt32(number), ssrc: SSRC(rawValue: 0xFFFF_FFFF))
        #expect(header.payloadType == 0x60)
        var bytes = [UInt8](repeating: 0xEE, count: offset + 12)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        try header.write(to: &raw, at: offset)
        #expect(try RTPHeader(bytes: Array(bytes[offset...])) == header)
        #expect(bytes.prefix(offset).allSatisfy { $0 == 0xEE })
    }

    @Test("flags of extension and padding are written")
    func flags() throws {
        let header = RTPHeader(
            marker: false, payloadType: 1, sequenceNumber: SequenceNumber(rawValue: 2), timestamp: 3,
            ssrc: SSRC(rawValue: 4))
        var bytes = [UInt8](repeating: 0xFF, count: 12)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        try header.write(to: &raw, hasExtension: true, hasPadding: true)
        #expect(bytes == [0xB0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4])
    }

    @Test("a short packet is not written to", arguments: 0..<12)
    func writeTooShort(count: Int) {
        let header = RTPHeader(
            marker: false, payloadType: 1, sequenceNumber: SequenceNumber(rawValue: 2), timestamp: 3,
            ssrc: SSRC(rawValue: 4))
        var bytes = [UInt8](repeating: 0xEE, count: count)
        #expect(throws: ParseError.self) {
            var span = bytes.mutableSpan
            var raw = span.mutableBytes
            try header.write(to: &raw)
        }
        #expect(bytes.allSatisfy { $0 == 0xEE })
    }

    @Test("random bytes never trap, and what they claim lies within them", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SeededRandom(state: seed)
        for _ in 0..<2_000 {
            var bytes = random.bytes(Int.random(in: 0...80, using: &random))
            if !bytes.isEmpty { bytes[0] = bytes[0] & 0x33 | 0x80 }
            guard let header = try? RTPHeader(bytes: bytes) else { continue }
            #expect(header.payload.upperBound <= bytes.count)
            #expect(header.extensionBody.upperBound <= header.payload.lowerBound)
        }
    }
}
