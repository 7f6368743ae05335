package import Units
package import Wire

/// What a receiver says about one source (RFC 3550 §6.4.1).
package struct ReportBlock: Equatable, Sendable {
    /// The source that is reported on.
    package var ssrc: SSRC
    /// Packets lost since the last report, in 1/256 of those expected.
    package var fractionLost: UInt8
    /// Packets lost since the start; 24 bits, negative where there were duplicates.
    package var cumulativeLost: Int32
    /// The highest sequence number received, times it wrapped around in the upper half.
    package var highestSequenceNumber: UInt32
    /// Interarrival jitter in ticks of the source's clock.
    package var jitter: UInt32
    /// LSR: the middle 32 bits of the last SR's NTP time; 0 when there was none.
    package var lastSenderReport: UInt32
    /// DLSR: since that SR, in 1/65,536 s.
    package var delaySinceLastSenderReport: UInt32

    /// The bytes of one block.
    static let length = 24

    package init(
        ssrc: SSRC, fractionLost: UInt8, cumulativeLost: Int32, highestSequenceNumber: UInt32, jitter: UInt32,
        lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.highestSequenceNumber = highestSequenceNumber
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }

    init(parsing datagram: borrowing RawSpan, at offset: Int) throws(ParseError) {
        ssrc = SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: offset))
        let loss = try datagram.bigEndian(UInt32.self, at: offset + 4)
        fractionLost = UInt8(truncatingIfNeeded: loss >> 24)
        cumulativeLost = Int32(bitPattern: loss << 8) >> 8
        highestSequenceNumber = try datagram.bigEndian(UInt32.self, at: offset + 8)
        jitter = try datagram.bigEndian(UInt32.self, at: offset + 12)
        lastSenderReport = try datagram.bigEndian(UInt32.self, at: offset + 16)
        delaySinceLastSenderReport = try datagram.bigEndian(UInt32.self, at: offset + 20)
    }

    func write(to datagram: inout MutableRawSpan, at offset: Int) throws(ParseError) {
        try datagram.storeBigEndian(delaySinceLastSenderReport, at: offset + 20)  // First: the one that may not fit.
        try datagram.storeBigEndian(ssrc.rawValue, at: offset)
        let lost = UInt32(bitPattern: max(-0x80_0000, min(cumulativeLost, 0x7F_FFFF))) & 0xFF_FFFF
        try datagram.storeBigEndian(UInt32(fractionLost) << 24 | lost, at: offset + 4)
        try datagram.storeBigEndian(highestSequenceNumber, at: offset + 8)
        try datagram.storeBigEndian(jitter, at: offset + 12)
        try datagram.storeBigEndian(lastSenderReport, at: offset + 16)
    }

    /// How long packets take there and back: A − LSR − DLSR (RFC 3550 §6.4.1).
    ///
    /// - Parameter now: The time on the clock that stamped our SRs.
    /// - Returns: `nil` when the receiver has seen none of our SRs, or says what can't be: a time below zero by more
    ///   than clocks drift (taken as zero up to 1/16 s), or above a minute.
    package func roundTrip(at now: NTPTime) -> Duration? {
        guard lastSenderReport != 0 else { return nil }
        let ticks = Int32(bitPattern: now.middle &- lastSenderReport &- delaySinceLastSenderReport)
        guard ticks > -4_096, ticks < 60 * 65_536 else { return nil }
        return .nanoseconds(Int64(max(ticks, 0)) * 1_000_000_000 / 65_536)
    }
}

/// The report blocks of one SR or RR, read one by one.
package struct ReportBlocks: Equatable, Sendable {
    private let range: Range<Int>

    init(range: Range<Int>) { self.range = range }

    /// 0 … 31.
    package var count: Int { range.count / ReportBlock.length }

    /// Block `index`, 0 ..< ``count``.
    package func block(_ index: Int, in datagram: borrowing RawSpan) throws(ParseError) -> ReportBlock {
        guard index >= 0, index < count else { throw .invalid(field: "report index", value: index) }
        return try ReportBlock(parsing: datagram, at: range.lowerBound + ReportBlock.length * index)
    }
}

/// What an SR says of its source (RFC 3550 §6.4.1).
package struct SenderInfo: Equatable, Sendable {
    /// Wall-clock time at which the report was made.
    package var ntp: NTPTime
    /// The same moment in ticks of the source's clock.
    package var rtpTimestamp: UInt32
    /// Packets sent, modulo 2³².
    package var packetCount: UInt32
    /// Payload bytes sent, without headers and padding, modulo 2³².
    package var octetCount: UInt32

    /// The bytes of it on the wire.
    static let length = 20

    package init(ntp: NTPTime, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32) {
        self.ntp = ntp
        self.rtpTimestamp = rtpTimestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
    }

    init(parsing datagram: borrowing RawSpan, at offset: Int) throws(ParseError) {
        ntp = NTPTime(rawValue: try datagram.bigEndian(UInt64.self, at: offset))
        rtpTimestamp = try datagram.bigEndian(UInt32.self, at: offset + 8)
        packetCount = try datagram.bigEndian(UInt32.self, at: offset + 12)
        octetCount = try datagram.bigEndian(UInt32.self, at: offset + 16)
    }

    func write(to datagram: inout MutableRawSpan, at offset: Int) throws(ParseError) {
        try datagram.storeBigEndian(octetCount, at: offset + 16)  // First: the one that may not fit.
        try datagram.storeBigEndian(ntp.rawValue, at: offset)
        try datagram.storeBigEndian(rtpTimestamp, at: offset + 8)
        try datagram.storeBigEndian(packetCount, at: offset + 12)
    }
}
