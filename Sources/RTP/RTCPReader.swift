import Units
package import Wire

/// Reads the packets of one RTCP datagram one after the other (RFC 3550 §6.1; reduced-size ones too, RFC 5506).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     |V=2|P| count/FMT | packet type |   length, in words, less one  |
///
/// It holds no more than an offset: the datagram is given anew at each step, and must be the same each time.
package struct RTCPReader: Sendable {
    private var offset = 0

    package init() {}

    /// The next packet; `nil` behind the last.
    ///
    /// - Throws: ``ParseError`` when the packet is malformed or runs over the datagram's end; the reader is then at
    ///   its end, since nothing says where the next packet would start. Packets read before hold good.
    package mutating func next(in datagram: borrowing RawSpan) throws(ParseError) -> RTCPPacket? {
        guard offset < datagram.byteCount else { return nil }
        let start = offset
        offset = Int.max
        let header = try datagram.bigEndian(UInt32.self, at: start)
        guard header >> 30 == 2 else { throw .invalid(field: "version", value: Int(header >> 30)) }
        var body = start + 4..<start + 4 + 4 * Int(header & 0xFFFF)
        guard body.upperBound <= datagram.byteCount else {
            throw .truncated(offset: start, needed: body.upperBound - start, available: datagram.byteCount - start)
        }
        let end = body.upperBound
        if header & 0x2000_0000 != 0 {
            // Only the last packet of a compound may be padded (§6.4.1).
            guard end == datagram.byteCount, !body.isEmpty else { throw .invalid(field: "padding", value: 0) }
            let padding = Int(try datagram.bigEndian(UInt8.self, at: end - 1))
            guard padding > 0, padding % 4 == 0, padding <= body.count else {
                throw .invalid(field: "padding", value: padding)
            }
            body = body.lowerBound..<end - padding
        }
        let type = UInt8(truncatingIfNeeded: header >> 16)
        let packet = try Self.packet(type, count: UInt8(header >> 24 & 0x1F), body: body, in: datagram)
        offset = end
        return packet
    }

    /// Reads a packet's body; `count` is the header's five bits, a number of blocks or a feedback format.
    private static func packet(
        _ type: UInt8, count: UInt8, body: Range<Int>, in datagram: borrowing RawSpan
    ) throws(ParseError) -> RTCPPacket {
        switch type {
        case RTCPPacket.PacketType.senderReport:
            let reports = try list(of: count, size: ReportBlock.length, after: 4 + SenderInfo.length, in: body)
            return .senderReport(
                SenderReport(
                    ssrc: SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: body.lowerBound)),
                    info: try SenderInfo(parsing: datagram, at: body.lowerBound + 4),
                    reports: ReportBlocks(range: reports)))
        case RTCPPacket.PacketType.receiverReport:
            let reports = try list(of: count, size: ReportBlock.length, after: 4, in: body)
            return .receiverReport(
                ReceiverReport(
                    ssrc: SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: body.lowerBound)),
                    reports: ReportBlocks(range: reports)))
        case RTCPPacket.PacketType.sourceDescription:
            return .sourceDescription(SourceDescription(chunks: body, count: Int(count)))
        case RTCPPacket.PacketType.goodbye:
            return .goodbye(Goodbye(sources: try list(of: count, size: 4, after: 0, in: body)))
        case RTCPPacket.PacketType.transportFeedback, RTCPPacket.PacketType.payloadFeedback:
            return try feedback(type, format: count, body: body, in: datagram)
        default:
            return .unknown(type: type, format: count)
        }
    }

    /// Reads a feedback message: sender, media source, then what its format says (RFC 4585 §6.1).
    private static func feedback(
        _ type: UInt8, format: UInt8, body: Range<Int>, in datagram: borrowing RawSpan
    ) throws(ParseError) -> RTCPPacket {
        let details = body.lowerBound + 8
        guard details <= body.upperBound else { throw .truncated(offset: 0, needed: 8, available: body.count) }
        let sender = SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: body.lowerBound))
        let media = SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: body.lowerBound + 4))
        let control = details..<body.upperBound
        let isTransport = type == RTCPPacket.PacketType.transportFeedback
        switch format {
        case RTCPPacket.FeedbackFormat.nack where isTransport:
            guard !control.isEmpty else { throw .truncated(offset: details, needed: 4, available: 0) }
            return .nack(GenericNack(sender: sender, media: media, entries: control))
        case RTCPPacket.FeedbackFormat.pictureLoss where !isTransport:
            return .pictureLoss(PictureLossIndication(sender: sender, media: media))
        case RTCPPacket.FeedbackFormat.fullIntraRequest where !isTransport:
            guard control.count >= 8 else { throw .truncated(offset: details, needed: 8, available: control.count) }
            return .fullIntraRequest(FullIntraRequest(sender: sender, entries: control))
        case RTCPPacket.FeedbackFormat.application where !isTransport:
            return try estimate(sender: sender, control: control, in: datagram)
        default:
            return .unknown(type: type, format: format)
        }
    }

    /// Reads REMB; other application layer feedback is none of ours.
    private static func estimate(
        sender: SSRC, control: Range<Int>, in datagram: borrowing RawSpan
    ) throws(ParseError) -> RTCPPacket {
        let unknown = RTCPPacket.unknown(
            type: RTCPPacket.PacketType.payloadFeedback, format: RTCPPacket.FeedbackFormat.application)
        guard control.count >= 4 else { return unknown }
        let identifier = try datagram.bigEndian(UInt32.self, at: control.lowerBound)
        guard identifier == ReceiverEstimatedBitrate.identifier else { return unknown }
        guard control.count >= 8 else {
            throw .truncated(offset: control.lowerBound, needed: 8, available: control.count)
        }
        let field = try datagram.bigEndian(UInt32.self, at: control.lowerBound + 4)
        let sources = try list(of: UInt8(field >> 24), size: 4, after: 8, in: control)
        return .receiverEstimatedBitrate(
            ReceiverEstimatedBitrate(sender: sender, exponentAndMantissa: field & 0xFF_FFFF, sources: sources))
    }

    /// The range of `count` items of `size` bytes, `start` bytes into `body`.
    private static func list(
        of count: UInt8, size: Int, after start: Int, in body: Range<Int>
    ) throws(ParseError) -> Range<Int> {
        let length = Int(count) * size
        guard start + length <= body.count else {
            throw .truncated(offset: body.lowerBound, needed: start + length, available: body.count)
        }
        return body.lowerBound + start..<body.lowerBound + start + length
    }
}
