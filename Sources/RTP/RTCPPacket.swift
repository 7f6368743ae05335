package import Units
package import Wire

/// One RTCP packet of a compound datagram, as far as we read it (RFC 3550 §6, RFC 4585 §6, RFC 5104 §4.3.1).
///
/// The cases hold values and offsets into the datagram; lists are read from it step by step.
package enum RTCPPacket: Equatable, Sendable {
    case senderReport(SenderReport)
    case receiverReport(ReceiverReport)
    case sourceDescription(SourceDescription)
    case goodbye(Goodbye)
    case nack(GenericNack)
    case pictureLoss(PictureLossIndication)
    case fullIntraRequest(FullIntraRequest)
    /// REMB.
    case receiverEstimatedBitrate(ReceiverEstimatedBitrate)
    /// Well-formed, of a type (or feedback format) that we don't read: APP, XR, transport-wide feedback, …
    case unknown(type: UInt8, format: UInt8)

    /// Packet types (RFC 3550 §12.1, RFC 4585 §6.1).
    enum PacketType {
        static let senderReport: UInt8 = 200
        static let receiverReport: UInt8 = 201
        static let sourceDescription: UInt8 = 202
        static let goodbye: UInt8 = 203
        static let transportFeedback: UInt8 = 205
        static let payloadFeedback: UInt8 = 206
    }

    /// Feedback message types (RFC 4585 §6.2, §6.3; RFC 5104 §4.3).
    enum FeedbackFormat {
        static let nack: UInt8 = 1
        static let pictureLoss: UInt8 = 1
        static let fullIntraRequest: UInt8 = 4
        /// Application layer feedback, where REMB lives.
        static let application: UInt8 = 15
    }

    /// Whether a datagram that is RTP or RTCP (first byte 128 … 191) is RTCP: packet types 192 … 223 (RFC 5761 §4).
    package static func isControl(_ datagram: borrowing RawSpan) -> Bool {
        guard let type = try? datagram.bigEndian(UInt8.self, at: 1) else { return false }
        return (192...223).contains(type)
    }
}

/// SR: what a source has sent, and what its sender receives (RFC 3550 §6.4.1).
package struct SenderReport: Equatable, Sendable {
    package var ssrc: SSRC
    package var info: SenderInfo
    package var reports: ReportBlocks
}

/// RR: what somebody who sends nothing receives (RFC 3550 §6.4.2).
package struct ReceiverReport: Equatable, Sendable {
    package var ssrc: SSRC
    package var reports: ReportBlocks
}

/// BYE: sources that have stopped (RFC 3550 §6.6).
package struct Goodbye: Equatable, Sendable {
    private let sources: Range<Int>

    init(sources: Range<Int>) { self.sources = sources }

    /// 0 … 31.
    package var count: Int { sources.count / 4 }

    /// Source `index`, 0 ..< ``count``.
    package func source(_ index: Int, in datagram: borrowing RawSpan) throws(ParseError) -> SSRC {
        guard index >= 0, index < count else { throw .invalid(field: "source index", value: index) }
        return SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: sources.lowerBound + 4 * index))
    }
}
