import Telemetry
import Testing
import Units

@Suite("TransitWatch")
struct TransitWatchTests {
    /// A stream of sound whose packets come 20 ms apart, and what a watch says of it each second.
    private struct Stream {
        var watch = TransitWatch(clockRate: 48_000, isPicture: false)
        /// By the sender's clock.
        private(set) var captured = Duration.seconds(5)
        private(set) var sent = Instant(nanoseconds: 7_200_000_000_000)
        private var firstTimestamp: UInt32
        var skew = 0.0
        private var arrival = Instant.zero

        init(firstTimestamp: UInt32 = 0xFFFF_F000) { self.firstTimestamp = firstTimestamp }

        /// Sends for so long; `delay` says what each packet's is, by the seconds since the beginning of the call.
        ///
        /// - Returns: The figures, in milliseconds.
        @discardableResult
        mutating func run(_ seconds: Double, _ delay: (Double) -> Duration = { _ in .zero }) -> [Double?] {
            var figures: [Double?] = []
            for packet in 0..<Int(seconds * 50) {
                let before = arrival
                arrival = max(sent.advanced(by: .milliseconds(20) + delay(Double(packet) / 50)), arrival)
                let ticks = Int64(captured.inSeconds * 48_000)
                watch.receive(
                    timestamp: firstTimestamp &+ UInt32(truncatingIfNeeded: ticks), at: arrival)
                pass(.milliseconds(20))
                if arrival.nanoseconds / 1_000_000_000 != before.nanoseconds / 1_000_000_000 {
                    figures.append(watch.takeLeast(at: arrival).map { Double($0) / 1e6 })
                }
            }
            return figures
        }

        mutating func pass(_ time: Duration, clockRuns: Bool = true) {
            sent = sent.advanced(by: time)
            if clockRuns { captured += .nanoseconds(Int64(Double(time.nanoseconds) * (1 + skew))) }
        }

        mutating func leap(_ ticks: Int32) { firstTimestamp &+= UInt32(bitPattern: ticks) }
    }

    /// Within 5 ms: the floor rises by 0.3 ms a second.
    private func isNear(_ figure: Double??, _ expected: Double) -> Bool {
        guard let figure = figure ?? nil else { return false }
        return abs(figure - expected) < 5
    }

    @Test("a steady stream has no delay, wherever its timestamps begin", arguments: [0, 0x7FFF_FF00, 0xFFFF_FF00])
    func steady(first: UInt32) {
        var stream = Stream(firstTimestamp: first)
        #expect(stream.run(10).dropFirst().allSatisfy { $0 == 0 })
    }

    @Test(
        "a queue that stands is its delay, after ten minutes too, whatever the clocks do", arguments: [0, 3e-4, -3e-4])
    func standing(skew: Double) throws {
        var stream = Stream()
        stream.skew = skew
        #expect(stream.run(120).allSatisfy { $0 ?? 0 < 2 })
        let figures = stream.run(600) { .milliseconds(Int(min($0 * 500, 900))) }
        let second = try #require(figures[4])
        #expect((880...902).contains(second))
        // The floor rises by 300 ppm, and a clock that runs fast takes as much again.
        let last = try #require(figures.last ?? nil)
        #expect((500...902).contains(last), "\(last)")
        #expect(stream.run(10).last == .some(0) || skew != 0)
    }

    @Test("skew alone is no delay, for an hour", arguments: [3e-4, -3e-4, 1e-5])
    func skew(skew: Double) {
        var stream = Stream()
        stream.skew = skew
        #expect(stream.run(3_600).allSatisfy { $0 ?? 0 < 1 })
    }

    @Test("more skew than clocks have is seen, so that the test before would fail")
    func skewControl() throws {
        var stream = Stream()
        stream.skew = -1e-3
        let last = try #require(stream.run(600).last ?? nil)
        #expect(last > 300)
    }

    @Test("jitter of 100 ms is next to nothing; so is a queue that drains within the second", arguments: [1, 2])
    func jitter(seed: UInt64) {
        var random = seed
        var stream = Stream()
        let jittery = stream.run(60) { _ in
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return .milliseconds(Int(random >> 33) % 100)
        }
        #expect(jittery.allSatisfy { $0 ?? 0 < 60 })
        let bursts = stream.run(60) { .milliseconds($0.truncatingRemainder(dividingBy: 1) < 0.5 ? 400 : 0) }
        #expect(bursts.dropFirst(2).allSatisfy { $0 ?? 0 < 30 })
    }

    @Test("a pause is no delay, whether the sender's clock goes on or not", arguments: [true, false])
    func pause(clockRuns: Bool) {
        var stream = Stream()
        stream.run(10)
        stream.pass(.seconds(4), clockRuns: clockRuns)
        #expect(stream.run(20).allSatisfy { $0 ?? 0 < 1 })
        #expect(isNear(stream.run(5) { _ in .milliseconds(200) }.last, 200), "it still sees")
    }

    @Test("after a pause a round trip says whether the line or the sender stood still")
    func doubt() throws {
        for excess in [Int64(0), 2_000_000_000] {
            var stream = Stream()
            stream.run(10)
            stream.pass(.seconds(2), clockRuns: false)
            #expect(stream.run(2).allSatisfy { $0 == 0 }, "in doubt")
            let present = try #require(stream.watch.present(at: stream.sent))
            #expect(isNear(Double(present) / 1e6, 2_000), "the doubtful is told too: \(present)")
            stream.watch.settle(excess: excess)
            #expect(isNear(stream.run(2).last, excess == 0 ? 2_000 : 0))
        }
    }

    @Test("timestamps that leap, or numbers that begin anew, are no delay", arguments: [-480_000, -960, 960, 480_000])
    func leaps(ticks: Int32) {
        var stream = Stream()
        stream.run(5)
        stream.leap(ticks)
        #expect(stream.run(5).dropFirst().allSatisfy { $0 ?? 0 < 1 })
        stream.leap(1 << 30)
        stream.watch.restart()
        #expect(stream.run(5).dropFirst().allSatisfy { $0 ?? 0 < 1 })
        #expect(isNear(stream.run(5) { _ in .milliseconds(200) }.last, 200), "it still sees")
    }

    @Test("pictures count by their first packet, and those out of order of their capture not at all")
    func pictures() {
        var watch = TransitWatch(clockRate: 90_000, isPicture: true)
        var now = Instant(nanoseconds: 1_000_000_000)
        for picture in 0..<300 {
            // 1, 0, 3, 2, 5, 4 …: as pictures that are predicted from later ones come.
            let timestamp = UInt32(truncatingIfNeeded: (picture ^ 1) * 3_000)
            for packet in 0..<10 {
                watch.receive(timestamp: timestamp, at: now.advanced(by: .milliseconds(packet)))
            }
            now = now.advanced(by: .nanoseconds(33_333_333))
        }
        let least = watch.takeLeast(at: now) ?? .max
        #expect(least < 1_000_000)
        #expect(watch.takeLeast(at: now) == nil, "nothing came since")
        #expect(watch.present(at: now.advanced(by: .seconds(2))) == nil, "what is old is not the present")
    }

    @Test("any timestamp at any time is survived")
    func anything() {
        var random: UInt64 = 7
        var watch = TransitWatch(clockRate: 0, isPicture: false)
        var now = Instant.zero
        for _ in 0..<100_000 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            now = now.advanced(by: .nanoseconds(Int64(random >> (1 + random % 63))))
            watch.receive(timestamp: UInt32(truncatingIfNeeded: random >> 13), at: now)
            if random & 0xF00 == 0 { watch.settle(excess: Int64(bitPattern: random)) }
            if let least = watch.takeLeast(at: now) { #expect(least >= 0) }
            if let present = watch.present(at: now) { #expect(present >= 0) }
        }
    }
}
