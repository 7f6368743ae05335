import CLibuv

/// The memory of one libuv handle, and what its callbacks need.
///
/// libuv keeps writing to a handle until its close callback has run, one turn of the loop after `uv_close` at the
/// earliest. So libuv itself retains this object, from ``adopt()`` until that callback; the owner, who may go earlier,
/// is not part of it.
class HandleStorage {
    let loop: EventLoop
    private let memory: UnsafeMutableRawPointer
    private var isAdopted = false
    /// Whether the owner has let go: no callback reaches it any more.
    private(set) var isClosing = false

    init(_ type: uv_handle_type, on loop: EventLoop) {
        loop.checkIsolated()
        self.loop = loop
        memory = .allocate(byteCount: uv_handle_size(type), alignment: 16)
    }

    deinit { memory.deallocate() }

    final func handle<Handle>(as type: Handle.Type) -> UnsafeMutablePointer<Handle> {
        memory.assumingMemoryBound(to: Handle.self)
    }

    /// Hands the object to libuv; to be called right after the handle's `uv_*_init` has succeeded.
    final func adopt() {
        handle(as: uv_handle_t.self).pointee.data = Unmanaged.passRetained(self).toOpaque()
        loop.openHandles += 1
        isAdopted = true
    }

    /// Closes the handle, once; on the loop's thread only.
    ///
    /// Subclasses drop their closures here.
    func close() {
        loop.checkIsolated()
        guard isAdopted, !isClosing else { return }
        isClosing = true
        loop.closingHandles += 1
        closeHandle()
    }

    /// The last step of ``close()``, for those that have to wait before they take it.
    func closeHandle() {
        uv_close(handle(as: uv_handle_t.self)) { handle in
            guard let data = handle?.pointee.data else { return }
            let storage = Unmanaged<HandleStorage>.fromOpaque(data)
            let loop = storage.takeUnretainedValue().loop
            loop.openHandles -= 1
            loop.closingHandles -= 1
            storage.release()
        }
    }

    /// The storage behind a callback's handle.
    final class func of<Handle>(_ handle: UnsafeMutablePointer<Handle>?) -> Self {
        guard let data = UnsafeMutableRawPointer(handle)?.assumingMemoryBound(to: uv_handle_t.self).pointee.data else {
            preconditionFailure("a handle without its storage")
        }
        return Unmanaged<Self>.fromOpaque(data).takeUnretainedValue()
    }
}
