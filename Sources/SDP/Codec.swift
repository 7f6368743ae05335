/// One payload type of a section, put together from its `rtpmap`, `fmtp` and `rtcp-fb` lines (RFC 8866 §6.6, §6.15).
package struct Codec: Hashable, Sendable {
    /// 0 … 127.
    package var payloadType: UInt8
    /// As written: `VP8`, `opus`, `OPUS`, `rtx`; compare with ``isNamed(_:)``.
    package var name: String
    /// In hertz.
    package var clockRate: UInt32
    /// 1 where the line doesn't say.
    package var channels: UInt8
    /// Keys in small letters.
    package var parameters: [String: String] = [:]
    /// What follows the payload type, such as `nack pli`.
    package var feedback: [String] = []

    package init(payloadType: UInt8, name: String, clockRate: UInt32, channels: UInt8 = 1) {
        self.payloadType = payloadType
        self.name = name
        self.clockRate = clockRate
        self.channels = channels
    }

    /// Encoding names are compared without case (RFC 4855 §3): GStreamer writes `OPUS`.
    package func isNamed(_ name: String) -> Bool { self.name.lowercased() == name.lowercased() }

    /// The payload type that an RTX one resends (RFC 4588 §8.6).
    package var associatedPayloadType: UInt8? { parameters["apt"].flatMap { UInt8($0) } }
}

/// The video codecs that the bridge relays.
package enum VideoCodec: String, Hashable, Sendable, CaseIterable {
    case vp8 = "VP8"
    /// Constrained baseline, packetization-mode 1.
    case h264 = "H264"
}

/// What a stream is coded in.
package enum MediaCodec: Hashable, Sendable {
    case opus
    case video(VideoCodec)

    package var kind: MediaKind {
        switch self {
        case .opus: .audio
        case .video: .video
        }
    }

    /// In hertz (RFC 7587 §4.1, RFC 7741 §6.1, RFC 6184 §8.2.1).
    package var clockRate: UInt32 { self == .opus ? 48_000 : 90_000 }

    /// Whether a payload type of an offer or answer is this codec, in a form that the bridge relays.
    package func matches(_ codec: Codec) -> Bool {
        guard codec.clockRate == clockRate else { return false }
        return switch self {
        case .opus: codec.isNamed("opus")
        case .video(.vp8): codec.isNamed("VP8")
        case .video(.h264): codec.isNamed("H264") && codec.isConstrainedBaseline && codec.isSplittable
        }
    }
}

extension Codec {
    /// Whether fragments and aggregates may be sent: packetization-mode 1 (RFC 6184 §6.3).
    fileprivate var isSplittable: Bool { parameters["packetization-mode"] == "1" }

    /// Whether `profile-level-id` says constrained baseline, at whatever level (RFC 6184 §8.1, table 5).
    ///
    /// 42e0 and 42c0 are the same: only constraint_set1 tells it from plain baseline; main and extended profiles
    /// with constraint_set0 (and set1) are it too. Without the parameter browsers take 42e01f, and so do we.
    fileprivate var isConstrainedBaseline: Bool {
        guard let text = parameters["profile-level-id"] else { return true }
        guard text.utf8.count == 6, let bits = UInt32(text, radix: 16) else { return false }
        let constraints = bits >> 8 & 0xFF
        guard constraints & 0x0F == 0 else { return false }
        switch bits >> 16 {
        case 0x42: return constraints & 0x40 != 0
        case 0x4D: return constraints & 0x80 != 0
        case 0x58: return constraints & 0xC0 == 0xC0
        default: return false
        }
    }
}
