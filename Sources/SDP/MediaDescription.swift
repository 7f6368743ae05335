package import Units

package enum MediaKind: String, Hashable, Sendable {
    case audio
    case video
}

/// One media section: an `m=` line and what belongs to it (RFC 8866 §5.14).
package struct MediaDescription: Hashable, Sendable, AttributeCarrying {
    /// `audio`, `video`, `application` or anything else.
    package var media: String
    /// 0 rejects the section, unless the offer says ``isBundleOnly``.
    package var port: UInt16
    package var transport: String
    /// Payload types for RTP.
    package var formats: [String]
    package var connection: String?
    /// `b=TIAS`: the most that the writer wants to receive here, transport overhead not counted (RFC 3890 §6.2).
    package var bandwidth: Bitrate?
    package var attributes: [Attribute] = []

    package init(media: String, port: UInt16, transport: String, formats: [String]) {
        self.media = media
        self.port = port
        self.transport = transport
        self.formats = formats
    }

    package var kind: MediaKind? { MediaKind(rawValue: media) }
    package var mid: String? { value(of: "mid").flatMap { $0.isToken && $0.utf8.count <= Self.maximumMid ? $0 : nil } }
    /// Port 0 is no rejection in an offer that says so (RFC 9143 §6).
    package var isBundleOnly: Bool { has("bundle-only") }
    package var isRejected: Bool { port == 0 && !isBundleOnly }
    package var hasRTCPMux: Bool { has("rtcp-mux") || has("rtcp-mux-only") }
    /// RTP over DTLS-SRTP with feedback, in the names that are about (RFC 9429 §5.1.2).
    package var isSecureRTP: Bool {
        ["UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF", "RTP/SAVPF"].contains(transport)
    }

    /// Ours: what the one-byte header extension can carry, doubled (RFC 8285 §4.2 has 16).
    package static let maximumMid = 32
}

package enum Direction: String, Hashable, Sendable {
    case sendReceive = "sendrecv"
    case sendOnly = "sendonly"
    case receiveOnly = "recvonly"
    case inactive

    package init(sends: Bool, receives: Bool) {
        self =
            switch (sends, receives) {
            case (true, true): .sendReceive
            case (true, false): .sendOnly
            case (false, true): .receiveOnly
            case (false, false): .inactive
            }
    }

    package var sends: Bool { self == .sendReceive || self == .sendOnly }
    package var receives: Bool { self == .sendReceive || self == .receiveOnly }
    /// The same flow, as the other side says it.
    package var mirrored: Direction { Direction(sends: receives, receives: sends) }
}
