package import Units

/// Tells the two directions of a line apart in the round trips over it.
///
/// A round trip is the way there, the way back, and what queues add to each. What they add on the way back is known from
/// the packets that came with the report (``TransitWatch``); what remains above its own ``DelayFloor`` is the way there.
/// Round trips are measured by one clock alone, so they also show when a delay on the way back can't be.
package struct DelaySplit: Sendable, Equatable {
    /// By how much round trip and packets may disagree before packets are not believed: nanoseconds, our choice, above
    /// the spread of single packets on common lines.
    private static let tolerance: Int64 = 30_000_000

    /// Round trips without what queues add on the way back.
    private var rest = DelayFloor()

    package init() {}

    /// Takes a round trip.
    ///
    /// - Parameters:
    ///   - roundTrip: In nanoseconds.
    ///   - back: What queues add on the way back, in nanoseconds; 0 when it is not known.
    ///   - now: When the report came.
    /// - Returns: What queues add on the way there; and how much of `back` can't be, since the round trip is too short
    ///   for it. Both in nanoseconds, 0 or more.
    package mutating func take(roundTrip: Int64, back: Int64, at now: Instant) -> (there: Int64, excess: Int64) {
        let remainder = roundTrip &- back
        let floor = rest.value(at: now) ?? 0
        let excess = remainder < floor &- Self.tolerance ? min(max(back, 0), floor &- remainder) : 0
        return (rest.growth(of: max(remainder &+ excess, 0), at: now), excess)
    }

    /// What queues have added at least on the way there to a packet that had not come when the report was sent.
    ///
    /// - Parameters:
    ///   - age: Since the packet was sent, in nanoseconds.
    ///   - back: As in ``take(roundTrip:back:at:)``.
    ///   - now: When the report came.
    /// - Returns: Nanoseconds, 0 or more; `nil` before the first round trip.
    package func overdue(age: Int64, back: Int64, at now: Instant) -> Int64? {
        rest.value(at: now).map { max(age &- back &- $0, 0) }
    }
}
