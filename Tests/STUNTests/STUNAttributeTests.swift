import STUN
import Testing
import Units
import Wire

@Suite("STUN attributes")
struct STUNAttributeTests {
    /// A binding request with the given attributes, each with its head, padded by the caller.
    private func request(_ attributes: String) -> [UInt8] {
        let body = SampleMessages.bytes(attributes)
        return SampleMessages.bytes("0001") + [0, UInt8(body.count)]
            + SampleMessages.bytes("2112a442 b7e7a701 bc34d686 fa87dfae") + body
    }

    @Test("what must be understood is listed, what may be ignored is not (GOOG-NETWORK-INFO of Chromium)")
    func unknown() throws {
        let message = try parse(request("c0570004 00010032  0022 0004 00000000  7fff 0000  80010000"))
        #expect(message.notUnderstood.count == 2)
        #expect(message.notUnderstood[0].rawValue == 0x0022 && message.notUnderstood[1].rawValue == 0x7FFF)
    }

    @Test("a hundred unknown attributes take no more room than eight")
    func manyUnknown() throws {
        let message = try parse(request((0..<60).map { _ in "7f000000" }.joined()))
        #expect(message.notUnderstood.count == 8)
    }

    @Test("of two the first counts")
    func twice() throws {
        let message = try parse(request("00240004 00000001  00240004 00000002"))
        #expect(message.priority == 1)
        #expect(message.notUnderstood.isEmpty)
    }

    @Test("what stands between MESSAGE-INTEGRITY and FINGERPRINT is ignored")
    func afterIntegrity() throws {
        let integrity = "00080014" + String(repeating: "00", count: 20)
        let message = try parse(request(integrity + "00250000 00240004 00000001 7f000000"))
        #expect(message.integrity == 24..<44)
        #expect(!message.useCandidate && message.priority == nil && message.notUnderstood.isEmpty)
    }

    @Test(
        "an attribute of the wrong size or value is an error",
        arguments: [
            "00240003 00000000", "00240008 0000000000000000", "00250004 00000000", "80290004 00000000",
            "802a0000", "00080010 00000000000000000000000000000000", "00200004 00010000",
            "00200008 0002000000000000", "00200014 0001" + String(repeating: "0", count: 36), "00200000",
            "00090000", "00090004 00000263", "00090004 00000700", "00090004 00000464", "80280003 00000000",
            "80280004 00000000",
            // Longer than the message.
            "00060005 41424344", "0006ffff 41424344",
        ])
    func wrong(attribute: String) {
        #expect(throws: ParseError.self) { try parse(request(attribute)) }
    }

    @Test("nothing may follow FINGERPRINT, right as it may be")
    func afterFingerprint() throws {
        func fingerprinted(followedBy rest: String) -> [UInt8] {
            let covered = request("80280004 00000000" + rest)[..<20]
            let checksum = crc32(covered) ^ 0x5354_554E
            let digits = String(checksum + (1 << 32), radix: 16).dropFirst()
            return covered + SampleMessages.bytes("80280004" + digits + rest)
        }
        #expect(try parse(fingerprinted(followedBy: "")).hasFingerprint)
        #expect(throws: ParseError.invalid(field: "after FINGERPRINT", value: 0x8001)) {
            try parse(fingerprinted(followedBy: "80010000"))
        }
    }

    /// The checksum by definition, bit after bit.
    private func crc32(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var remainder: UInt64 = 0xFFFF_FFFF
        for byte in bytes {
            remainder ^= UInt64(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
        }
        return remainder ^ 0xFFFF_FFFF
    }

    @Test(
        "the receiver's fragment is what stands before the colon",
        arguments: [
            ("00060009 6576746a3a68367659202020", "evtj"), ("00060004 6576746a", nil), ("00060004 3a76746a", nil),
            ("00060004 613a3a6a", "a"), ("c0570004 00010032 00060003 613a6200", "a"), ("00240004 00000000", nil),
            ("00060000", nil),
        ] as [(String, String?)])
    func receiverFragment(attributes: String, expected: String?) {
        let datagram = request(attributes)
        let range = STUNMessage.receiverFragment(of: unsafe datagram.span.bytes)
        #expect(range.map { String(decoding: datagram[$0], as: UTF8.self) } == expected)
    }
}
