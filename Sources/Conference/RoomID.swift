/// The name of a room in URLs and tokens, such as `hcmc-168`: 1 … 64 letters, digits, `-`, `_` and `.`.
package struct RoomID: Hashable, Comparable, Sendable, LosslessStringConvertible {
    package let rawValue: String
    package static let lengthRange = 1...64

    /// Takes `text` as it is; `nil` when it is too long or holds other characters.
    package init?(_ text: String) {
        guard CodeText.isValid(text, length: Self.lengthRange, extra: "-_.") else { return nil }
        rawValue = text
    }

    package var description: String { rawValue }
    package static func < (lhs: RoomID, rhs: RoomID) -> Bool { lhs.rawValue < rhs.rawValue }
}
