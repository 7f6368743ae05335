/// Why bytes from the network are not what they should be.
///
/// It stops at the engine's edge, where the packet is dropped and counted.
@usableFromInline
package enum ParseError: Error, Equatable, Sendable {
    /// A field of `needed` bytes at `offset` would end past the `available` bytes.
    case truncated(offset: Int, needed: Int, available: Int)
    /// A field holds a value that its standard does not allow.
    case invalid(field: StaticString, value: Int)

    @usableFromInline package static func == (lhs: ParseError, rhs: ParseError) -> Bool {
        switch (lhs, rhs) {
        case (
            .truncated(let offset, let needed, let available), .truncated(let otherOffset, let otherNeeded, let other)
        ):
            offset == otherOffset && needed == otherNeeded && available == other
        case (.invalid(let field, let value), .invalid(let otherField, let other)):
            field.description == otherField.description && value == other
        case (.truncated, .invalid), (.invalid, .truncated):
            false
        }
    }
}
