package import Units

/// What was received of one source, as a receiver report states it (RFC 3550 §6.4.1, A.1, A.3, A.8).
///
/// Without the probation of A.1: only authenticated packets come here. Resent packets (RTX) don't: the statistics are
/// of the path, not of its repair.
package struct ReceptionStatistics: Sendable {
    /// A forward jump of at least this much is no loss but a restart (A.1, `MAX_DROPOUT`).
    private static let maximumDropout: UInt16 = 3_000
    /// A packet older than this is no latecomer but a restart (A.1, `MAX_MISORDER`).
    private static let maximumMisorder: UInt16 = 100

    /// Ticks a second; at least 1.
    package let clockRate: UInt32
    /// Packets received since the start, duplicates and latecomers among them.
    package private(set) var packets: UInt64 = 0
    /// Payload bytes received.
    package private(set) var octets: UInt64 = 0
    /// The source's last SR and when it came.
    private var lastSenderReport: (middle: UInt32, arrival: Instant)?

    private var first: UInt64 = 0
    /// The highest sequence number with the times it wrapped above it; `nil` before the first packet.
    private var highest: UInt64?
    /// Packets since `first`, which a restart moves.
    private var received: UInt64 = 0
    private var expectedBefore: UInt64 = 0
    private var receivedBefore: UInt64 = 0
    private var restart: SequenceNumber?
    private var transit: UInt32?
    /// In sixteenths of a tick.
    private var scaledJitter: UInt64 = 0

    /// - Parameter clockRate: Of the source's payload type: 90 000 for video, 48 000 for Opus.
    package init(clockRate: UInt32) { self.clockRate = max(clockRate, 1) }

    /// Counts a packet that came at `now`, by our own clock.
    package mutating func receive(_ header: RTPHeader, at now: Instant) {
        guard updateHighest(header.sequenceNumber) else { return }
        packets &+= 1
        received &+= 1
        octets &+= UInt64(header.payload.count)
        updateJitter(timestamp: header.timestamp, at: now)
    }

    /// Remembers the source's SR for LSR and DLSR.
    package mutating func receiveSenderReport(ntp: NTPTime, at now: Instant) {
        lastSenderReport = (ntp.middle, now)
    }

    /// Packets that should have come since the start, or the last restart of the source.
    package var expected: UInt64 { highest.map { $0 - first + 1 } ?? 0 }

    /// Packets expected but not received; negative where there were duplicates (A.3).
    package var cumulativeLost: Int64 { Int64(clamping: expected) - Int64(clamping: received) }

    /// Interarrival jitter in ticks of the source's clock.
    package var jitter: UInt32 { UInt32(clamping: scaledJitter >> 4) }

    /// The same as a time.
    package var jitterTime: Duration { .nanoseconds(Int64(jitter) * 1_000_000_000 / Int64(clockRate)) }

    /// Makes the block for the next report and starts a new interval for its fraction.
    ///
    /// - Parameters:
    ///   - ssrc: The source's.
    ///   - now: For DLSR: since its last SR came.
    /// - Returns: `nil` before the first packet: there is nothing to report on.
    package mutating func makeReport(ssrc: SSRC, at now: Instant) -> ReportBlock? {
        guard let highest else { return nil }
        let expectedNow = expected &- expectedBefore
        let receivedNow = received &- receivedBefore
        expectedBefore = expected
        receivedBefore = received
        let lost = expectedNow > receivedNow ? expectedNow - receivedNow : 0
        // Expected numbers stay below 2⁴⁸, so the shift loses nothing; 256/256 is written as 255/256.
        let fraction = expectedNow == 0 ? 0 : min(lost << 8 / expectedNow, 255)
        return ReportBlock(
            ssrc: ssrc, fractionLost: UInt8(truncatingIfNeeded: fraction),
            cumulativeLost: Int32(max(-0x80_0000, min(cumulativeLost, 0x7F_FFFF))),
            highestSequenceNumber: UInt32(truncatingIfNeeded: highest), jitter: jitter,
            lastSenderReport: lastSenderReport?.middle ?? 0,
            delaySinceLastSenderReport: lastSenderReport.map { Self.ticks(now.since($0.arrival)) } ?? 0)
    }

    // MARK: RFC 3550, appendix A

    /// Takes the number into account (A.1, `update_seq`).
    ///
    /// - Returns: Whether the packet counts; a single stray from far off does not.
    private mutating func updateHighest(_ number: SequenceNumber) -> Bool {
        guard let highest else {
            startAfresh(at: number)
            return true
        }
        let newest = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: highest))
        let step = number.rawValue &- newest.rawValue
        if step < Self.maximumDropout {
            self.highest = highest + UInt64(step)
            return true
        }
        guard step <= 0 &- Self.maximumMisorder else { return true }
        guard number == restart else {
            restart = number.advanced(by: 1)
            return false
        }
        startAfresh(at: number)
        return true
    }

    /// Begins counting at `number` (A.1, `init_seq`).
    private mutating func startAfresh(at number: SequenceNumber) {
        first = UInt64(number.rawValue)
        highest = first
        restart = nil
        received = 0
        expectedBefore = 0
        receivedBefore = 0
        transit = nil
    }

    /// Follows the variation of the transit time (A.8), a sixteenth of the difference at a time.
    private mutating func updateJitter(timestamp: UInt32, at now: Instant) {
        let seconds = now.nanoseconds / 1_000_000_000
        let rest = now.nanoseconds % 1_000_000_000
        let ticks = seconds &* UInt64(clockRate) &+ rest * UInt64(clockRate) / 1_000_000_000
        let transit = UInt32(truncatingIfNeeded: ticks) &- timestamp
        defer { self.transit = transit }
        guard let before = self.transit else { return }
        let difference = UInt64(Int32(bitPattern: transit &- before).magnitude)
        // Our choice: five seconds are a jump of the source's clock, no jitter.
        guard difference < 5 * UInt64(clockRate) else { return }
        scaledJitter = scaledJitter &+ difference &- (scaledJitter &+ 8) >> 4
    }

    /// `duration` in 1/65,536 s, held within 32 bits.
    private static func ticks(_ duration: Duration) -> UInt32 {
        let (seconds, rest) = UInt64(clamping: duration.nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
        return UInt32(clamping: seconds << 16 | rest << 16 / 1_000_000_000)
    }
}
