import CLibuv

/// Messages from any thread to one loop, in the order in which each sender sent them, many to a wake-up.
///
/// Bounded: what finds the box full is refused, so that a loop that stalls costs no memory.
package final class Mailbox<Message: Sendable>: @unchecked Sendable {
    // @unchecked Sendable: `box` is guarded by its lock; `storage` is closed on the loop's thread only, and
    // uv_async_send, which libuv allows from any thread, is sent only while the lock says that it is open.
    private struct Box {
        var messages: [Message] = []
        var isOpen = true
    }

    private let box = Guarded(Box())
    private let storage: MailboxStorage
    private let capacity: Int

    /// - Parameters:
    ///   - loop: Where `onReceive` is called; the mailbox is made and closed on its thread.
    ///   - capacity: How many messages may wait.
    ///   - onReceive: Gets everything that waited, oldest first.
    /// - Throws: What libuv refuses.
    package init(
        on loop: EventLoop, capacity: Int = 65_536, onReceive: @escaping ([Message]) -> Void
    ) throws(LoopError) {
        let storage = MailboxStorage(UV_ASYNC, on: loop)
        let result = uv_async_init(loop.handle, storage.handle(as: uv_async_t.self)) { MailboxStorage.of($0).onWake?() }
        try LoopError.check(result, "uv_async_init")
        storage.adopt()
        self.storage = storage
        self.capacity = capacity
        storage.onWake = { [weak self] in
            guard let self else { return }
            let messages = box.withLock { box in
                defer { box.messages = [] }
                return box.messages
            }
            if !messages.isEmpty { onReceive(messages) }
        }
    }

    /// Puts `message` into the box; from any thread.
    ///
    /// - Returns: Whether there was room and the box is open.
    @discardableResult
    package func send(_ message: Message) -> Bool {
        box.withLock { box in
            guard box.isOpen, box.messages.count < capacity else { return false }
            box.messages.append(message)
            if box.messages.count == 1 { uv_async_send(storage.handle(as: uv_async_t.self)) }
            return true
        }
    }

    /// Closes the box, on the loop's thread; what still waits is dropped.
    package func close() {
        box.withLock { $0 = Box(isOpen: false) }
        storage.close()
    }
}

/// Not within ``Mailbox``: a C callback can't be made of a generic type's closure.
private final class MailboxStorage: HandleStorage {
    var onWake: (() -> Void)?

    override func close() {
        super.close()
        onWake = nil
    }
}
