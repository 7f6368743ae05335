import Participant
import RTP
import Wire

/// Tells keyframes as the client's session does.
enum KeyframeJudge {
    static func startsKeyframe(_ payload: borrowing RawSpan, _ codec: StreamCodec) -> Bool {
        switch codec {
        case .opus: true
        case .vp8: (try? VP8Descriptor(parsing: payload, payload: 0..<payload.byteCount))?.isKeyframeStart ?? false
        case .h264: (try? H264Payload(parsing: payload, payload: 0..<payload.byteCount))?.isKeyframeStart ?? false
        }
    }
}
