import Forwarding
import ICE
import RTP
import SDP
import Transport
import Units

extension ResourceDescription {
    /// What an offer and its answer come to, in the words of a media loop.
    init(
        number: UInt32, room: UInt32, seat: UInt32?, localICE: ICE.ICECredentials, remoteICE: ICE.ICECredentials,
        _ negotiated: NegotiatedSession, uplinkLimit: Bitrate, random: inout some RandomNumberGenerator
    ) {
        var slots: [SlotDescription] = []
        for section in negotiated.sections {
            if let slot = SlotDescription(section, random: &random) { slots.append(slot) }
        }
        self.init(
            number: number, room: room, seat: seat, localICE: localICE, remoteICE: remoteICE,
            fingerprints: negotiated.remoteFingerprints.map(Transport.Fingerprint.init),
            tracks: negotiated.sections.compactMap(TrackDescription.init), slots: slots, uplinkLimit: uplinkLimit)
    }
}

extension Transport.Fingerprint {
    init(_ fingerprint: SDP.Fingerprint) {
        let words = fingerprint.description.split(separator: " ")
        self.init(algorithm: String(words.first ?? ""), value: String(words.last ?? ""))
    }
}

extension Forwarding.MediaCodec {
    init(_ codec: SDP.MediaCodec) {
        switch codec {
        case .opus: self = .opus
        case .video(.vp8): self = .vp8
        case .video(.h264): self = .h264
        }
    }
}

extension TrackDescription {
    fileprivate init?(_ section: NegotiatedSection) {
        guard let sending = section.sending else { return nil }
        let kind: SourceKind =
            switch sending.role {
            case .microphone: .microphone
            case .camera: .camera
            case .screen: .screen
            }
        let ids = sending.extensions
        self.init(
            kind: kind, mid: section.mid, codec: Forwarding.MediaCodec(sending.codec.codec),
            payloadType: sending.codec.payloadType, repairPayloadType: sending.codec.resendingPayloadType,
            extensionIDs: RTP.ExtensionIDs(
                mid: ids.mid, rid: ids.streamID, repairedRid: ids.repairedStreamID, audioLevel: ids.audioLevel),
            rids: sending.layers,
            announced: sending.sources.map { AnnouncedStream(ssrc: $0.ssrc, repair: $0.resending) },
            sendsNACK: sending.feedback.contains(.nack))
    }
}

extension SlotDescription {
    fileprivate init?(_ section: NegotiatedSection, random: inout some RandomNumberGenerator) {
        guard let receiving = section.receiving else { return nil }
        let isPicture = section.kind == .video
        let block = ExtensionBlock(
            mid: receiving.extensions.mid.map { ($0, section.mid) },
            audioLevelID: isPicture ? nil : receiving.extensions.audioLevel)
        self.init(
            isPicture: isPicture, index: receiving.slot,
            payloads: receiving.codecs.map {
                Payload(
                    codec: Forwarding.MediaCodec($0.codec), payloadType: $0.payloadType,
                    repairPayloadType: $0.resendingPayloadType)
            },
            // Too long a mid leaves the block out: the SSRC in the answer says which section it is.
            extensions: block ?? ExtensionBlock(), ssrc: receiving.ssrc, repairSSRC: receiving.resendingSSRC,
            cname: receiving.cname, firstSequenceNumber: UInt16(truncatingIfNeeded: random.next()) & 0x7FFF,
            firstRepairSequenceNumber: UInt16(truncatingIfNeeded: random.next()) & 0x7FFF,
            firstTimestamp: UInt32(truncatingIfNeeded: random.next()))
    }
}
