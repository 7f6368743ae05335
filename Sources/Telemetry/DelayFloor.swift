package import Units

/// The part of a delay that no queue makes: the smallest value so far, let up slowly.
///
/// Like the base delay of RFC 6817 §3.4.2, but without its list of minutes: a queue that stands for ten minutes must not
/// become the new base, and clocks that drift apart must not look like a queue. Both is had by letting the floor rise
/// by 300 ppm, which is more than crystals and sound cards are off, and a second of delay in an hour.
package struct DelayFloor: Sendable, Equatable {
    /// Nanoseconds by which the floor rises in 10,000.
    private static let rise: Int64 = 3

    /// Nanoseconds, as of `at`.
    private var floor: Int64?
    private var at = Instant.zero

    package init() {}

    /// Takes a delay; from where it is counted does not matter.
    ///
    /// - Parameters:
    ///   - delay: In nanoseconds.
    ///   - now: When it was measured; not before the last one.
    /// - Returns: What it is above the floor: nanoseconds, 0 or more.
    @discardableResult
    package mutating func growth(of delay: Int64, at now: Instant) -> Int64 {
        let floor = min(value(at: now) ?? delay, delay)
        self.floor = floor
        at = now
        return delay &- floor
    }

    /// Where the floor is, in nanoseconds; `nil` before the first delay.
    package func value(at now: Instant) -> Int64? {
        guard let floor else { return nil }
        let (rise, overflow) = now.since(at).nanoseconds.multipliedReportingOverflow(by: Self.rise)
        return overflow ? floor : floor &+ max(rise, 0) / 10_000
    }

    /// The delay has grown by `step` nanoseconds for good, and not because of a queue.
    package mutating func raise(by step: Int64) {
        if let floor { self.floor = floor &+ step }
    }
}
