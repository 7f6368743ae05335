import STUN
import Wire

/// HMAC-SHA1 (RFC 2104, RFC 3174) in plain Swift, for tests of what takes a `MessageAuthenticator`.
package struct TestAuthenticator: MessageAuthenticator {
    package init() {}

    package func hmacSHA1(
        key: borrowing RawSpan, head: borrowing RawSpan, body: borrowing RawSpan
    ) -> [20 of UInt8] {
        var block = key.array
        if block.count > 64 { block = Self.sha1(block) }
        block += Array(repeating: 0, count: 64 - block.count)
        let inner = Self.sha1(block.map { $0 ^ 0x36 } + head.array + body.array)
        let outer = Self.sha1(block.map { $0 ^ 0x5C } + inner)
        var digest: [20 of UInt8] = .init(repeating: 0)
        for index in digest.indices { digest[index] = outer[index] }
        return digest
    }

    /// The 20 bytes of SHA-1.
    package static func sha1(_ message: [UInt8]) -> [UInt8] {
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        padded += (0..<8).map { UInt8(truncatingIfNeeded: UInt64(message.count * 8) >> (56 - 8 * UInt64($0))) }

        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        for start in stride(from: 0, to: padded.count, by: 64) {
            var words = (0..<16).map { word in
                (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(padded[start + 4 * word + $1]) }
            }
            for index in 16..<80 {
                words.append(rotated(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1))
            }
            mix(words, into: &state)
        }
        return state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    }

    private static func mix(_ words: [UInt32], into state: inout [UInt32]) {
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for (round, word) in words.enumerated() {
            let (choice, constant): (UInt32, UInt32) =
                switch round {
                case ..<20: (b & c | ~b & d, 0x5A82_7999)
                case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case ..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let sum = rotated(a, 5) &+ choice &+ e &+ constant &+ word
            (a, b, c, d, e) = (sum, a, rotated(b, 30), c, d)
        }
        for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
