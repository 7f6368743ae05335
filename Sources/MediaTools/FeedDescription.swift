import Participant

/// One stream that a child process reads, and the port at which it does.
struct FeedStream {
    var slot: SlotID
    var codec: StreamCodec
    /// The child's, for RTP; its RTCP port is the next one.
    var port: UInt16
    var payloadType: UInt8 { codec.isPicture ? 96 : 111 }
    /// What we call the source: the child sees one, whoever is on the slot.
    var ssrc: UInt32 { codec.isPicture ? 1 : 2 }
}

/// The session description that tells ffmpeg what it is fed (RFC 8866).
enum FeedDescription {
    static func text(_ streams: [FeedStream]) -> String {
        let head = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=diemcau", "c=IN IP4 127.0.0.1", "t=0 0"]
        return (head + streams.flatMap(section)).map { "\($0)\r\n" }.joined()
    }

    private static func section(_ stream: FeedStream) -> [String] {
        let type = stream.payloadType
        switch stream.codec {
        case .opus: return ["m=audio \(stream.port) RTP/AVP \(type)", "a=rtpmap:\(type) opus/48000/2"]
        case .vp8: return ["m=video \(stream.port) RTP/AVP \(type)", "a=rtpmap:\(type) VP8/90000"]
        case .h264:
            return [
                "m=video \(stream.port) RTP/AVP \(type)", "a=rtpmap:\(type) H264/90000",
                "a=fmtp:\(type) packetization-mode=1",
            ]
        }
    }

    /// ffmpeg's options for reading such a description from its standard input; its sockets hold what came while it
    /// started.
    static let inputArguments = [
        "-protocol_whitelist", "pipe,udp,rtp", "-max_delay", "300000", "-reorder_queue_size", "1000",
        "-buffer_size", "4194304", "-f", "sdp", "-i", "pipe:0",
    ]
}
