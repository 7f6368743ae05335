package import Units

/// Holds one participant's commands to a rate: a token bucket, and an end for whoever doesn't stop.
package struct CommandRate: Sendable {
    package enum Verdict: Equatable, Sendable {
        case pass
        /// `too-many-commands`; the next one passes after this.
        case refuse(retryAfter: Duration)
        /// More than ``refusalLimit`` were refused in a row: close the socket.
        case close
    }

    /// Commands that may come at once; ours: a person never gives that many, a page at its start may.
    package static let burst = 20
    /// Commands a second in the long run; ours.
    package static let perSecond = 10
    /// Refusals in a row that a confused client is allowed.
    package static let refusalLimit = 200

    /// When the bucket is full again, if nothing more comes.
    private var full: Instant
    private var refusals = 0

    package init(at now: Instant) { full = now }

    /// Judges one command that came at `now`.
    package mutating func take(at now: Instant) -> Verdict {
        let interval = Duration.nanoseconds(1_000_000_000 / Self.perSecond)
        let next = max(full, now).advanced(by: interval)
        let excess = next.since(now) - interval * Self.burst
        guard excess > .zero else {
            full = next
            refusals = 0
            return .pass
        }
        refusals += 1
        return refusals > Self.refusalLimit ? .close : .refuse(retryAfter: excess)
    }
}
