import Bridge
import RTP
import Signalling
import SimulatedNetwork
import Testing
import Units

@Suite("Queues on lines")
struct LineDelayTests {
    /// A queue that holds back and drops nothing, in front of one direction of one line.
    private final class DeepQueue {
        private let bitsPerSecond: Double
        private var free = Instant.zero
        /// What has been waited at the most.
        private(set) var longest = Duration.zero

        init(kilobits: Double) { bitsPerSecond = kilobits * 1_000 }

        /// How long a datagram waits that comes now.
        func wait(_ datagram: Datagram, _ now: Instant) -> Duration {
            let begin = max(free, now)
            // With the headers of UDP and IP.
            let bits = Double((datagram.bytes.count + 28) * 8)
            free = begin.advanced(by: .nanoseconds(Int64(bits / bitsPerSecond * 1e9)))
            longest = max(longest, free.since(now))
            return free.since(now)
        }
    }

    /// Puts a queue of 60 % of what flows in front of p2's line, in one direction.
    private func throttle(_ watch: LineWatch, isUp: Bool) throws -> DeepQueue {
        let line = try watch.line(2)
        let flows = try #require(isUp ? line.up.kbps : line.down.kbps)
        let queue = DeepQueue(kilobits: flows * 0.6)
        let address = watch.clients[2].address
        watch.world.network.waits = { datagram, now in
            (isUp ? datagram.source : datagram.destination) == address ? queue.wait(datagram, now) : .zero
        }
        return queue
    }

    private func isGood(_ states: [HealthState]) -> Bool { states.allSatisfy { $0 == .good } }

    @Test(
        "a queue that drops nothing makes its direction poor within 5 s, and only that one, whatever the clocks do",
        arguments: [true, false], [0, 300e-6, -300e-6])
    func deepQueue(isUp: Bool, drift: Double) throws {
        let watch = try LineWatch { $0.drift = drift }
        try watch.run(3)
        try watch.run(10)
        #expect(watch.isGood, "drift alone is no delay")
        let queue = try throttle(watch, isUp: isUp)
        try watch.run(5)
        let (bad, fine) = isUp ? (watch.ups(2), watch.downs(2)) : (watch.downs(2), watch.ups(2))
        let line = try watch.line(2)
        #expect(bad.contains(.poor) && bad.last == .poor, "\(line)")
        #expect(isGood(fine), "\(fine) \(line)")
        for other in 0...1 {
            let line = try watch.line(other)
            #expect(isGood(watch.ups(other) + watch.downs(other)), "\(line)")
        }
        let (slow, fast) = isUp ? (line.up, line.down) : (line.down, line.up)
        let delay = try #require(slow.delay)
        #expect(delay >= 300 && delay <= queue.longest.inMilliseconds, "\(delay) of \(queue.longest)")
        #expect(try #require(fast.delay) < 150)
        #expect(slow.loss ?? 0 == 0 && slow.state == .poor)
    }

    @Test("when the queue is gone, so is its delay, and the direction rises", arguments: [true, false])
    func drained(isUp: Bool) throws {
        let watch = try LineWatch()
        try watch.run(8)
        _ = try throttle(watch, isUp: isUp)
        try watch.run(6)
        watch.world.network.waits = nil
        try watch.run(18)
        let states = isUp ? watch.ups(2) : watch.downs(2)
        #expect(states.first == .poor && states.last == .good, "\(states)")
        #expect(isGood(isUp ? watch.downs(2) : watch.ups(2)))
        let line = try watch.line(2)
        #expect(try #require(line.up.delay) < 20)
        #expect(try #require(line.down.delay) < 20)
    }

    @Test("jitter alone is no queue", arguments: [1, 2] as [UInt64])
    func jitter(seed: UInt64) throws {
        let watch = try LineWatch(seed: seed)
        try watch.run(3)
        watch.world.network.set(jitter: .milliseconds(40))
        try watch.run(20)
        #expect(watch.isGood)
        for number in 0...2 {
            let line = try watch.line(number)
            #expect(try #require(line.up.delay) < 20, "\(line)")
            #expect(try #require(line.down.delay) < 100, "\(line)")
            #expect(try #require(line.up.jitter) > 5, "there is jitter")
        }
    }

    @Test("a device that pauses, with its clocks going on or standing still, has no delay", arguments: [true, false])
    func pauses(clockRuns: Bool) throws {
        let watch = try LineWatch()
        try watch.run(6)
        let client = watch.clients[2]
        // The sound alone, then both.
        for paused in [
            client.streams.indices.filter { client.streams[$0].codec == .opus }, Array(client.streams.indices),
        ] {
            for index in paused {
                client.streams[index].isPaused = true
                if !clockRuns { client.streams[index].setClock(runs: false, at: watch.world.now) }
            }
            try watch.run(3)
            for index in paused {
                client.streams[index].isPaused = false
                client.streams[index].setClock(runs: true, at: watch.world.now)
            }
            try watch.run(12)
            #expect(isGood(watch.ups(2)) && isGood(watch.downs(2)), "\(paused)")
            let line = try watch.line(2)
            #expect(try #require(line.up.delay) < 20, "\(line)")
        }
        _ = try throttle(watch, isUp: true)
        try watch.run(6)
        #expect(watch.ups(2).last == .poor && isGood(watch.downs(2)), "the watch is still awake")
    }

    @Test("timestamps that leap are no delay", arguments: [-400_000, -4_800, 4_800, 400_000])
    func leaps(ticks: Int32) throws {
        let watch = try LineWatch()
        try watch.run(6)
        for index in watch.clients[2].streams.indices {
            watch.clients[2].streams[index].timestampBase &+= UInt32(bitPattern: ticks)
        }
        try watch.run(10)
        let line = try watch.line(2)
        #expect(try #require(line.up.delay) < 20)
        #expect(try #require(line.down.delay) < 20)
        #expect(isGood(watch.downs(2)) && isGood(watch.ups(0)))
        _ = try throttle(watch, isUp: true)
        try watch.run(6)
        #expect(watch.ups(2).last == .poor && isGood(watch.downs(2)), "the watch is still awake")
    }

    @Test(
        "a player's queue is the way down; its point's encoder tells what waits on the way up",
        arguments: [true, false])
    func encoderAndPlayer(isUp: Bool) throws {
        let watch = try LineWatch(points: 2)
        let (encoder, player) = try watch.joinEncoderAndPlayer()
        try watch.run(8)
        let flows = try #require(isUp ? try watch.line(5).up.kbps : try watch.line(5).down.kbps)
        let queue = DeepQueue(kilobits: flows * 0.6)
        let addresses = [encoder.address, player.address]
        watch.world.network.waits = { datagram, now in
            addresses.contains(isUp ? datagram.source : datagram.destination) ? queue.wait(datagram, now) : .zero
        }
        try watch.run(6)
        let line = try watch.line(5)
        #expect((isUp ? line.up : line.down).state == .poor, "\(line)")
        #expect((isUp ? line.down : line.up).state == .good, "\(line)")
    }
}
