import LibUV
import Testing
import Units

@Suite("LoopTimer")
struct LoopTimerTests {
    @Test("a timer is never early", arguments: [0, 1, 999_999, 1_000_000, 1_500_000, 7_000_001])
    func neverEarly(nanoseconds: Int) throws {
        try withLoop { loop in
            let deadline = loop.now.advanced(by: .nanoseconds(nanoseconds))
            let fired = Box<Instant?>(nil)
            let timer = try LoopTimer(on: loop) {
                fired.value = loop.now
                loop.stop()
            }
            try timer.start(at: deadline)
            loop.run()
            #expect(try #require(fired.value) >= deadline)
        }
    }

    @Test("a deadline that has passed fires in the next turn; one that never comes does not trap")
    func extremes() throws {
        try withLoop { loop in
            let never = try LoopTimer(on: loop) { Issue.record("fired") }
            try never.start(at: .distantFuture)
            try never.start(after: .seconds(Int64.max))
            let timer = try LoopTimer(on: loop) { loop.stop() }
            try timer.start(at: .zero)
            loop.run()
            let isStarted = never.isStarted
            #expect(isStarted)
        }
    }

    @Test("a repeating timer repeats, and can stop itself")
    func repeats() throws {
        final class Ticker {
            var timer: LoopTimer?
            var ticks = 0
        }
        try withLoop { loop in
            let ticker = Ticker()
            let timer = try LoopTimer(on: loop) {
                ticker.ticks += 1
                guard ticker.ticks == 5 else { return }
                ticker.timer = nil
                loop.stop()
            }
            try timer.start(after: .milliseconds(1), every: .microseconds(1))
            ticker.timer = consume timer
            loop.run()
            try loop.runOneTurn()
            #expect(ticker.ticks == 5)
        }
    }
}
