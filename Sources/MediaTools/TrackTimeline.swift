import Units

/// Turns the timestamps of one of ffmpeg's streams into ours.
///
/// Ours count from the capture's beginning, for picture and sound alike, whichever process makes them and however often
/// it is started again.
struct TrackTimeline {
    /// Ticks a second.
    let rate: UInt32
    /// The process's timestamp of its beginning; `nil` until its first sender report.
    private var zero: UInt32?

    init(rate: UInt32) { self.rate = rate }

    /// Takes a sender report; all after the first one say the same.
    ///
    /// - Parameters:
    ///   - ntp: What the report calls the time of `timestamp`.
    ///   - timestamp: In the process's own ticks.
    ///   - start: What it calls the time of its beginning, the same for all its streams.
    mutating func follow(ntp: NTPTime, timestamp: UInt32, start: NTPTime) {
        zero = zero ?? timestamp &- ticks(ntp.since(start))
    }

    /// Time since the process's beginning, for a timestamp less than half a cycle (12 h) from it; `nil` before the first
    /// report.
    func elapsed(_ timestamp: UInt32) -> Duration? {
        guard let zero else { return nil }
        return .nanoseconds(Int64(Int32(bitPattern: timestamp &- zero)) * 1_000_000_000 / Int64(rate))
    }

    /// Our timestamp for one of the process's, which began `origin` after the capture; `nil` before the first report.
    func timestamp(_ timestamp: UInt32, origin: Duration) -> UInt32? {
        zero.map { timestamp &- $0 &+ ticks(origin) }
    }

    /// A time in ticks, rounded, modulo 2³²; it may be negative.
    private func ticks(_ duration: Duration) -> UInt32 {
        let scaled = Int128(duration.nanoseconds) * Int128(rate)
        let half: Int128 = scaled < 0 ? -500_000_000 : 500_000_000
        return UInt32(truncatingIfNeeded: (scaled + half) / 1_000_000_000)
    }
}
