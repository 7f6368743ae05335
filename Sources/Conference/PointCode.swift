/// The key of a bridge point, everywhere: an official unit code (`25747`) or a bridge's own (`hcmc-main`).
///
/// Names are neither unique nor ASCII; codes are both: 1 … 32 letters, digits, `-`, `_` and `.`.
package struct PointCode: Hashable, Comparable, Sendable, LosslessStringConvertible {
    package let rawValue: String
    package static let lengthRange = 1...32

    /// Takes `text` as it is; `nil` when it is too long or holds other characters.
    package init?(_ text: String) {
        guard CodeText.isValid(text, length: Self.lengthRange, extra: "-_.") else { return nil }
        rawValue = text
    }

    package var description: String { rawValue }
    package static func < (lhs: PointCode, rhs: PointCode) -> Bool { lhs.rawValue < rhs.rawValue }
}
