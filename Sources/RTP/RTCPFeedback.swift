package import Units
package import Wire

/// Generic NACK: packets of `media` that got lost (RFC 4585 §6.2.1).
package struct GenericNack: Equatable, Sendable {
    /// Up to 17 lost packets: one number (PID) and a bit for each of the 16 that follow it (BLP).
    ///
    /// A sequence of the numbers, in order.
    package struct Entry: Equatable, Sequence, IteratorProtocol, Sendable {
        package var packetID: SequenceNumber
        package var followingLost: UInt16
        private var step = 0

        package init(packetID: SequenceNumber, followingLost: UInt16) {
            self.packetID = packetID
            self.followingLost = followingLost
        }

        package mutating func next() -> SequenceNumber? {
            while step <= 16 {
                defer { step += 1 }
                if step == 0 || followingLost >> UInt16(step - 1) & 1 == 1 { return packetID.advanced(by: step) }
            }
            return nil
        }
    }

    package var sender: SSRC
    package var media: SSRC
    private let entries: Range<Int>

    init(sender: SSRC, media: SSRC, entries: Range<Int>) {
        self.sender = sender
        self.media = media
        self.entries = entries
    }

    /// At least 1.
    package var entryCount: Int { entries.count / 4 }

    /// Entry `index`, 0 ..< ``entryCount``.
    package func entry(_ index: Int, in datagram: borrowing RawSpan) throws(ParseError) -> Entry {
        guard index >= 0, index < entryCount else { throw .invalid(field: "NACK index", value: index) }
        let word = try datagram.bigEndian(UInt32.self, at: entries.lowerBound + 4 * index)
        return Entry(
            packetID: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: word >> 16)),
            followingLost: UInt16(truncatingIfNeeded: word))
    }
}

/// PLI: the decoder of `media` needs a key frame (RFC 4585 §6.3.1).
package struct PictureLossIndication: Equatable, Sendable {
    package var sender: SSRC
    package var media: SSRC

    package init(sender: SSRC, media: SSRC) {
        self.sender = sender
        self.media = media
    }
}

/// FIR: key frames are wanted of the sources in its list (RFC 5104 §4.3.1).
package struct FullIntraRequest: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package var ssrc: SSRC
        /// Rises with each new request; a repeated one keeps its number.
        package var commandNumber: UInt8
    }

    package var sender: SSRC
    private let entries: Range<Int>

    init(sender: SSRC, entries: Range<Int>) {
        self.sender = sender
        self.entries = entries
    }

    /// At least 1.
    package var entryCount: Int { entries.count / 8 }

    /// Entry `index`, 0 ..< ``entryCount``.
    package func entry(_ index: Int, in datagram: borrowing RawSpan) throws(ParseError) -> Entry {
        guard index >= 0, index < entryCount else { throw .invalid(field: "FIR index", value: index) }
        let offset = entries.lowerBound + 8 * index
        return Entry(
            ssrc: SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: offset)),
            commandNumber: try datagram.bigEndian(UInt8.self, at: offset + 4))
    }
}

/// REMB: what the receiver believes the path carries (draft-alvestrand-rmcat-remb-03 §2.2).
package struct ReceiverEstimatedBitrate: Equatable, Sendable {
    package var sender: SSRC
    /// All media together.
    package var bitrate: Bitrate
    private let sources: Range<Int>

    /// "REMB".
    static let identifier: UInt32 = 0x5245_4D42
    /// Bits of the mantissa.
    private static let mantissaBits: UInt32 = 18

    init(sender: SSRC, exponentAndMantissa field: UInt32, sources: Range<Int>) {
        self.sender = sender
        self.sources = sources
        let mantissa = UInt64(field & 0x3FFFF)
        let exponent = Int(field >> Self.mantissaBits & 0x3F)
        // What does not fit into 64 bits says no more than "no limit".
        bitrate = Bitrate(bitsPerSecond: mantissa.leadingZeroBitCount < exponent ? .max : mantissa << UInt64(exponent))
    }

    /// Six bits of exponent and 18 of mantissa, rounded down.
    static func exponentAndMantissa(of bitrate: Bitrate) -> UInt32 {
        let excess = max(0, 64 - Int(mantissaBits) - bitrate.bitsPerSecond.leadingZeroBitCount)
        let mantissa = UInt32(truncatingIfNeeded: bitrate.bitsPerSecond >> UInt64(excess))
        return UInt32(truncatingIfNeeded: excess) << mantissaBits | mantissa
    }

    /// The sources that the estimate is about, 0 … 255.
    package var sourceCount: Int { sources.count / 4 }

    /// Source `index`, 0 ..< ``sourceCount``.
    package func source(_ index: Int, in datagram: borrowing RawSpan) throws(ParseError) -> SSRC {
        guard index >= 0, index < sourceCount else { throw .invalid(field: "source index", value: index) }
        return SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: sources.lowerBound + 4 * index))
    }
}
