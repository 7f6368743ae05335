package import Units

/// Where a point is in its coming and going.
package enum PresenceState: String, CaseIterable, Sendable {
    /// Has not come yet.
    case expected
    /// Let in; ICE or DTLS is under way.
    case connecting
    case present
    /// Connected, but nothing authenticated for 6 s.
    case silent
    /// Was here and is gone, whether it left or was lost.
    case absent
}

/// What a media resource is sending at present, as the media loops see it.
package struct SentMedia: Hashable, Sendable {
    package var audio: Bool
    /// Whether the camera's picture is live; ``videoCodec`` and ``layers`` are about it.
    package var video: Bool
    package var screen: Bool
    package var videoCodec: VideoCodecName?
    /// Live simulcast layers: 1 without simulcast, 0 without a picture.
    package var layers: Int

    package static let nothing = SentMedia()

    package init(
        audio: Bool = false, video: Bool = false, screen: Bool = false, videoCodec: VideoCodecName? = nil,
        layers: Int = 0
    ) {
        self.audio = audio
        self.video = video
        self.screen = screen
        self.videoCodec = videoCodec
        self.layers = layers
    }
}

/// A device took the seat of another: who, when and by what right.
package struct Takeover: Hashable, Sendable {
    package enum Cause: String, Sendable {
        /// It showed the old session's binding secret.
        case secret
        /// Nothing authenticated had come from the old one for 6 s.
        case silence
        /// It asked for it and was allowed to.
        case asked
    }

    package var at: Instant
    package var from: SessionID
    package var to: SessionID
    package var cause: Cause
}

/// One point as the roster shows it.
package struct RosterLine: Equatable, Sendable {
    package var entry: RosterEntry
    /// Whether the room file still has the point; one that was taken out stays on the roster until it leaves.
    package var isExpected: Bool
    package var state: PresenceState
    /// When `state` began.
    package var since: Instant
    package var media: SentMedia
    /// How its media reaches us, such as `udp 192.0.2.7:50000`; `nil` before it is connected.
    package var path: String?
    /// The devices on the seat: one as a rule, more when sending, receiving and socket are different devices'.
    package var sessions: [SessionID]
    /// How often a device took the seat of another, and the last time that it happened.
    package var takeovers: Int
    package var lastTakeover: Takeover?
    /// How the last device went, while nobody sits there.
    package var departure: EndReason?
    /// Whether it may not be heard because it was muted; `false` while it has the floor that was given after that.
    package var muted: Bool
    /// As whom somebody sits there, chair before point; `nil` while nobody does.
    package var role: Role?
    /// As last announced, whoever is there now.
    package var delegates: [Delegate]
    /// Whether it was put out and not readmitted.
    package var isRemoved: Bool
}
