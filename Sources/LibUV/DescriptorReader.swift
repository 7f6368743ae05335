import CLibuv
import Glibc

/// Reads what comes on a descriptor that can be waited for, such as a terminal, on one loop.
///
/// Dropping it closes the descriptor.
package final class DescriptorReader {
    private let storage: PollStorage

    /// - Parameters:
    ///   - descriptor: Opened with `O_NONBLOCK`; it is taken over, also when this fails.
    ///   - loop: Its loop.
    ///   - onRead: Gets what was read.
    ///   - onEnd: Called once, when nothing more can come.
    /// - Throws: What libuv says; `EPERM` for a file, which can't be waited for.
    package init(
        descriptor: Int32, on loop: EventLoop, onRead: @escaping ([UInt8]) -> Void, onEnd: @escaping () -> Void
    ) throws(LoopError) {
        storage = try PollStorage(socket: descriptor, on: loop)
        storage.onEvents = { [unowned storage] status, _ in
            guard status == 0, let bytes = Self.read(storage.socket) else {
                storage.close()
                return onEnd()
            }
            if !bytes.isEmpty { onRead(bytes) }
        }
        try storage.start(UV_READABLE)
    }

    deinit { storage.close() }

    package func close() { storage.close() }

    /// What there is, 4 KiB at most; `nil` at the end.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) ? [] : nil }
        return Array(buffer[..<count])
    }
}
