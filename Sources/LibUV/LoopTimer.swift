import CLibuv
package import Units

/// A timer of one loop, owned by whoever holds it: dropping it stops it for good.
///
/// The handle's memory is not this struct's, see ``HandleStorage``.
package struct LoopTimer: ~Copyable {
    final class Storage: HandleStorage {
        var onFire: (() -> Void)?

        override func close() {
            super.close()
            onFire = nil
        }
    }

    let storage: Storage

    package init(on loop: EventLoop, onFire: @escaping () -> Void) throws(LoopError) {
        let storage = Storage(UV_TIMER, on: loop)
        try LoopError.check(uv_timer_init(loop.handle, storage.handle(as: uv_timer_t.self)), "uv_timer_init")
        storage.adopt()
        storage.onFire = onFire
        self.storage = storage  // Last: from here `deinit` closes it.
    }

    /// Fires once `delay` from now, then every `interval` when one is given.
    ///
    /// libuv counts whole milliseconds: both are rounded up, so a timer is late rather than early. A started timer is
    /// started anew.
    package borrowing func start(after delay: Duration, every interval: Duration? = nil) throws(LoopError) {
        try start(at: storage.loop.now.advanced(by: max(delay, .zero)), every: interval)
    }

    /// Fires once at `instant`, up to a millisecond late but never early, or in the next turn when it has passed.
    package borrowing func start(at instant: Instant, every interval: Duration? = nil) throws(LoopError) {
        storage.loop.checkIsolated()
        // libuv adds the delay to the loop's own idea of now, which is that of the turn's start.
        let due = instant.nanoseconds / 1_000_000 + (instant.nanoseconds % 1_000_000 == 0 ? 0 : 1)
        let turn = uv_now(storage.loop.handle)
        let result = uv_timer_start(
            storage.handle(as: uv_timer_t.self), { Storage.of($0).onFire?() },
            due > turn ? due - turn : 0, interval.map(Self.wholeMilliseconds) ?? 0)
        try LoopError.check(result, "uv_timer_start")
    }

    /// Takes back a start; the timer can be started again.
    package borrowing func stop() {
        storage.loop.checkIsolated()
        uv_timer_stop(storage.handle(as: uv_timer_t.self))
    }

    /// Whether the timer is going to fire.
    package var isStarted: Bool { uv_is_active(storage.handle(as: uv_handle_t.self)) != 0 }

    deinit { storage.close() }

    /// At least 1: an interval of 0 would mean none.
    private static func wholeMilliseconds(_ interval: Duration) -> UInt64 {
        let nanoseconds = UInt64(clamping: interval.nanoseconds)
        return max(1, nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1))
    }
}
