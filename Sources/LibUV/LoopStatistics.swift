import Units

/// How busy a loop is.
package struct LoopStatistics: Equatable, Sendable {
    /// Turns since the loop began to run.
    package var turns: UInt64 = 0
    /// Time spent on work, that is, not waiting for events.
    package var busy: Duration = .zero
    /// The most work of one turn since the statistics were last taken: how long an event may have had to wait.
    package var longestTurn: Duration = .zero

    package init() {}
}

/// Measures a loop's turns: two clock readings a turn, no memory.
struct TurnMeter {
    private var statistics = LoopStatistics()
    private var turnStart: UInt64 = 0
    private var idleAtStart: UInt64 = 0

    /// - Parameters:
    ///   - idle: How long the loop has waited for events since it was made, in nanoseconds.
    ///   - now: The monotonic clock, in nanoseconds.
    mutating func start(idle: UInt64, now: UInt64) {
        turnStart = now
        idleAtStart = idle
    }

    /// Takes the time since ``start(idle:now:)`` or the last call, less the waiting, as one turn's work.
    mutating func endTurn(idle: UInt64, now: UInt64) {
        let work = Duration.nanoseconds(Int64(clamping: (now &- turnStart) &- (idle &- idleAtStart)))
        statistics.turns &+= 1
        statistics.busy += work
        statistics.longestTurn = max(statistics.longestTurn, work)
        start(idle: idle, now: now)
    }

    mutating func take() -> LoopStatistics {
        defer { statistics.longestTurn = .zero }
        return statistics
    }
}
