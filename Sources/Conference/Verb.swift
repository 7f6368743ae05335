/// What a participant may ask the room to do; the raw value is the name on the wire.
package enum Verb: String, CaseIterable, Sendable {
    /// Request the floor (RFC 8855 §3).
    case ask
    /// Cancel the own request, or release the floor.
    case withdraw
    /// Grant the floor.
    case give
    /// Revoke the floor, or deny a request.
    case take
    case mute
    case unmute
    /// Choose who is seen.
    case program
    /// Choose how speaking is ordered.
    case mode
    /// Let nobody new in.
    case lock
    /// Put a point out.
    case remove
    /// Let a point that was put out in again.
    case readmit
    /// Say who sits at a point.
    case delegates
    case message
    /// Report the own line's figures, or watch everybody's.
    case stats
}
