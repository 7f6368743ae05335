package import Conference

/// Why a message was not understood; the connection goes on.
package enum MessageError: Error, Equatable, Sendable {
    /// No JSON, broken JSON, a field missing or of the wrong kind. With the command's id where it could be read.
    case badMessage(id: UInt64?)
    /// A message that is sound but of a type that this program doesn't know.
    case unsupported(id: UInt64?)

    package var id: UInt64? {
        switch self {
        case .badMessage(let id), .unsupported(let id): id
        }
    }

    /// What the answer says.
    package var refusal: Refusal {
        switch self {
        case .badMessage: .badMessage
        case .unsupported: .unsupported
        }
    }
}
