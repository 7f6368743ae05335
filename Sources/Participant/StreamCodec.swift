import SDP

/// What a stream is coded in; raw values as `a=rtpmap` has them.
package enum StreamCodec: String, Hashable, Sendable, CaseIterable {
    case opus
    case vp8 = "VP8"
    case h264 = "H264"

    package var isPicture: Bool { self != .opus }

    /// Ticks a second (RFC 7587 §4.1, RFC 7741 §6.1, RFC 6184 §8.2.1).
    package var clockRate: UInt32 { isPicture ? 90_000 : 48_000 }

    init(_ codec: MediaCodec) {
        self =
            switch codec {
            case .opus: .opus
            case .video(.vp8): .vp8
            case .video(.h264): .h264
            }
    }

    /// As session descriptions name it; `nil` for sound.
    var video: VideoCodec? {
        switch self {
        case .opus: nil
        case .vp8: .vp8
        case .h264: .h264
        }
    }
}
