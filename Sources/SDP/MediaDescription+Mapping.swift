extension MediaDescription {
    /// The first payload type of the section that carries `codec`, with its RTX type and all its lines.
    func offered(_ codec: MediaCodec, among codecs: [Codec]) -> OfferedCodec? {
        guard let media = codecs.first(where: codec.matches) else { return nil }
        let resending = codec.kind == .video ? codecs.first { $0.resends(media) } : nil
        return OfferedCodec(codec: codec, media: media, resending: resending)
    }

    /// The numbers of the extensions of the allow-list (design §3) that may flow as `direction` says.
    func extensionIDs(_ allowed: (Direction) -> Bool) -> ExtensionIDs {
        var ids = ExtensionIDs()
        for line in headerExtensions where allowed(line.direction ?? .sendReceive) {
            switch (line.uri, kind) {
            case (HeaderExtension.mid, _): ids.mid = ids.mid ?? line.id
            case (HeaderExtension.streamID, .video): ids.streamID = ids.streamID ?? line.id
            case (HeaderExtension.repairedStreamID, .video): ids.repairedStreamID = ids.repairedStreamID ?? line.id
            case (HeaderExtension.audioLevel, .audio): ids.audioLevel = ids.audioLevel ?? line.id
            default: continue
            }
        }
        return ids
    }
}

extension Codec {
    fileprivate func resends(_ media: Codec) -> Bool {
        isNamed("rtx") && associatedPayloadType == media.payloadType && clockRate == media.clockRate
    }
}

extension ExtensionIDs {
    /// What our slots send: no layers.
    var ofSlot: ExtensionIDs { ExtensionIDs(mid: mid, audioLevel: audioLevel) }

    var all: Set<UInt8> { Set([mid, streamID, repairedStreamID, audioLevel].compactMap { $0 }) }
}

/// A codec of the other side that we speak too.
struct OfferedCodec: Hashable, Sendable {
    var codec: MediaCodec
    var media: Codec
    var resending: Codec?

    var mapping: CodecMapping {
        CodecMapping(
            codec: codec, payloadType: media.payloadType, resendingPayloadType: resending?.payloadType)
    }

    var payloadTypes: [UInt8] { [media.payloadType] + (resending.map { [$0.payloadType] } ?? []) }

    /// Sound is not asked for again: its packets are as small as the question.
    var feedback: FeedbackKinds { codec.kind == .video ? FeedbackKinds(media.feedback) : [] }

    /// Our own `fmtp`: what we want to be sent, where the codec has anything to say.
    ///
    /// H.264 repeats the offered profile and level, which suits every stack: with level-asymmetry-allowed the level
    /// says nothing, without it the answer's must not be higher (RFC 6184 §8.2.2).
    private var parameters: String? {
        switch codec {
        case .opus: return "minptime=10;useinbandfec=1"
        case .video(.vp8): return nil
        case .video(.h264):
            let keys = ["level-asymmetry-allowed", "packetization-mode", "profile-level-id"]
            return keys.compactMap { key in media.parameters[key].map { "\(key)=\($0)" } }.joined(separator: ";")
        }
    }

    /// Appends the lines of both payload types to a section of ours.
    func write(to section: inout MediaDescription) {
        var ours = Codec(
            payloadType: media.payloadType, name: media.name, clockRate: media.clockRate, channels: media.channels)
        ours.feedback = feedback.lines
        section.add(ours, parameters: parameters)
        guard let resending else { return }
        section.add(
            Codec(payloadType: resending.payloadType, name: "rtx", clockRate: resending.clockRate),
            parameters: "apt=\(media.payloadType)")
    }
}
