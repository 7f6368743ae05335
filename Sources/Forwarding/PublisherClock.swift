package import Units

/// What one publisher's wall clock shows against the bridge's; its sound and picture share it.
///
/// Both streams of a publisher are placed by the same offset, so that they keep their distance (lip sync) whatever
/// the publisher's clock shows. The offset holds the one-way delay of the report that made it.
package struct PublisherClock: Sendable {
    /// What to add to the publisher's NTP time to get the bridge's; `nil` before the first sender report.
    package private(set) var offset: Duration?

    package init() {}

    /// Takes a sender report's NTP time (RFC 3550 §6.4.1).
    ///
    /// - Parameters:
    ///   - ntp: As the publisher wrote it.
    ///   - arrival: The bridge's NTP time when it came.
    ///   - isShown: Whether a source of this publisher is on a slot: the offset then stays as it is, because moving
    ///     it would move the picture against the sound of what is being watched.
    package mutating func senderReport(ntp: NTPTime, arrival: NTPTime, isShown: Bool) {
        guard offset == nil || !isShown else { return }
        offset = arrival.since(ntp)
    }

    /// The bridge's time for a publisher's `ntp`; `nil` before the first sender report.
    package func bridgeTime(of ntp: NTPTime) -> NTPTime? {
        offset.map { ntp.advanced(by: $0) }
    }
}

/// When the samples of one RTP stream were captured, in the bridge's time.
package struct StreamClock: Sendable {
    private let rate: UInt32
    /// A timestamp of the stream and the bridge's time at which it was captured.
    private var anchor: (timestamp: UInt32, time: NTPTime)

    /// - Parameters:
    ///   - rate: Ticks a second; not zero.
    ///   - timestamp: Of the stream's first packet.
    ///   - arrival: When that came: the best guess until the first sender report.
    package init(rate: UInt32, timestamp: UInt32, arrival: NTPTime) {
        precondition(rate > 0, "a clock that stands still measures nothing")
        self.rate = rate
        anchor = (timestamp, arrival)
    }

    /// Takes what a sender report says of this stream: `timestamp` was captured at `time`, in the bridge's time.
    package mutating func senderReport(timestamp: UInt32, time: NTPTime) { anchor = (timestamp, time) }

    /// When the sample with `timestamp` was captured; right within 2³¹ ticks of the last ``follow(_:)``.
    package func captureTime(of timestamp: UInt32) -> NTPTime {
        let ticks = Int64(Int32(bitPattern: timestamp &- anchor.timestamp))
        return anchor.time.advanced(by: .nanoseconds(ticks * 1_000_000_000 / Int64(rate)))
    }

    /// The timestamp that a sample captured at `time` would carry.
    package func timestamp(at time: NTPTime) -> UInt32 {
        anchor.timestamp &+ ticks(of: time.since(anchor.time), rate: rate)
    }

    /// Moves the anchor along when the stream has come far from it, so that no wrap-around comes between.
    package mutating func follow(_ timestamp: UInt32) {
        guard timestamp &- anchor.timestamp > 1 << 29, timestamp &- anchor.timestamp < 1 << 31 else { return }
        anchor = (timestamp, captureTime(of: timestamp))
    }
}

/// `duration` in ticks of a clock of `rate` a second, modulo 2³² as timestamps are.
func ticks(of duration: Duration, rate: UInt32) -> UInt32 {
    let (seconds, attoseconds) = duration.components
    let fraction = attoseconds / 1_000_000_000 * Int64(rate) / 1_000_000_000
    return UInt32(truncatingIfNeeded: seconds &* Int64(rate) &+ fraction)
}
