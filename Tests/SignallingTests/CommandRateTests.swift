import Signalling
import Testing
import Units

@Suite("CommandRate")
struct CommandRateTests {
    @Test("twenty at once pass, then ten a second", arguments: [0, 1_000_000_007] as [UInt64])
    func burstThenRate(start: UInt64) {
        let start = Instant(nanoseconds: start)
        var rate = CommandRate(at: start)
        for _ in 0..<20 { #expect(rate.take(at: start) == .pass) }
        #expect(rate.take(at: start) == .refuse(retryAfter: .milliseconds(100)))
        #expect(rate.take(at: start.advanced(by: .milliseconds(99))) == .refuse(retryAfter: .milliseconds(1)))
        for step in 1...30 {
            let now = start.advanced(by: .milliseconds(100 * step))
            #expect(rate.take(at: now) == .pass)
            #expect(rate.take(at: now) == .refuse(retryAfter: .milliseconds(100)))
        }
    }

    @Test("after two seconds of quiet the burst is whole again, and no more than whole")
    func refills() {
        var rate = CommandRate(at: .zero)
        for _ in 0..<20 { _ = rate.take(at: .zero) }
        for pause in [2, 60] {
            let now = Instant.zero.advanced(by: .seconds(pause))
            for _ in 0..<20 { #expect(rate.take(at: now) == .pass) }
            #expect(rate.take(at: now) != .pass)
        }
    }

    @Test("more than two hundred refusals in a row close; one that passes begins the count anew")
    func closes() {
        var rate = CommandRate(at: .zero)
        for _ in 0..<20 { _ = rate.take(at: .zero) }
        for _ in 0..<200 { #expect(rate.take(at: .zero) == .refuse(retryAfter: .milliseconds(100))) }
        var patient = rate
        #expect(rate.take(at: .zero) == .close)
        #expect(rate.take(at: .zero) == .close)

        let later = Instant.zero.advanced(by: .milliseconds(100))
        #expect(patient.take(at: later) == .pass)
        for _ in 0..<200 { #expect(patient.take(at: later) == .refuse(retryAfter: .milliseconds(100))) }
        #expect(patient.take(at: later) == .close)
    }

    @Test("10,000 a second are closed within a second, having passed thirty at most")
    func flood() {
        var rate = CommandRate(at: .zero)
        var passed = 0
        var closed: Int?
        for step in 0..<10_000 {
            switch rate.take(at: Instant(nanoseconds: UInt64(step) * 100_000)) {
            case .pass: passed += 1
            case .refuse: break
            case .close: closed = closed ?? step
            }
        }
        #expect(passed <= 30)
        #expect((closed ?? .max) < 1_000)
    }

    @Test("at the end of the scale nothing traps")
    func saturates() {
        var rate = CommandRate(at: .distantFuture)
        for _ in 0..<40 { _ = rate.take(at: .distantFuture) }
        #expect(rate.take(at: .zero) != .pass)
    }
}
