package import Units

/// What a bridge, a route and a role allow: everything an answer depends on besides the offer.
package struct AnswerPolicy: Sendable {
    /// In the room's order of preference.
    package var videoCodecs: [VideoCodec]
    /// Whether route and role let the client send.
    package var allowsSending: Bool
    package var allowsReceiving: Bool
    /// Refuse the offer where a section cannot be served (WHIP, WHEP) rather than answer that section `inactive`.
    package var isStrict: Bool
    /// How many receiving sections get a slot; further ones are answered `inactive`.
    package var pictureSlots: Int
    package var audioSlots: Int
    /// Ours for this session.
    package var credentials: ICECredentials
    package var fingerprint: Fingerprint
    /// Where we can be reached over UDP, the preferred first.
    package var candidates: [SocketAddress]
    /// What the room lets one sending video section use; `nil` says nothing in the answer.
    package var uplinkLimit: Bitrate?

    package init(
        videoCodecs: [VideoCodec] = [.vp8, .h264], allowsSending: Bool, allowsReceiving: Bool, isStrict: Bool,
        pictureSlots: Int, audioSlots: Int, credentials: ICECredentials, fingerprint: Fingerprint,
        candidates: [SocketAddress], uplinkLimit: Bitrate? = nil
    ) {
        self.videoCodecs = videoCodecs
        self.allowsSending = allowsSending
        self.allowsReceiving = allowsReceiving
        self.isStrict = isStrict
        self.pictureSlots = pictureSlots
        self.audioSlots = audioSlots
        self.credentials = credentials
        self.fingerprint = fingerprint
        self.candidates = candidates
        self.uplinkLimit = uplinkLimit
    }

    /// Sections beyond these are answered with port 0; ours.
    package static let maximumSections = 32
    /// Simulcast layers of a section; ours.
    package static let maximumLayers = 3
}
