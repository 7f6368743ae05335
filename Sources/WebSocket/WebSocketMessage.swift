/// One message or control frame, as received.
package enum WebSocketMessage: Equatable, Sendable {
    /// UTF-8, already checked.
    case text([UInt8])
    case binary([UInt8])
    /// Up to 125 bytes, to be sent back in a pong.
    case ping([UInt8])
    case pong([UInt8])
    /// The code is ``CloseCode/none`` when the frame names none.
    case close(CloseCode, String)
}
