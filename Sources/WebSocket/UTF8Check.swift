/// Checks text for UTF-8 piece by piece and fails at the first byte that cannot be (RFC 3629 §4).
///
/// Refused are overlong forms, surrogates, and what lies above U+10FFFF. ASCII is checked eight bytes at a time.
struct UTF8Check: Sendable {
    /// Bytes that the character begun still needs.
    private var missing: UInt8 = 0
    /// What the next of them may be: narrower than 80 … BF only behind some first bytes.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether the text so far ends behind a whole character.
    var isComplete: Bool { missing == 0 }

    /// Goes on with `bytes`.
    ///
    /// - Returns: Whether all of them can be text; after a `false` the state means nothing.
    mutating func accept(_ bytes: borrowing RawSpan) -> Bool {
        var index = 0
        while index < bytes.byteCount {
            if missing == 0 {
                index = Self.endOfASCII(bytes, from: index)
                if index == bytes.byteCount { return true }
            }
            // In range: the loop's own condition, and the one just above.
            guard accept(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) else { return false }
            index += 1
        }
        return true
    }

    private static func endOfASCII(_ bytes: borrowing RawSpan, from start: Int) -> Int {
        var index = start
        while bytes.byteCount - index >= 8 {
            // In range: eight bytes are left.
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            if word & 0x8080_8080_8080_8080 != 0 { break }
            index += 8
        }
        while index < bytes.byteCount, unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) < 0x80 {
            index += 1
        }
        return index
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard missing == 0 else {
            guard byte >= lowest && byte <= highest else { return false }
            missing -= 1
            (lowest, highest) = (0x80, 0xBF)
            return true
        }
        switch byte {
        case 0x00...0x7F: break
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, lowest) = (2, 0xA0)
        case 0xED: (missing, highest) = (2, 0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, lowest) = (3, 0x90)
        case 0xF4: (missing, highest) = (3, 0x8F)
        case 0xF1...0xF3: missing = 3
        default: return false
        }
        return true
    }
}
