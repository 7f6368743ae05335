import Forwarding
import RTP
import Units
import Wire

/// One section of a receiver: an endless stream, whoever is on it.
final class Slot {
    unowned let endpoint: Endpoint
    let description: SlotDescription
    private let vp8: SlotDescription.Payload?
    private let h264: SlotDescription.Payload?
    private let opus: SlotDescription.Payload?
    private var extensions: ExtensionBlock

    var mapping: StreamMapping
    /// Who is on it now.
    var current: SourceStream?
    /// Who comes on with its next keyframe.
    var next: SourceStream?
    /// Whether somebody better could not be shown for want of a codec.
    var lacksCodec = false
    var statistics = SenderStatistics()
    /// What its receiver last said of it.
    var reception: SlotReception?
    /// Packets sent again.
    var resent: UInt64 = 0
    /// Pictures of its present source that its endpoint's figures hold already.
    var framesTallied: (source: SourceID, count: UInt64)?
    private var nextRepairIndex: UInt64

    init(_ description: SlotDescription, of endpoint: Endpoint) {
        self.endpoint = endpoint
        self.description = description
        func payload(_ codec: MediaCodec) -> SlotDescription.Payload? {
            description.payloads.first { $0.codec == codec }
        }
        vp8 = payload(.vp8)
        h264 = payload(.h264)
        opus = payload(.opus)
        extensions = description.extensions
        mapping = StreamMapping(
            rate: description.isPicture ? 90_000 : 48_000, firstSequenceNumber: description.firstSequenceNumber,
            firstTimestamp: description.firstTimestamp, firstIndex: description.firstIndex)
        nextRepairIndex = UInt64(description.firstRepairSequenceNumber & 0x7FFF)
    }

    func payload(for codec: MediaCodec) -> SlotDescription.Payload? {
        switch codec {
        case .opus: opus
        case .vp8: vp8
        case .h264: h264
        }
    }

    /// Whether the receiver took a payload type for `codec` on this slot.
    func canShow(_ codec: MediaCodec) -> Bool { payload(for: codec) != nil }

    /// Puts `stream` on the slot from `packet` on.
    func begin(_ stream: SourceStream, with packet: SourcePacket, arrival: NTPTime) {
        let captured = stream.captureTime(of: packet.timestamp, arrival: arrival)
        mapping.begin(stream.id, codec: stream.codec, with: packet, captured: captured)
        // Not every source says: the last one's level is none of this one's.
        extensions.set(.silent)
        current = stream
        next = nil
    }

    /// Writes header, extensions and canonical VP8 descriptor of an outgoing packet.
    ///
    /// With `repair`, the index within the repair stream, it is a resend (RFC 4588 §4). What comes back is where the
    /// header ends and how many bytes of payload prefix stand behind it; `nil` when the receiver has no payload type for
    /// the codec.
    func writeHead(
        of packet: SourcePacket, as outgoing: StreamMapping.Outgoing, codec: MediaCodec, repair: UInt64?,
        to room: inout MutableRawSpan
    ) throws(ParseError) -> (headerLength: Int, prefixLength: Int)? {
        guard let payload = payload(for: codec) else { return nil }
        if let level = packet.level { extensions.set(level) }
        var header = RTPHeader(
            marker: packet.marker || (codec == .opus && outgoing.startsEpoch), payloadType: payload.payloadType,
            sequenceNumber: outgoing.sequenceNumber, timestamp: outgoing.timestamp, ssrc: description.ssrc)
        if let repair {
            guard let type = payload.repairPayloadType, let ssrc = description.repairSSRC else { return nil }
            header.payloadType = type
            header.ssrc = ssrc
            header.sequenceNumber = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: repair))
        }
        try header.write(to: &room, hasExtension: extensions.byteCount > 0)
        let headerLength = try extensions.write(to: &room)
        var end = headerLength
        if repair != nil {
            try RTXPayload.write(originalSequenceNumber: outgoing.sequenceNumber, to: &room, at: end)
            end += RTXPayload.overhead
        }
        if let picture = outgoing.picture {
            try picture.write(to: &room, at: end)
            end += PictureNumbers.length
        }
        return (headerLength, end - headerLength)
    }

    /// The next index of the repair stream, used once.
    func takeRepairIndex() -> UInt64? {
        guard description.repairSSRC != nil else { return nil }
        defer { nextRepairIndex += 1 }
        return nextRepairIndex
    }

    var report: SlotReport {
        let shown = current ?? next
        let state: SlotReport.State =
            next != nil ? .waiting : lacksCodec ? .codec : current != nil ? .on : .empty
        return SlotReport(
            isPicture: description.isPicture, index: description.index, seat: shown?.seat, kind: shown?.id.kind,
            state: state)
    }
}
