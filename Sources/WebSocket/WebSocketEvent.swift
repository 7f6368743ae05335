/// What a connection tells its owner.
package enum WebSocketEvent: Equatable, Sendable {
    /// Which end closed the connection, or lost it.
    package enum Side: Equatable, Sendable {
        case local
        case peer
    }

    /// UTF-8, already checked.
    case text([UInt8])
    case binary([UInt8])
    /// The last event. Write what ``WebSocketConnection/takeOutput()`` still has, then close the transport.
    ///
    /// By `.peer`: its close frame's code and reason, or ``CloseCode/abnormal`` when the transport ended without one.
    /// By `.local`: ours; ``CloseCode/abnormal`` when nothing was received for too long.
    case closed(CloseCode, reason: String, by: Side)
}
