import RTP
import SDP
import Units
import Wire

/// One stream that we receive, whoever is on it: counts it, and asks for what is missing.
final class ReceivingSlot {
    let id: SlotID
    let ssrc: SSRC
    let repairSSRC: SSRC?
    private let codecs: [CodecMapping]
    private let asksAgain: Bool
    private let asksForKeyframes: Bool
    private var nacks = NackGenerator()
    /// Of the main picture alone: it is what people look at.
    private var frames: FrameWatch?
    private(set) var statistics: ReceptionStatistics
    private(set) var clock: SlotClock?
    private(set) var status: SlotStatus
    private var reordered: UInt64 = 0
    /// When a keyframe is to be asked for (again); `nil` while none is needed.
    private var keyframeDue: Instant?

    /// Our choice, the same as the server's: a keyframe takes its way here before it is asked for again.
    static let keyframeInterval = Duration.milliseconds(500)

    init(_ section: ReceivingSection, kind: MediaKind) {
        id = SlotID(isPicture: kind == .video, index: section.slot)
        ssrc = section.ssrc
        repairSSRC = section.resendingSSRC
        codecs = section.codecs
        asksAgain = kind == .video && section.feedback.contains(.nack)
        asksForKeyframes = kind == .video && section.feedback.contains(.pictureLoss)
        statistics = ReceptionStatistics(clockRate: kind == .video ? 90_000 : 48_000)
        status = SlotStatus(slot: id)
        if id == .picture(0) { frames = FrameWatch() }
    }

    /// When ``writeRequests(sender:at:with:to:)`` has something to write.
    var deadline: Instant? { asksAgain ? nacks.deadline.earlier(keyframeDue) : keyframeDue }

    /// Takes a packet of the slot's stream, or of its repair stream.
    ///
    /// - Returns: The packet as it was sent at first; `nil` when it is of no use: seen before, padding, of a codec that
    ///   was not agreed, or unreadable.
    func receive(_ header: RTPHeader, in packet: borrowing RawSpan, at now: Instant) -> ReceivedPacket? {
        let isRepair = header.ssrc == repairSSRC
        let mapping = codecs.first {
            isRepair ? $0.resendingPayloadType == header.payloadType : $0.payloadType == header.payloadType
        }
        guard let mapping else { return nil }
        var number = header.sequenceNumber
        var payload = header.payload
        if isRepair {
            guard let repair = RTXPayload(of: header, in: packet) else { return nil }
            number = repair.originalSequenceNumber
            payload = repair.payload
        } else {
            statistics.receive(header, at: now)
        }
        if id.isPicture {
            switch nacks.receive(number, at: now) {
            case .old: return nil
            case .reordered: reordered &+= 1
            case .inOrder, .afterGap, .recovered, .restarted: break
            }
        } else if isRepair {
            return nil
        }
        let codec = StreamCodec(mapping.codec)
        let startsKeyframe = !payload.isEmpty && Self.startsKeyframe(codec, in: packet, payload: payload)
        frames?.receive(
            number, timestamp: header.timestamp, marker: header.marker, startsKeyframe: startsKeyframe,
            isPadding: payload.isEmpty, at: now)
        guard !payload.isEmpty else { return nil }
        note(codec, startsKeyframe: startsKeyframe, bytes: payload.count, at: now)
        return ReceivedPacket(
            slot: id, codec: codec, payloadType: mapping.payloadType, marker: header.marker, sequenceNumber: number,
            timestamp: header.timestamp, ssrc: ssrc, payload: payload, startsKeyframe: startsKeyframe,
            isRepaired: isRepair)
    }

    private func note(_ codec: StreamCodec, startsKeyframe: Bool, bytes: Int, at now: Instant) {
        if startsKeyframe {
            keyframeDue = nil
            status.keyframes &+= 1
        } else if asksForKeyframes, status.codec != codec {
            keyframeDue = now  // The stream begins, or goes on in another codec, in the middle of a picture.
        }
        if asksForKeyframes, nacks.takeKeyframeRequest(), !startsKeyframe { keyframeDue = keyframeDue ?? now }
        status.codec = codec
        status.packets &+= 1
        status.bytes &+= UInt64(bytes)
        status.lastPacket = now
    }

    private static func startsKeyframe(
        _ codec: StreamCodec, in packet: borrowing RawSpan, payload: Range<Int>
    ) -> Bool {
        switch codec {
        case .opus: true
        case .vp8: (try? VP8Descriptor(parsing: packet, payload: payload))?.isKeyframeStart ?? false
        case .h264: (try? H264Payload(parsing: packet, payload: payload))?.isKeyframeStart ?? false
        }
    }

    func receive(_ info: SenderInfo, at now: Instant) {
        statistics.receiveSenderReport(ntp: info.ntp, at: now)
        clock = SlotClock(ntp: info.ntp, timestamp: info.rtpTimestamp)
    }

    /// The slot is empty: a picture that comes later is no late one.
    func pauseFrames() { frames?.pause() }

    func setRoundTrip(_ time: Duration) { nacks.setRoundTrip(time) }

    /// Asks for a keyframe, where a picture is shown at all.
    func wantKeyframe(at now: Instant) {
        if asksForKeyframes, status.packets > 0 { keyframeDue = keyframeDue ?? now }
    }

    /// Writes the NACK and the PLI that are due.
    func writeRequests(
        sender: SSRC, at now: Instant, with writer: inout RTCPWriter, to room: inout MutableRawSpan
    ) throws(ParseError) {
        if asksAgain, let due = nacks.deadline, due <= now {
            var list = NackList()
            nacks.poll(at: now, into: &list)
            try writer.nack(list, sender: sender, media: ssrc, to: &room)
        }
        guard let due = keyframeDue, due <= now else { return }
        keyframeDue = now.advanced(by: Self.keyframeInterval)
        try writer.pictureLoss(sender: sender, media: ssrc, to: &room)
    }

    func makeReport(at now: Instant) -> ReportBlock? { statistics.makeReport(ssrc: ssrc, at: now) }

    /// The counters as of now; not for the packet path.
    var currentStatus: SlotStatus {
        var copy = status
        copy.expected = statistics.expected
        copy.jitter = statistics.jitterTime
        if let frames { (copy.frames, copy.freezes) = (frames.frames, frames.freezes) }
        let counts = nacks.counts
        if id.isPicture {
            copy.missing = counts.missing - min(reordered, counts.missing)
            copy.repaired = counts.recovered
            copy.lost = copy.missing - min(copy.missing, counts.recovered + UInt64(nacks.missingCount))
        } else {
            copy.missing = UInt64(clamping: statistics.cumulativeLost)
            copy.lost = copy.missing
        }
        return copy
    }
}
