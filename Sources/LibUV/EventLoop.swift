import CLibuv
import Glibc
import Synchronization
package import Units

/// One libuv loop, the thread that runs it, and the executor of the actors that live on it.
///
/// Everything but ``enqueue(_:)``, ``stop()`` and ``now`` must be called on the loop's own thread: the one that made it
/// until ``run()`` is called, the one that called ``run()`` from then on.
package final class EventLoop: SerialExecutor, @unchecked Sendable {
    // @unchecked Sendable: everything is touched by the loop's thread only, save for `wakeup`, which is sent from
    // any thread while `inbox`'s lock says that it is open, `inbox`, guarded by that lock, and the atomics.
    private struct Inbox {
        var jobs: [UnownedJob] = []
        var isClosed = false
    }

    let handle = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    private let wakeup = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
    private let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
    private let inbox = Guarded(Inbox())
    private let owner = Atomic<UInt>(pthread_self())
    private let stopRequested = Atomic(false)
    private var runningJobs: [UnownedJob] = []
    private var meter = TurnMeter()

    /// Called once a turn, just before the loop waits for events: the place to send what the turn gathered.
    package var onPrepare: (() -> Void)? {
        didSet { checkIsolated() }
    }

    /// Handles and requests that libuv still holds: both are zero when nothing leaks.
    package internal(set) var openHandles = 0
    package internal(set) var openRequests = 0
    /// Those of ``openHandles`` that nobody holds any more; each goes by itself, a child's when the child has ended.
    var closingHandles = 0

    /// What every stream of the loop reads into: libuv asks for it just before each read and is done with it after.
    private(set) lazy var readBuffer = ReadBuffer(capacity: 65_536)
    private(set) lazy var datagramWorkspace = DatagramWorkspace()

    package init() throws(LoopError) {
        let result = uv_loop_init(handle)
        guard result == 0 else {
            deallocate()
            throw LoopError(call: "uv_loop_init", code: result)
        }
        do throws(LoopError) {
            try LoopError.check(cuv_measure_idle_time(handle), "uv_loop_configure")
            try LoopError.check(uv_prepare_init(handle, prepare), "uv_prepare_init")
            // Last, because it is the one that takes more than memory.
            try LoopError.check(
                uv_async_init(handle, wakeup) { EventLoop.carried(by: $0?.pointee.data).wakeUp() }, "uv_async_init")
        } catch {
            uv_loop_close(handle)  // The prepare handle was never started: nothing is lost with it.
            deallocate()
            throw error
        }
        wakeup.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        prepare.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        uv_prepare_start(prepare) { EventLoop.carried(by: $0?.pointee.data).endTurn() }
    }

    deinit {
        // Without `close()` libuv's lists still point here; a small leak is the lesser evil.
        if inbox.withLock({ $0.isClosed }) { deallocate() }
    }

    private func deallocate() {
        handle.deallocate()
        wakeup.deallocate()
        prepare.deallocate()
    }

    private static func carried(by data: UnsafeMutableRawPointer?) -> EventLoop {
        guard let data else { preconditionFailure("a loop's handle without its loop") }
        return Unmanaged<EventLoop>.fromOpaque(data).takeUnretainedValue()
    }

    /// The monotonic clock, read now; from any thread.
    package var now: Instant { Instant(nanoseconds: uv_hrtime()) }

    // MARK: Running

    /// Runs the loop on the calling thread until ``stop()``, and then the jobs that are still waiting.
    package func run() {
        owner.store(pthread_self(), ordering: .releasing)
        meter.start(idle: uv_metrics_idle_time(handle), now: uv_hrtime())
        // A request to stop that came before `run` is obeyed too.
        while !stopRequested.load(ordering: .acquiring) { uv_run(handle, UV_RUN_DEFAULT) }
        stopRequested.store(false, ordering: .releasing)
        while runEnqueuedJobs() {}
    }

    /// Makes ``run()`` return at the end of the turn; from any thread.
    package func stop() {
        stopRequested.store(true, ordering: .releasing)
        inbox.withLock { inbox in
            guard !inbox.isClosed else { return }
            uv_async_send(wakeup)
        }
    }

    /// Ends the loop after ``run()``: lets close callbacks and requests under way finish, and gives everything back.
    ///
    /// Jobs enqueued after this are never run.
    ///
    /// - Throws: `EBUSY` when somebody still holds an open handle; the loop can be closed again once that is mended.
    package func close() throws(LoopError) {
        checkIsolated()
        while runEnqueuedJobs() {}
        guard !inbox.withLock({ $0.isClosed }) else { return }
        guard openHandles == closingHandles else {
            throw LoopError(call: "close with open handles", code: UV_EBUSY.rawValue)
        }
        inbox.withLock { $0.isClosed = true }
        onPrepare = nil
        wakeup.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0, nil) }
        prepare.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0, nil) }
        repeat { uv_run(handle, UV_RUN_DEFAULT) } while runEnqueuedJobs()
        try LoopError.check(uv_loop_close(handle), "uv_loop_close")
    }

    private func wakeUp() {
        runEnqueuedJobs()
        if stopRequested.load(ordering: .acquiring) { uv_stop(handle) }
    }

    // MARK: Measuring

    private func endTurn() {
        onPrepare?()
        meter.endTurn(idle: uv_metrics_idle_time(handle), now: uv_hrtime())
    }

    /// What the loop did so far; the longest turn is the longest since the last call.
    package func takeStatistics() -> LoopStatistics {
        checkIsolated()
        return meter.take()
    }

    // MARK: SerialExecutor

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        inbox.withLock { inbox in
            // Where jobs wait already, a wake-up is under way.
            if inbox.jobs.isEmpty, !inbox.isClosed { uv_async_send(wakeup) }
            inbox.jobs.append(job)
        }
    }

    /// Whether the calling thread is the loop's own; from any thread.
    package var isCurrent: Bool { owner.load(ordering: .acquiring) == pthread_self() }

    package func checkIsolated() { precondition(isCurrent, "not on the event loop's thread") }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Runs the jobs that waited when it was called; whether there were any.
    @discardableResult
    private func runEnqueuedJobs() -> Bool {
        var jobs: [UnownedJob] = []
        swap(&jobs, &runningJobs)
        inbox.withLock { swap(&$0.jobs, &jobs) }
        guard !jobs.isEmpty else { return false }
        for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
        jobs.removeAll(keepingCapacity: true)
        swap(&jobs, &runningJobs)
        return true
    }
}
