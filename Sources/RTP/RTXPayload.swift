package import Units
package import Wire

/// What a retransmission packet carries: a lost packet's own sequence number, then its payload (RFC 4588 §4).
package struct RTXPayload: Equatable, Sendable {
    /// OSN, the sequence number that the lost packet had.
    package var originalSequenceNumber: SequenceNumber
    /// The lost packet's payload, behind the OSN; not empty.
    package var payload: Range<Int>

    /// The bytes of the OSN, by which the packet is longer than the lost one.
    package static let overhead = 2

    /// Reads a packet of the RTX stream whose header is `header`.
    ///
    /// - Returns: `nil` when there is no packet in it: senders probe for bandwidth with RTX packets of padding alone.
    package init?(of header: RTPHeader, in datagram: borrowing RawSpan) {
        guard header.payload.count > Self.overhead,
            let number = try? datagram.bigEndian(UInt16.self, at: header.payload.lowerBound)
        else { return nil }
        originalSequenceNumber = SequenceNumber(rawValue: number)
        payload = header.payload.lowerBound + Self.overhead..<header.payload.upperBound
    }

    /// Writes the OSN to `offset`, before the lost packet's payload.
    package static func write(
        originalSequenceNumber: SequenceNumber, to packet: inout MutableRawSpan, at offset: Int
    ) throws(ParseError) {
        try packet.storeBigEndian(originalSequenceNumber.rawValue, at: offset)
    }
}
