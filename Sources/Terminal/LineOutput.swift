import Glibc

/// Lines for a reader that may be slow, or stall for ever: whole lines that find no room are left out, and nobody waits.
///
/// A session that waited for who reads its status would lose its place in the room, and obey no signal.
package final class LineOutput {
    private let descriptor: Int32
    /// Whether it was opened by us: anew, not to block, which leaves the one that others share as it is.
    private let isOwn: Bool
    /// The rest of a line that has begun.
    private var pending: ArraySlice<UInt8> = []
    /// Whether the reader has gone.
    package private(set) var isGone = false

    /// - Parameter descriptor: Such as `STDOUT_FILENO`; it stays open.
    package init(_ descriptor: Int32) {
        var status = stat()
        let canStall = fstat(descriptor, &status) == 0 && [S_IFIFO, S_IFCHR].contains(status.st_mode & S_IFMT)
        // A file is written behind what it has, and never makes us wait: it stays as it is.
        let anew =
            canStall ? open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1
        isOwn = anew >= 0
        self.descriptor = isOwn ? anew : descriptor
    }

    deinit { if isOwn { close(descriptor) } }

    /// Writes a line, with its end, unless the last one is still on its way.
    package func write(_ line: some Sequence<UInt8>) {
        flush()
        guard pending.isEmpty else { return }
        pending = Array(line)[...]
        flush()
    }

    package func write(_ line: String) { write(line.utf8) }

    private func flush() {
        while !pending.isEmpty {
            // Others' descriptors may block: they are asked first, and for a pipe's least free room at once.
            guard isOwn || isWritable else { return }
            let part = isOwn ? pending : pending.prefix(Int(PIPE_BUF))
            let count = part.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                pending.removeFirst(count)
            } else if errno != EINTR {
                guard errno != EAGAIN else { return }
                isGone = errno == EPIPE || errno == EIO
                pending = []
            }
        }
    }

    private var isWritable: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) > 0
    }
}
