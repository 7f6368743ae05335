/// 128 bits that nobody can guess, written as 32 small hexadecimal digits: what ids and secrets are made of.
struct Random128: Hashable, Sendable, CustomStringConvertible {
    var high: UInt64
    var low: UInt64

    init(using random: inout some RandomNumberGenerator) {
        high = random.next()
        low = random.next()
    }

    /// Reads exactly 32 small hexadecimal digits; anything else is `nil`.
    init?(_ text: Substring) {
        guard text.utf8.count == 32, text.utf8.allSatisfy(Self.isDigit) else { return nil }
        guard let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16) else {
            return nil
        }
        self.high = high
        self.low = low
    }

    var description: String { Self.padded(high) + Self.padded(low) }

    /// Compares without branching on the bits, so that time says nothing about how much of a guess was right.
    static func == (lhs: Random128, rhs: Random128) -> Bool { (lhs.high ^ rhs.high) | (lhs.low ^ rhs.low) == 0 }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }

    private static func padded(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
