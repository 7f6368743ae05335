/// One media resource: the last part of its `Location` (RFC 9725 §4.2), 128 random bits as 32 hexadecimal digits.
package struct MediaResourceID: Hashable, Sendable, LosslessStringConvertible {
    private let bits: Random128

    package init(using random: inout some RandomNumberGenerator) { bits = Random128(using: &random) }

    package init?(_ text: String) {
        guard let bits = Random128(text[...]) else { return nil }
        self.bits = bits
    }

    package var description: String { bits.description }
}
