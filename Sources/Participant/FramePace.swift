import Units

/// Tells a freeze: a pause between two pictures of at least three times the usual one, and at least 150 ms more than
/// it (Identifiers for WebRTC's Statistics API, `freezeCount`), here of arrival instead of rendering.
struct FramePace {
    private var last: Instant?
    /// The newest pauses in nanoseconds, in a ring.
    private var pauses: [30 of Int64] = InlineArray(repeating: 0)
    private var count = 0
    private var place = 0
    private var sum: Int64 = 0

    /// The average is of so many pauses (`freezeCount`).
    private static let window = 30
    /// Ours, as libwebrtc: of fewer there is no usual pause yet.
    private static let fewest = 5
    /// Ours: a pause counts as this at most, so that no sum overflows.
    private static let longest = Duration.seconds(60)

    /// Takes a picture's arrival; returns whether it ended a freeze.
    mutating func take(_ now: Instant) -> Bool {
        defer { last = now }
        guard let last else { return false }
        let pause = min(now.since(last), Self.longest).nanoseconds
        let usual = count == 0 ? 0 : sum / Int64(count)
        let isFreeze = count >= Self.fewest && pause >= max(3 * usual, usual + 150_000_000)
        if count == Self.window { sum -= pauses[place] } else { count += 1 }
        pauses[place] = pause
        sum += pause
        place = (place + 1) % Self.window
        return isFreeze
    }
}
