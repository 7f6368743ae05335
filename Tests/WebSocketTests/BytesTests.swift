import SimulatedNetwork
import Testing

@testable import WebSocket

/// The small parts that work on bytes: text, masks, Base64.
@Suite("Bytes")
struct BytesTests {
    /// How many bytes were accepted, one at a time, and whether the text could end there.
    private func accepted(_ bytes: [UInt8]) -> (count: Int, isComplete: Bool) {
        var check = UTF8Check()
        for (index, byte) in bytes.enumerated() {
            guard check.accept([byte].span.bytes) else { return (index, false) }
        }
        return (bytes.count, check.isComplete)
    }

    private func isText(_ bytes: [UInt8]) -> Bool {
        var check = UTF8Check()
        return check.accept(bytes.span.bytes) && check.isComplete
    }

    @Test("the first and the last character of each length")
    func boundaries() {
        for character in [
            "\u{0}", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}",
            "\u{10000}", "\u{3FFFF}", "\u{40000}", "\u{FFFFF}", "\u{100000}", "\u{10FFFF}",
        ] {
            let bytes = Array(character.utf8)
            #expect(isText(bytes))
            for count in 1..<max(bytes.count, 1) {
                #expect(accepted(Array(bytes.prefix(count))) == (count, false), "cut within a character")
            }
        }
    }

    @Test("wrong bytes are refused where they stand")
    func refused() {
        let cases: [(bytes: [UInt8], good: Int)] = [
            ([0x80], 0), ([0xBF], 0), ([0xC0, 0x80], 0), ([0xC1, 0xBF], 0), ([0xF5, 0x80], 0), ([0xFE], 0), ([0xFF], 0),
            ([0xC2, 0x41], 1), ([0xC2, 0xC2], 1), ([0xE0, 0x9F, 0xBF], 1), ([0xED, 0xA0, 0x80], 1),
            ([0xF0, 0x8F, 0xBF, 0xBF], 1), ([0xF4, 0x90, 0x80, 0x80], 1), ([0xE1, 0x80, 0x41], 2),
            ([0xF1, 0x80, 0x80, 0xC0], 3), ([0x41, 0x42, 0x80], 2),
        ]
        for (bytes, good) in cases {
            #expect(accepted(bytes) == (good, false), "\(bytes)")
            #expect(!isText(bytes) && !isText(Array("in front of it".utf8) + bytes))
        }
    }

    @Test("the same judgement as the standard library's, whole and in two pieces", arguments: 0..<20 as Range<UInt64>)
    func likeStandardLibrary(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let alphabet: [UInt8] = [
            0x20, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xE1, 0xED, 0xF0, 0xF1, 0xF4,
        ]
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let expected = String(validating: bytes, as: UTF8.self) != nil
            #expect(isText(bytes) == expected, "\(bytes)")
            let cut = Int.random(in: 0...bytes.count, using: &random)
            var check = UTF8Check()
            let inPieces =
                check.accept(Array(bytes[..<cut]).span.bytes) && check.accept(Array(bytes[cut...]).span.bytes)
                && check.isComplete
            #expect(inPieces == expected, "\(bytes) cut at \(cut)")
        }
    }

    @Test("masking is byte by byte the key's, at every phase and length")
    func masking() {
        let key: UInt32 = 0x01_80_FE_3C
        let bytes: [UInt8] = [0x01, 0x80, 0xFE, 0x3C]
        for phase in 0..<5 {
            for start in 0..<3 {
                for count in 0..<35 {
                    let payload = (0..<(start + count + 2)).map { UInt8($0 &* 7 & 0xFF) }
                    var target = payload
                    var elements = target.mutableSpan
                    var span = elements.mutableBytes
                    Masking.apply(key, phase: phase, to: &span, in: start..<(start + count))
                    let expected = payload.enumerated().map { index, byte in
                        (start..<(start + count)).contains(index) ? byte ^ bytes[(index - start + phase) & 3] : byte
                    }
                    #expect(target == expected, "phase \(phase), \(count) bytes from \(start)")
                }
            }
        }
    }

    @Test("Base64 of RFC 4648 §10's examples")
    func base64() {
        let examples = [
            "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=",
            "foobar": "Zm9vYmFy",
        ]
        for (text, encoded) in examples { #expect(Base64.encode(Array(text.utf8)) == encoded) }
        #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
        #expect(Base64.isSixteenBytes(Base64.encode([UInt8](repeating: 0xFF, count: 16))))
        for text in [
            "", "Zg==", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZWE=",
            "dGhlIHNhbXBsZSBub25j_Q==", "dGhlIHNhbXBsZSBub25jZQ=a", "dGhlIHNhbXBs=SBub25jZQ==",
        ] {
            #expect(!Base64.isSixteenBytes(text), "\(text)")
        }
    }

    @Test("which close codes may stand in a frame")
    func closeCodes() {
        let allowed = (0...UInt16.max).filter { CloseCode(rawValue: $0).mayBeSent }
        #expect(allowed == Array(1000...1003) + Array(1007...1014) + Array(3000...4999))
    }
}
