import Units

/// Turns the timestamps of one of ffmpeg's streams into ours, which count from the capture's beginning for picture and
/// sound alike.
struct TrackTimeline {
    /// Ticks a second.
    let rate: UInt32
    /// Added to ffmpeg's timestamps; `nil` until its first sender report.
    private(set) var offset: UInt32?

    init(rate: UInt32) { self.rate = rate }

    /// Takes a sender report.
    ///
    /// - Parameters:
    ///   - ntp: What the report calls the time of `timestamp`.
    ///   - timestamp: In ffmpeg's ticks.
    ///   - start: What it calls the time at which its source began: the same for all streams of a process.
    ///   - origin: What our own timestamps say at that moment, as time since the capture's beginning.
    mutating func follow(ntp: NTPTime, timestamp: UInt32, start: NTPTime, origin: Duration) {
        guard offset == nil else { return }
        offset = ticks(ntp.since(start)) &+ ticks(origin) &- timestamp
    }

    /// The timestamp that we send; `nil` before the first report.
    func timestamp(_ source: UInt32) -> UInt32? { offset.map { source &+ $0 } }

    /// Time since the capture's beginning, for a timestamp of ours less than half a cycle from `near`.
    func time(of timestamp: UInt32, near: Duration) -> Duration {
        let distance = Int32(bitPattern: timestamp &- ticks(near))
        return near + .nanoseconds(Int64(distance) * 1_000_000_000 / Int64(rate))
    }

    /// A time in ticks, modulo 2³²; also a negative one.
    func ticks(_ duration: Duration) -> UInt32 {
        let scaled = Int128(duration.nanoseconds) * Int128(rate)
        // Rounded: the times of reports are a few hundred picoseconds off.
        let rounded = scaled + 500_000_000
        let (quotient, remainder) = rounded.quotientAndRemainder(dividingBy: 1_000_000_000)
        return UInt32(truncatingIfNeeded: remainder < 0 ? quotient - 1 : quotient)
    }
}
