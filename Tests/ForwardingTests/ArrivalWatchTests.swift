import Forwarding
import SimulatedNetwork
import Testing
import Units

@Suite("ArrivalWatch")
struct ArrivalWatchTests {
    private struct Line {
        var watch = ArrivalWatch(isPicture: false)
        var findings: [ArrivalWatch.Finding] = []

        /// A packet that arrives at `at` milliseconds, `lag` after its capture.
        mutating func packet(at: Int, lag: Int) {
            findings.append(
                watch.receive(lag: .milliseconds(lag), at: Make.epoch.advanced(by: .milliseconds(at))))
        }

        /// A second of packets with the usual lag.
        static func steady() -> Line {
            var line = Line()
            for step in 0..<50 { line.packet(at: step * 20, lag: 30) }
            line.findings = []
            return line
        }
    }

    @Test("jitter is nothing", arguments: 1...8 as ClosedRange<UInt64>)
    func jitter(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var line = Line()
        for step in 0..<2_000 { line.packet(at: step * 20, lag: 20 + Int.random(in: 0..<150, using: &random)) }
        #expect(line.findings.allSatisfy { $0 == ArrivalWatch.Finding() })
    }

    @Test("after a pause in which the clock went on, the first packet is put on the line")
    func runs() {
        var line = Line.steady()
        line.packet(at: 11_000, lag: 35)
        line.packet(at: 11_020, lag: 30)
        #expect(line.findings[0] == ArrivalWatch.Finding(resumes: true, places: true))
        #expect(line.findings[1] == ArrivalWatch.Finding())
    }

    @Test("a clock that stood still shows by a lag that stays", arguments: [10_000, 300, -5_000])
    func moved(lag: Int) throws {
        var line = Line.steady()
        for step in 0..<30 { line.packet(at: 11_000 + step * 20, lag: 30 + lag) }
        #expect(line.findings[0] == ArrivalWatch.Finding(resumes: true))
        let place = try #require(line.findings.firstIndex { $0.correction != nil })
        #expect(line.findings[1..<place].allSatisfy { $0 == ArrivalWatch.Finding() })
        #expect((10...11).contains(place), "200 ms later, give or take a fraction of NTP time")
        let found = line.findings[place]
        #expect(found.places && !found.resumes)
        let correction = try #require(found.correction)
        #expect(abs(correction.inMilliseconds - Double(lag)) < 1)
    }

    @Test("what a stalled line held back comes in a burst, and is no other clock")
    func stall() {
        var line = Line.steady()
        for step in 0..<100 { line.packet(at: 3_000 + step, lag: 2_030 - step * 20 + step) }
        for step in 0..<50 { line.packet(at: 3_100 + step * 20, lag: 30) }
        #expect(line.findings.allSatisfy { $0.correction == nil })
        #expect(line.findings.filter(\.places).count == 1)
    }

    @Test("discontinuous transmission pauses for 400 ms, and that is no pause")
    func discontinuous() {
        var line = Line.steady()
        for step in 1..<50 { line.packet(at: 1_000 + step * 400, lag: 30) }
        #expect(line.findings.allSatisfy { $0 == ArrivalWatch.Finding() })
    }

    @Test("without a pause a leap of the clock counts from 200 ms on", arguments: [(150, false), (250, true)])
    func leap(lag: Int, counts: Bool) {
        var line = Line.steady()
        for step in 0..<20 { line.packet(at: 1_000 + step * 20, lag: 30 + lag) }
        #expect(line.findings.contains { $0.correction != nil } == counts)
        #expect(line.findings.allSatisfy { !$0.resumes })
    }

    @Test("a report is believed while packets flow, and not in a pause")
    func reports() {
        var line = Line.steady()
        let now = Make.epoch.advanced(by: .milliseconds(1_000))
        let small = line.watch.clockMoved(by: .milliseconds(30), at: now)
        let large = line.watch.clockMoved(by: .milliseconds(-500), at: now)
        #expect(!small && large, "beyond 200 ms the slots follow")
        for step in 0..<20 { line.packet(at: 1_000 + step * 20, lag: 500) }
        #expect(line.findings.allSatisfy { $0 == ArrivalWatch.Finding() })
        let later = Make.epoch.advanced(by: .milliseconds(5_000))
        let paused = line.watch.clockMoved(by: .seconds(4), at: later)
        #expect(!paused)
        line.packet(at: 5_100, lag: 500)
        #expect(line.findings.last?.places == true, "the lag is still the usual one")
    }
}
