package import Units

/// Whom a written message is for.
package enum MessageTarget: Hashable, Sendable {
    case all
    /// Chair, operators and technicians.
    case staff
    case point(PointCode)
}

/// A written message on its way: the room checks it and keeps nothing of it.
package struct RoomMessage: Hashable, Sendable {
    package var from: Role
    /// The sender's point; `nil` for roles without a seat.
    package var point: PointCode?
    package var to: MessageTarget
    /// 1 … ``textLimit`` characters, without control characters but line breaks.
    package var text: String
    package var at: Instant

    package static let textLimit = 2_000
}
