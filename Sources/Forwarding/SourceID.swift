/// What a source shows or lets hear.
package enum SourceKind: UInt8, Hashable, Sendable {
    case microphone, camera, screen

    package var isPicture: Bool { self != .microphone }
}

/// One stream that can be put on slots: unique over all bridges of a conference and for a session's life.
package struct SourceID: Hashable, Sendable {
    /// The bridge that receives it from its sender.
    package var bridge: UInt16
    /// The room, by its number on that bridge.
    package var room: UInt32
    /// The media resource that sends it, by its number on that bridge; never used twice.
    package var resource: UInt32
    package var kind: SourceKind
    /// Simulcast layer in order of the offer; 0 where there is but one.
    package var layer: UInt8
    /// Counts the streams that the sender began for this layer: one that begins anew is another source.
    package var incarnation: UInt32

    package init(
        bridge: UInt16, room: UInt32, resource: UInt32, kind: SourceKind, layer: UInt8, incarnation: UInt32 = 0
    ) {
        self.bridge = bridge
        self.room = room
        self.resource = resource
        self.kind = kind
        self.layer = layer
        self.incarnation = incarnation
    }
}

/// The codecs that are forwarded.
package enum MediaCodec: UInt8, Hashable, Sendable, CaseIterable {
    case opus, vp8, h264

    /// Ticks of the RTP clock a second (RFC 7587 §4.1, RFC 7741 §4.1, RFC 6184 §5.1).
    package var clockRate: UInt32 { self == .opus ? 48_000 : 90_000 }
}
