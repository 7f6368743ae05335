package import Units
package import Wire

/// The header of one RTP packet, and where its parts lie in the datagram (RFC 3550 §5.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     |V=2|P|X|  CC   |M|     PT      |       sequence number         |
///     |                           timestamp                           |
///     |                             SSRC                              |
///     |                       CSRC, CC times                          |
///     |      extension profile        |   extension length, in words  |  if X
package struct RTPHeader: Equatable, Sendable {
    package var marker: Bool
    /// 0 … 127.
    package var payloadType: UInt8
    package var sequenceNumber: SequenceNumber
    /// In ticks of the payload type's clock: 90 000 a second for video, 48 000 for Opus.
    package var timestamp: UInt32
    package var ssrc: SSRC
    /// Whether the P bit is set: the payload is followed by padding, whose last byte counts it.
    package var hasPadding: Bool
    /// The extension's body, without the four bytes before it; empty when there is none.
    package var extensionBody: Range<Int>
    /// The payload, padding taken off; it may be empty.
    package var payload: Range<Int>

    /// The bytes of the fixed header, without CSRCs and extension.
    package static let fixedLength = 12

    /// The bytes before the payload: fixed header, CSRCs and extension; what SRTP leaves in the clear.
    package var headerLength: Int { payload.lowerBound }

    /// A header to be written: no CSRC, no payload yet; of the payload type the lower 7 bits count.
    package init(
        marker: Bool, payloadType: UInt8, sequenceNumber: SequenceNumber, timestamp: UInt32, ssrc: SSRC
    ) {
        self.marker = marker
        self.payloadType = payloadType & 0x7F
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        hasPadding = false
        extensionBody = Self.fixedLength..<Self.fixedLength
        payload = Self.fixedLength..<Self.fixedLength
    }

    /// Reads the header at the start of `datagram` and copies none of it: the ranges are offsets into it.
    ///
    /// - Parameter datagram: One whole packet in the clear.
    /// - Throws: ``ParseError`` when it is no RTP version 2 packet, is cut short, or claims more padding than it has.
    package init(parsing datagram: borrowing RawSpan) throws(ParseError) {
        try self.init(parsingProtected: datagram)
        try removePadding(in: datagram)
    }

    /// Reads the header of a packet whose payload is still encrypted (RFC 3711 §3.1).
    ///
    /// The number of padding bytes is encrypted too, so ``payload`` here is everything behind the header: ciphertext,
    /// authentication tag and all.
    package init(parsingProtected datagram: borrowing RawSpan) throws(ParseError) {
        let first = try datagram.bigEndian(UInt32.self, at: 0)
        guard first >> 30 == 2 else { throw .invalid(field: "version", value: Int(first >> 30)) }
        timestamp = try datagram.bigEndian(UInt32.self, at: 4)
        ssrc = SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: 8))
        marker = first & 0x0080_0000 != 0
        payloadType = UInt8(truncatingIfNeeded: first >> 16 & 0x7F)
        sequenceNumber = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: first))
        hasPadding = first & 0x2000_0000 != 0

        var end = Self.fixedLength + 4 * Int(first >> 24 & 0x0F)
        extensionBody = end..<end
        if first & 0x1000_0000 != 0 {
            let words = try datagram.bigEndian(UInt16.self, at: end + 2)
            extensionBody = end + 4..<end + 4 + 4 * Int(words)
            end = extensionBody.upperBound
        }
        guard end <= datagram.byteCount else {
            throw .truncated(offset: 0, needed: end, available: datagram.byteCount)
        }
        payload = end..<datagram.byteCount
    }

    /// Takes the padding off ``payload`` (RFC 3550 §5.1), once, when the packet is in the clear.
    private mutating func removePadding(in datagram: borrowing RawSpan) throws(ParseError) {
        guard hasPadding else { return }
        guard !payload.isEmpty else { throw .invalid(field: "padding", value: 0) }
        let padding = Int(try datagram.bigEndian(UInt8.self, at: payload.upperBound - 1))
        guard padding > 0, padding <= payload.count else { throw .invalid(field: "padding", value: padding) }
        payload = payload.lowerBound..<payload.upperBound - padding
    }

    /// Writes the twelve fixed bytes, with no CSRC.
    ///
    /// - Parameters:
    ///   - packet: Where to.
    ///   - offset: Where the packet starts in it.
    ///   - hasExtension: The X bit; the extension itself is an ``ExtensionBlock``'s business.
    ///   - hasPadding: The P bit; the padding is the caller's business.
    /// - Throws: ``ParseError/truncated(offset:needed:available:)`` when there are fewer than 12 bytes; nothing has
    ///   changed then.
    package func write(
        to packet: inout MutableRawSpan, at offset: Int = 0, hasExtension: Bool = false, hasPadding: Bool = false
    ) throws(ParseError) {
        let flags: UInt32 = 0x8000_0000 | (hasPadding ? 0x2000_0000 : 0) | (hasExtension ? 0x1000_0000 : 0)
        let type = (marker ? 0x0080_0000 : 0) | UInt32(payloadType & 0x7F) << 16
        try packet.storeBigEndian(ssrc.rawValue, at: offset &+ 8)  // First: the one that fails on a short packet.
        try packet.storeBigEndian(flags | type | UInt32(sequenceNumber.rawValue), at: offset)
        try packet.storeBigEndian(timestamp, at: offset &+ 4)
    }
}
