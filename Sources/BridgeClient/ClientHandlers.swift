package import Participant
package import Units

/// Whom a ``Client`` tells; all are called on its loop, and may call the client.
package struct ClientHandlers {
    /// What became of the session; `.ended` comes last, and once.
    package var onEvent: (SessionEvent) -> Void = { _ in }
    /// Each received packet with its payload, which is valid only during the call.
    ///
    /// Called for each packet: keep it short.
    package var onMedia: (ReceivedPacket, borrowing RawSpan, Instant) -> Void = { _, _, _ in }
    /// A slot's timestamps were tied to the server's wall clock (anew).
    package var onSenderReport: (SlotID, SlotClock) -> Void = { _, _ in }
    /// Somebody wants a keyframe of this layer of the camera: a stored source can jump to one.
    package var onKeyframeWanted: (Int) -> Void = { _ in }

    package init() {}
}
