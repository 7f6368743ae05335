package import Units

/// When to ask a sender for a keyframe of one layer, whoever wants it.
///
/// Asked at once, then every 500 ms for three seconds, then no more: the switch waits for a natural one. At most one
/// keyframe a second is forced, because each costs the sender's line several pictures' worth of bits; one that came
/// by itself keeps nobody waiting.
package struct KeyframeRequests: Sendable {
    private static let interval = Duration.milliseconds(500)
    private static let attempts = 6
    private static let quietAfterForced = Duration.seconds(1)

    /// When to ask next; `nil` while nobody wants one or asking has not helped.
    package private(set) var deadline: Instant?
    private var attemptsLeft = 0
    /// No request goes out before, whoever wants one.
    private var notBefore = Instant.zero
    /// Whether a request has gone out that no keyframe has answered.
    private var isAsking = false
    /// Whether somebody waits and asking has been given up.
    package private(set) var hasGivenUp = false

    package init() {}

    /// Somebody wants a keyframe: a slot that waits for this source, or a decoder that lost its own.
    package mutating func want(at now: Instant) {
        attemptsLeft = Self.attempts
        hasGivenUp = false
        guard deadline == nil else { return }
        deadline = max(now, notBefore)
    }

    /// A keyframe has come, asked for or not.
    package mutating func keyframe(at now: Instant) {
        if isAsking { notBefore = now.advanced(by: Self.quietAfterForced) }
        isAsking = false
        deadline = nil
        attemptsLeft = 0
        hasGivenUp = false
    }

    /// Nobody waits any more.
    package mutating func cancel() {
        deadline = nil
        attemptsLeft = 0
        hasGivenUp = false
    }

    /// Whether to send a request now.
    package mutating func isDue(at now: Instant) -> Bool {
        guard let due = deadline, due <= now else { return false }
        isAsking = true
        notBefore = now.advanced(by: Self.interval)
        attemptsLeft -= 1
        hasGivenUp = attemptsLeft <= 0
        deadline = hasGivenUp ? nil : notBefore
        return true
    }
}
