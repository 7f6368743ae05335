import Telemetry
import Testing
import Units

@Suite("DelaySplit")
struct DelaySplitTests {
    private static let millisecond: Int64 = 1_000_000

    private func at(_ seconds: Int) -> Instant { Instant(nanoseconds: UInt64(seconds) * 1_000_000_000) }

    /// A split that has seen ten round trips of 40 ms.
    private func settled() -> DelaySplit {
        var split = DelaySplit()
        for second in 0..<10 {
            let parts = split.take(roundTrip: 40 * Self.millisecond, back: 0, at: at(second))
            #expect(parts.there == 0 && parts.excess == 0)
        }
        return split
    }

    @Test(
        "what round trips grow by is the way back's where that says so, and the way there's where not",
        arguments: [(0, 0), (0, 500), (500, 0), (300, 700)] as [(Int64, Int64)])
    func parts(there: Int64, back: Int64) {
        var split = settled()
        let parts = split.take(
            roundTrip: (40 + there + back) * Self.millisecond, back: back * Self.millisecond, at: at(10))
        #expect(abs(parts.there - there * Self.millisecond) < 4 * Self.millisecond && parts.excess == 0)
    }

    @Test("a delay on the way back that the round trip has not is not believed")
    func excess() {
        var split = settled()
        let parts = split.take(roundTrip: 140 * Self.millisecond, back: 500 * Self.millisecond, at: at(10))
        #expect(parts.there == 0 && abs(parts.excess - 400 * Self.millisecond) < 4 * Self.millisecond)
        var first = DelaySplit()
        #expect(
            first.take(roundTrip: 100 * Self.millisecond, back: 500 * Self.millisecond, at: at(0)).excess
                == 400 * Self.millisecond, "no round trip is below zero")
    }

    @Test("a line that is slow when it is first seen is known by what its packets say")
    func beginsSlow() {
        var split = DelaySplit()
        let first = split.take(roundTrip: 2_040 * Self.millisecond, back: 2_000 * Self.millisecond, at: at(0))
        #expect(first.there == 0 && first.excess == 0)
        let second = split.take(roundTrip: 540 * Self.millisecond, back: 0, at: at(1))
        #expect(abs(second.there - 500 * Self.millisecond) < Self.millisecond)
    }

    @Test("a packet that has not come has waited at least so long as it is too old")
    func overdue() throws {
        let split = settled()
        let overdue = try #require(
            split.overdue(age: 1_000 * Self.millisecond, back: 100 * Self.millisecond, at: at(10)))
        #expect(abs(overdue - 860 * Self.millisecond) < 4 * Self.millisecond)
        #expect(split.overdue(age: 30 * Self.millisecond, back: 0, at: at(10)) == 0)
        #expect(DelaySplit().overdue(age: 1_000, back: 0, at: at(0)) == nil)
    }
}
