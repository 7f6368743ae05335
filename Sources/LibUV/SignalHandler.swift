import CLibuv
import Glibc

/// Calls back when the process gets a signal, for as long as it is held.
package struct SignalHandler: ~Copyable {
    private final class Storage: HandleStorage {
        var onSignal: (() -> Void)?

        override func close() {
            super.close()
            onSignal = nil
        }
    }

    /// The signals that a server minds.
    package enum Signal: Sendable {
        case interrupt
        case terminate
        case hangUp

        fileprivate var number: Int32 {
            switch self {
            case .interrupt: SIGINT
            case .terminate: SIGTERM
            case .hangUp: SIGHUP
            }
        }
    }

    private let storage: Storage

    package init(_ signal: Signal, on loop: EventLoop, onSignal: @escaping () -> Void) throws(LoopError) {
        let storage = Storage(UV_SIGNAL, on: loop)
        let handle = storage.handle(as: uv_signal_t.self)
        try LoopError.check(uv_signal_init(loop.handle, handle), "uv_signal_init")
        storage.adopt()
        let result = uv_signal_start(handle, { handle, _ in Storage.of(handle).onSignal?() }, signal.number)
        guard result == 0 else {
            storage.close()
            throw LoopError(call: "uv_signal_start", code: result)
        }
        storage.onSignal = onSignal
        self.storage = storage
    }

    deinit { storage.close() }

    /// Makes writing to a connection that the peer has reset an error (`EPIPE`) instead of the end of the process.
    ///
    /// libuv 1.44 does not do so by itself. Call it once, before the first stream is opened.
    package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
