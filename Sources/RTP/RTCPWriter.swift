package import Units
package import Wire

/// Writes RTCP packets one behind the other into one datagram (RFC 3550 §6).
///
/// It holds no more than offsets: the datagram is given anew at each step, and must be the same each time. A step that
/// does not fit throws ``ParseError/truncated(offset:needed:available:)`` and leaves the compound as it was. A compound
/// starts with an SR or RR and an SDES with a CNAME (§6.1), unless reduced size was negotiated (RFC 5506).
package struct RTCPWriter: Sendable {
    /// The offset behind the last packet: the datagram's length so far.
    package private(set) var end: Int
    /// Where the packet starts whose list may still grow.
    private var open: Int?
    private let start: Int

    /// - Parameter offset: Where the compound starts in the datagram; not negative.
    package init(at offset: Int = 0) {
        start = max(offset, 0)
        end = start
    }

    package var isEmpty: Bool { end == start }

    /// Begins an SR (§6.4.1), which ``report(_:to:)`` may follow.
    package mutating func senderReport(
        ssrc: SSRC, info: SenderInfo, to datagram: inout MutableRawSpan
    ) throws(ParseError) {
        let length = 8 + SenderInfo.length
        try reserve(length, in: datagram)
        try info.write(to: &datagram, at: end + 8)
        try datagram.storeBigEndian(ssrc.rawValue, at: end + 4)
        try begin(RTCPPacket.PacketType.senderReport, count: 0, length: length, in: &datagram)
    }

    /// Begins an RR (§6.4.2), which ``report(_:to:)`` may follow.
    package mutating func receiverReport(ssrc: SSRC, to datagram: inout MutableRawSpan) throws(ParseError) {
        try reserve(8, in: datagram)
        try datagram.storeBigEndian(ssrc.rawValue, at: end + 4)
        try begin(RTCPPacket.PacketType.receiverReport, count: 0, length: 8, in: &datagram)
    }

    /// Adds a block to the SR or RR just written.
    ///
    /// - Returns: Whether there was room for it in that packet; of 31 blocks at most the rest goes into a further RR.
    @discardableResult
    package mutating func report(_ block: ReportBlock, to datagram: inout MutableRawSpan) throws(ParseError) -> Bool {
        guard let open, let packetType = try? datagram.bytes.bigEndian(UInt8.self, at: open + 1),
            packetType == RTCPPacket.PacketType.senderReport || packetType == RTCPPacket.PacketType.receiverReport
        else { return false }
        let count = try datagram.bytes.bigEndian(UInt8.self, at: open) & 0x1F
        guard count < 31 else { return false }
        try reserve(ReportBlock.length, in: datagram)
        try block.write(to: &datagram, at: end)
        end += ReportBlock.length
        try finish(packetType, count: count + 1, from: open, in: &datagram)
        return true
    }

    /// Writes an SDES with one chunk that holds a CNAME (§6.5.1).
    ///
    /// - Parameters:
    ///   - ssrc: The source that has the name.
    ///   - canonicalName: At most 255 bytes of UTF-8.
    ///   - datagram: The compound.
    /// - Throws: ``ParseError`` when the name is too long or does not fit.
    package mutating func sourceDescription(
        ssrc: SSRC, canonicalName: String, to datagram: inout MutableRawSpan
    ) throws(ParseError) {
        let text = canonicalName.utf8
        guard let count = UInt8(exactly: text.count) else { throw .invalid(field: "CNAME", value: text.count) }
        // Header, SSRC, type and length, text, and 1 … 4 zeros up to the word's end.
        let length = (10 + text.count) / 4 * 4 + 4
        try reserve(length, in: datagram)
        try datagram.storeBigEndian(UInt32(0), at: end + length - 4)
        try datagram.storeBigEndian(ssrc.rawValue, at: end + 4)
        try datagram.storeBigEndian(SourceDescription.canonicalNameType, at: end + 8)
        try datagram.storeBigEndian(count, at: end + 9)
        var offset = end + 10
        for byte in text {
            try datagram.storeBigEndian(byte, at: offset)
            offset += 1
        }
        try begin(RTCPPacket.PacketType.sourceDescription, count: 1, length: length, in: &datagram)
        open = nil
    }

    /// Writes a BYE for one source, without a reason (§6.6).
    package mutating func goodbye(ssrc: SSRC, to datagram: inout MutableRawSpan) throws(ParseError) {
        try reserve(8, in: datagram)
        try datagram.storeBigEndian(ssrc.rawValue, at: end + 4)
        try begin(RTCPPacket.PacketType.goodbye, count: 1, length: 8, in: &datagram)
        open = nil
    }

    /// Writes a generic NACK (RFC 4585 §6.2.1); nothing when `list` is empty.
    package mutating func nack(
        _ list: borrowing NackList, sender: SSRC, media: SSRC, to datagram: inout MutableRawSpan
    ) throws(ParseError) {
        guard list.count > 0 else { return }
        let length = 12 + 4 * list.count
        try reserve(length, in: datagram)
        for index in 0..<list.count {
            let entry = list.entry(index)
            let word = UInt32(entry.packetID.rawValue) << 16 | UInt32(entry.followingLost)
            try datagram.storeBigEndian(word, at: end + 12 + 4 * index)
        }
        try feedback(
            RTCPPacket.PacketType.transportFeedback, format: RTCPPacket.FeedbackFormat.nack, sender: sender,
            media: media, length: length, in: &datagram)
    }

    /// Writes a PLI (RFC 4585 §6.3.1).
    package mutating func pictureLoss(
        sender: SSRC, media: SSRC, to datagram: inout MutableRawSpan
    ) throws(ParseError) {
        try reserve(12, in: datagram)
        try feedback(
            RTCPPacket.PacketType.payloadFeedback, format: RTCPPacket.FeedbackFormat.pictureLoss, sender: sender,
            media: media, length: 12, in: &datagram)
    }

    /// Writes a FIR for one source (RFC 5104 §4.3.1); the media field is 0 as it demands.
    package mutating func fullIntraRequest(
        sender: SSRC, media: SSRC, commandNumber: UInt8, to datagram: inout MutableRawSpan
    ) throws(ParseError) {
        try reserve(20, in: datagram)
        try datagram.storeBigEndian(media.rawValue, at: end + 12)
        try datagram.storeBigEndian(UInt32(commandNumber) << 24, at: end + 16)
        try feedback(
            RTCPPacket.PacketType.payloadFeedback, format: RTCPPacket.FeedbackFormat.fullIntraRequest, sender: sender,
            media: SSRC(rawValue: 0), length: 20, in: &datagram)
    }

    /// Begins a REMB (draft-alvestrand-rmcat-remb-03 §2.2), to which ``estimateSource(_:to:)`` adds sources.
    package mutating func receiverEstimatedBitrate(
        sender: SSRC, bitrate: Bitrate, to datagram: inout MutableRawSpan
    ) throws(ParseError) {
        try reserve(20, in: datagram)
        try datagram.storeBigEndian(ReceiverEstimatedBitrate.identifier, at: end + 12)
        try datagram.storeBigEndian(ReceiverEstimatedBitrate.exponentAndMantissa(of: bitrate), at: end + 16)
        let first = end
        try feedback(
            RTCPPacket.PacketType.payloadFeedback, format: RTCPPacket.FeedbackFormat.application, sender: sender,
            media: SSRC(rawValue: 0), length: 20, in: &datagram)
        open = first
    }

    /// Adds a source to the REMB just written; beyond 255 nothing is added.
    package mutating func estimateSource(_ ssrc: SSRC, to datagram: inout MutableRawSpan) throws(ParseError) {
        guard let open, try datagram.bytes.bigEndian(UInt8.self, at: open + 1) == RTCPPacket.PacketType.payloadFeedback
        else { return }
        let count = try datagram.bytes.bigEndian(UInt8.self, at: open + 16)
        guard count < 255 else { return }
        try reserve(4, in: datagram)
        try datagram.storeBigEndian(ssrc.rawValue, at: end)
        try datagram.storeBigEndian(count + 1, at: open + 16)
        end += 4
        try finish(
            RTCPPacket.PacketType.payloadFeedback, count: RTCPPacket.FeedbackFormat.application, from: open,
            in: &datagram)
    }

    // MARK: Packets

    /// Checks that there is room, so that nothing after it fails.
    private func reserve(_ length: Int, in datagram: borrowing MutableRawSpan) throws(ParseError) {
        guard length <= datagram.byteCount - end else {
            throw .truncated(offset: end, needed: length, available: datagram.byteCount)
        }
    }

    private mutating func feedback(
        _ type: UInt8, format: UInt8, sender: SSRC, media: SSRC, length: Int, in datagram: inout MutableRawSpan
    ) throws(ParseError) {
        try datagram.storeBigEndian(sender.rawValue, at: end + 4)
        try datagram.storeBigEndian(media.rawValue, at: end + 8)
        try begin(type, count: format, length: length, in: &datagram)
        open = nil
    }

    /// Puts the header before `length` bytes that were written behind ``end``, and takes them in.
    private mutating func begin(
        _ type: UInt8, count: UInt8, length: Int, in datagram: inout MutableRawSpan
    ) throws(ParseError) {
        let first = end
        end += length
        open = first
        try finish(type, count: count, from: first, in: &datagram)
    }

    /// Writes the header of the packet that reaches from `first` to ``end``.
    private func finish(
        _ type: UInt8, count: UInt8, from first: Int, in datagram: inout MutableRawSpan
    ) throws(ParseError) {
        let words = UInt32(truncatingIfNeeded: (end - first) / 4 - 1) & 0xFFFF
        try datagram.storeBigEndian(0x8000_0000 | UInt32(count) << 24 | UInt32(type) << 16 | words, at: first)
    }
}
