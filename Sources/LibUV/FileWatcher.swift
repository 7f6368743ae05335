import CLibuv
import Units

/// Tells that something in a directory may have changed.
///
/// What changed is for the caller to find out, by comparing: events are gathered until the directory has been quiet for
/// `settling`, since editors write a file in several steps. Because notification may be lost (network file systems,
/// a directory that was replaced, the system's limit of watches), it also tells every `interval`.
package final class FileWatcher {
    private final class Storage: HandleStorage {
        var onEvent: (() -> Void)?

        override func close() {
            super.close()
            onEvent = nil
        }
    }

    /// Gathers events; kept by the timers' closures, so it must not keep them.
    private final class State {
        var onChange: (() -> Void)?
        init(_ onChange: @escaping () -> Void) { self.onChange = onChange }
    }

    private let state: State
    private let storage: Storage?
    private var settle: LoopTimer?
    private var recheck: LoopTimer?
    private let settling: Duration

    /// Whether the system tells of changes; if not, `interval` is all there is.
    package var isNotified: Bool { storage != nil }

    /// - Throws: `ENOENT` when there is no such directory, and what the timers throw.
    package init(
        directory: String, on loop: EventLoop, settling: Duration = .milliseconds(100),
        interval: Duration = .seconds(10), onChange: @escaping () -> Void
    ) throws(LoopError) {
        let state = State(onChange)
        let settle = try LoopTimer(on: loop) { state.onChange?() }
        let recheck = try LoopTimer(on: loop) { state.onChange?() }
        try recheck.start(after: interval, every: interval)
        storage = try Self.watch(directory, on: loop)
        self.state = state
        self.settling = settling
        self.settle = consume settle
        self.recheck = consume recheck
        storage?.onEvent = { [weak self] in self?.noticed() }
    }

    deinit { storage?.close() }

    package func close() {
        storage?.close()
        state.onChange = nil
        settle = nil
        recheck = nil
    }

    /// `nil` when the system can't watch it.
    private static func watch(_ directory: String, on loop: EventLoop) throws(LoopError) -> Storage? {
        let storage = Storage(UV_FS_EVENT, on: loop)
        let handle = storage.handle(as: uv_fs_event_t.self)
        try LoopError.check(uv_fs_event_init(loop.handle, handle), "uv_fs_event_init")
        storage.adopt()
        let result = uv_fs_event_start(handle, { handle, _, _, _ in Storage.of(handle).onEvent?() }, directory, 0)
        guard result != 0 else { return storage }
        storage.close()
        guard result != UV_ENOENT.rawValue else { throw LoopError(call: "uv_fs_event_start", code: result) }
        return nil
    }

    private func noticed() {
        // A start that is still waiting begins anew. It fails only on a timer that is closing.
        try? settle?.start(after: settling)
    }
}
