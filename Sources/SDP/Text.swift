// Words and numbers on UTF-8: `Character` would join CR and LF into one.

extension StringProtocol {
    /// The parts between spaces, empty ones left out.
    var words: [Substring] { split(on: " ") }

    /// The parts between `separator`s, empty ones left out.
    func split(on separator: Unicode.Scalar) -> [Substring] {
        Substring(self).utf8.split { $0 == UInt8(truncatingIfNeeded: separator.value) }.map { Substring($0) }
    }

    /// Head and tail around the first `separator`; the tail is `nil` where there is none.
    func cut(at separator: Unicode.Scalar) -> (head: Substring, tail: Substring?) {
        let text = Substring(self).utf8
        guard let index = text.firstIndex(of: UInt8(truncatingIfNeeded: separator.value)) else {
            return (Substring(text), nil)
        }
        return (Substring(text[..<index]), Substring(text[text.index(after: index)...]))
    }

    /// Without spaces at either end.
    var trimmed: Substring {
        var text = Substring(self).utf8
        while text.first == UInt8(ascii: " ") { text.removeFirst() }
        while text.last == UInt8(ascii: " ") { text.removeLast() }
        return Substring(text)
    }

    /// RFC 8866 §9, `token`.
    var isToken: Bool {
        !utf8.isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case 0x21, 0x23...0x27, 0x2A...0x2B, 0x2D...0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
                default: false
                }
            }
    }

    /// RFC 8839 §5.1, `ice-char`s; `-` and `_`, which old stacks write, pass too.
    var isICEText: Bool {
        utf8.allSatisfy { byte in
            switch byte {
            case 0x2B, 0x2F, 0x2D, 0x5F, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: false
            }
        }
    }
}

extension FixedWidthInteger {
    /// Reads decimal digits and nothing else: no sign, at least one.
    init?(decimal digits: some Collection<UInt8>) {
        guard !digits.isEmpty, digits.count <= 20 else { return nil }
        var value: Self = 0
        for digit in digits {
            guard (48...57).contains(digit), let number = Self(exactly: digit - 48) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(number)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        self = value
    }
}

extension UInt8 {
    var twoHexDigits: String { (self < 16 ? "0" : "") + String(self, radix: 16, uppercase: true) }
}
