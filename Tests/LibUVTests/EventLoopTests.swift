import Glibc
import Synchronization
import Testing
import Units

@testable import LibUV

/// The media path of one worker: plain, not `Sendable`, bound to no actor.
private final class Engine {
    private(set) var packets = 0
    func receive() { packets += 1 }
}

/// The shape of the shell's actors: lives on a loop, owns handles, hands its closures to libuv.
private actor Worker {
    private let loop: EventLoop
    private let engine = Engine()
    private var timer: LoopTimer?
    private var socket: DatagramSocket?
    private let isClosed: Atomic<Bool>
    private let onDeinit: @Sendable (Bool) -> Void

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(on loop: EventLoop, onDeinit: @escaping @Sendable (Bool) -> Void = { _ in }) {
        self.loop = loop
        self.onDeinit = onDeinit
        isClosed = Atomic(false)
    }

    func open() throws(LoopError) {
        let engine = engine
        let timer = try LoopTimer(on: loop) { engine.receive() }
        try timer.start(after: .zero, every: .milliseconds(1))
        self.timer = consume timer
        socket = try DatagramSocket(on: loop, address: .loopback) { datagram, path, _ in
            datagram.storeBytes(of: UInt8(truncatingIfNeeded: path.remote.port), toByteOffset: 0, as: UInt8.self)
            engine.receive()
        }
    }

    /// Waits until the engine has had something to do.
    func firstPacket() async -> Int {
        while engine.packets == 0 { await Task.yield() }
        return engine.packets
    }

    var isOnLoop: Bool { loop.isCurrent }

    isolated deinit {
        timer = nil
        socket = nil
        onDeinit(loop.isCurrent)
    }
}

@Suite("EventLoop")
struct EventLoopTests {
    @Test("an actor lives on its loop's thread, and is ended there whoever lets go of it last")
    func actor() async throws {
        let thread = try LoopThread(name: "worker under test")
        let (ended, report) = AsyncStream.makeStream(of: Bool.self)
        do {
            let worker = Worker(on: thread.loop) { report.yield($0) }
            try await worker.open()
            #expect(await worker.isOnLoop)
            #expect(!thread.loop.isCurrent)
            #expect(await worker.firstPacket() > 0)
        }
        for await onLoop in ended {
            #expect(onLoop)
            break
        }
        thread.loop.stop()
        try await thread.finished()
        #expect(thread.loop.openHandles == 0)
    }

    @Test("several loops run side by side, and stop")
    func severalThreads() async throws {
        let threads = try (0..<4).map { try LoopThread(name: "media \($0)") }
        do {
            let workers = threads.map { Worker(on: $0.loop) }
            for worker in workers { #expect(await worker.isOnLoop) }
        }  // Before the loops stop: afterwards nobody would run the end of a worker.
        for thread in threads { thread.loop.stop() }
        for thread in threads { try await thread.finished() }
    }

    @Test("jobs that wait when the loop is asked to stop are still run")
    func inboxIsEmptied() throws {
        final class Counter: Sendable {
            let value = Atomic(0)
        }
        try withLoop { loop in
            let ended = Counter()
            let workers = Box((0..<100).map { _ in Worker(on: loop) { _ in ended.value.add(1, ordering: .relaxed) } })
            // Let go of on another thread, so that their ends become jobs.
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                {
                    if let workers = $0 { Unmanaged<AnyObject>.fromOpaque(workers).release() }
                    return nil
                }, Unmanaged.passRetained(consume workers).toOpaque())
            pthread_join(thread, nil)
            #expect(ended.value.load(ordering: .relaxed) == 0)
            loop.stop()
            loop.run()
            #expect(ended.value.load(ordering: .relaxed) == 100)
        }
    }

    @Test("the hook before waiting is called once a turn, after the turn's events")
    func prepareHook() throws {
        try withLoop { loop in
            let order = Box("")
            loop.onPrepare = {
                order.value += "p"
                if order.value.filter({ $0 == "t" }).count == 3 { loop.stop() }
            }
            let timer = try LoopTimer(on: loop) { order.value += "t" }
            try timer.start(after: .milliseconds(1), every: .milliseconds(1))
            loop.run()
            #expect(!order.value.contains("tt"), "\(order.value)")
            #expect(order.value.contains("tp"))
            #expect(loop.takeStatistics().turns >= 3)
        }
    }

    @Test("a loop is not closed over open handles, and can be once they are closed")
    func closeWithOpenHandle() throws {
        let loop = try EventLoop()
        do {
            let timer = try LoopTimer(on: loop) {}
            #expect(throws: LoopError(call: "", code: -16)) { try loop.close() }
            let isStarted = timer.isStarted
            #expect(!isStarted)
        }
        try loop.close()
        try loop.close()
    }

    @Test("a turn's work is its time less the waiting")
    func turnMeter() {
        var meter = TurnMeter()
        meter.start(idle: 1_000, now: 10_000)
        meter.endTurn(idle: 1_900, now: 11_000)
        meter.endTurn(idle: 1_900, now: 15_000)
        meter.endTurn(idle: 2_000, now: 15_150)
        var expected = LoopStatistics()
        expected.turns = 3
        expected.busy = .nanoseconds(4_150)
        expected.longestTurn = .nanoseconds(4_000)
        #expect(meter.take() == expected)
        expected.longestTurn = .zero
        #expect(meter.take() == expected)
    }
}
