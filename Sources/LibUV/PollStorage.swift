import CLibuv
import Glibc

/// A `uv_poll_t` over a socket of our own, which is closed together with it.
final class PollStorage: HandleStorage {
    private(set) var socket: Int32
    /// Gets libuv's status and events.
    var onEvents: ((Int32, Int32) -> Void)?

    /// Takes over `socket`, also when this fails.
    init(socket: Int32, on loop: EventLoop) throws(LoopError) {
        self.socket = socket
        super.init(UV_POLL, on: loop)
        try LoopError.check(uv_poll_init(loop.handle, handle(as: uv_poll_t.self), socket), "uv_poll_init")
        adopt()
    }

    deinit { closeSocket() }

    /// Polls for `events`, of `UV_READABLE` and `UV_WRITABLE`, instead of those before.
    func start(_ events: uv_poll_event...) throws(LoopError) {
        let wanted = events.reduce(0) { $0 | Int32($1.rawValue) }
        let result = uv_poll_start(handle(as: uv_poll_t.self), wanted) { handle, status, events in
            PollStorage.of(handle).onEvents?(status, events)
        }
        try LoopError.check(result, "uv_poll_start")
    }

    func stop() { uv_poll_stop(handle(as: uv_poll_t.self)) }

    override func close() {
        super.close()
        closeSocket()  // libuv has let go of it: the port is free from here.
        onEvents = nil
    }

    private func closeSocket() {
        guard socket >= 0 else { return }
        Glibc.close(socket)
        socket = -1
    }
}
