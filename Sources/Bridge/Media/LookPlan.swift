import Units

/// When the plane looks at all its endpoints and rooms again.
///
/// At the earliest deadline that the last look found, at once when something came up since, and never twice within a
/// tick. What is due soon is done along with whatever woke the loop anyway: on an idle core waking up alone costs as
/// much as eight packets.
struct LookPlan {
    /// The shortest time between two looks: a NACK is this much late at most.
    static let tick = Duration.milliseconds(10)
    /// How much too early a look may be that costs no waking up; ours.
    static let leeway = Duration.milliseconds(20)

    private(set) var last = Instant.zero
    private var due: Instant?
    private var isUrgent = false

    /// The earliest time for the next look; `nil` when nothing is expected.
    var deadline: Instant? {
        let earliest = last.advanced(by: Self.tick)
        return isUrgent ? earliest : due.map { max($0, earliest) }
    }

    /// Something came up that the last look could not know of.
    mutating func hurry(at now: Instant) {
        isUrgent = true
        last = max(last, now.advanced(by: .zero - Self.tick))
    }

    /// Something will be due then; `nil` changes nothing.
    mutating func expect(_ instant: Instant?) { due = due.earlier(instant) }

    /// Begins a look, unless nothing is due soon or the last one is not a tick ago.
    ///
    /// - Returns: Until when to do at once what may be early; `nil` when there is nothing to look for.
    mutating func begin(at now: Instant) -> Instant? {
        let horizon = now.advanced(by: Self.leeway)
        guard now >= last.advanced(by: Self.tick), isUrgent || (due ?? .distantFuture) <= horizon else { return nil }
        last = now
        due = nil
        isUrgent = false
        return horizon
    }
}
