import Participant
import Testing
import Units

@Suite("When to try again")
struct RetryPolicyTests {
    @Test("The first try comes after 0.2 to 1 s, the next at most 2 s apart for half a minute", arguments: 0..<50)
    func firstHalfMinute(seed: UInt64) {
        var random = SeededRandom(seed)
        var policy = RetryPolicy()
        let start = Instant(nanoseconds: 7_000_000_000)
        var now = start
        let first = policy.pause(at: now, random: &random)
        #expect(first >= .milliseconds(200) && first <= .seconds(1))
        now = now.advanced(by: first)
        while now.since(start) < .seconds(30) {
            let pause = policy.pause(at: now, random: &random)
            #expect(pause >= .milliseconds(250) && pause <= .seconds(2))
            now = now.advanced(by: pause)
        }
    }

    @Test("Afterwards pauses grow to ten seconds and no further", arguments: 0..<20)
    func later(seed: UInt64) {
        var random = SeededRandom(seed)
        var policy = RetryPolicy()
        var now = Instant.zero
        var pauses: [Duration] = []
        while now < Instant(nanoseconds: 300_000_000_000) {
            let pause = policy.pause(at: now, random: &random)
            pauses.append(pause)
            now = now.advanced(by: pause)
        }
        #expect(pauses.suffix(5).allSatisfy { $0 >= .milliseconds(7_500) && $0 <= .seconds(10) })
    }

    @Test("Retry-After is never undercut, nor passed by more than a second", arguments: 0..<20)
    func retryAfter(seed: UInt64) {
        var random = SeededRandom(seed)
        var policy = RetryPolicy()
        for _ in 0..<10 {
            let pause = policy.pause(at: .zero, retryAfter: .seconds(6), random: &random)
            #expect(pause >= .seconds(6) && pause <= .seconds(7))
        }
    }

    @Test("After a success the next loss starts from the beginning")
    func success() {
        var random = SeededRandom(3)
        var policy = RetryPolicy()
        for second in 0..<100 {
            _ = policy.pause(at: Instant(nanoseconds: UInt64(second) * 1_000_000_000), random: &random)
        }
        policy.succeed()
        let pause = policy.pause(at: Instant(nanoseconds: 200_000_000_000), random: &random)
        #expect(pause >= .milliseconds(200) && pause <= .seconds(1))
    }

    @Test("Tries of many devices spread: two seeds hardly ever give the same pause")
    func spread() {
        let pauses = (UInt64(0)..<100).map { seed in
            var random = SeededRandom(seed)
            var policy = RetryPolicy()
            return policy.pause(at: .zero, random: &random)
        }
        #expect(Set(pauses).count > 95)
    }
}
