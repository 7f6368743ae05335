package import Units

/// When to try again: soon at first, so that a hiccup is over before anybody asks, rarer later, and spread by chance,
/// so that a province's devices don't all come at once.
package struct RetryPolicy: Sendable {
    /// Pauses after a loss: the first one, before the tries that are the likeliest to help.
    static let firstPause = Duration.milliseconds(200)...Duration.seconds(1)
    /// The longest pause while ``patience`` lasts.
    static let shortPause = Duration.seconds(2)
    /// The longest pause after that.
    static let longPause = Duration.seconds(10)
    static let patience = Duration.seconds(30)
    /// By how much more than `Retry-After` says we wait at most.
    static let spread = Duration.seconds(1)

    private var troubleSince: Instant?
    private var tries = 0

    package init() {}

    /// All is well: the next loss starts from the beginning.
    package mutating func succeed() {
        troubleSince = nil
        tries = 0
    }

    /// A try failed or a session was lost.
    ///
    /// - Parameters:
    ///   - now: When.
    ///   - retryAfter: What the server said; never undercut.
    ///   - random: Spreads the tries.
    /// - Returns: How long to wait before the next try.
    package mutating func pause(
        at now: Instant, retryAfter: Duration? = nil, random: inout some RandomNumberGenerator
    ) -> Duration {
        let since = troubleSince ?? now
        troubleSince = since
        tries += 1
        let own = Self.between(range(after: now.since(since)), random: &random)
        guard let retryAfter else { return own }
        return max(own, retryAfter + Self.between(.zero...Self.spread, random: &random))
    }

    private func range(after trouble: Duration) -> ClosedRange<Duration> {
        if tries == 1 { return Self.firstPause }
        guard trouble >= Self.patience else {
            let longest = min(.milliseconds(500 << min(tries - 1, 4)), Self.shortPause)
            return longest / 2...longest
        }
        let longest = min(Self.shortPause * 2 + (trouble - Self.patience) / 10, Self.longPause)
        return longest * 3 / 4...longest
    }

    private static func between(
        _ range: ClosedRange<Duration>, random: inout some RandomNumberGenerator
    ) -> Duration {
        .nanoseconds(Int64.random(in: range.lowerBound.nanoseconds...range.upperBound.nanoseconds, using: &random))
    }
}
