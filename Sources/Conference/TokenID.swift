/// A bearer token's `jti` (RFC 7519 §4.1.7): 1 … 64 letters, digits, `-`, `_` and `.`.
package struct TokenID: Hashable, Sendable, LosslessStringConvertible {
    package let rawValue: String
    package static let lengthRange = 1...64

    /// Takes `text` as it is; `nil` when it is too long or holds other characters.
    package init?(_ text: String) {
        guard CodeText.isValid(text, length: Self.lengthRange, extra: "-_.") else { return nil }
        rawValue = text
    }

    package var description: String { rawValue }
}
