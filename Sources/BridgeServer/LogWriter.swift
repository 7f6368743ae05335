import Glibc
import LibUV
package import Logging

/// Writes log lines to standard error without ever making a loop wait: a thread of its own writes, a bounded queue lies
/// between, and what finds it full is dropped and counted.
final class LogWriter: Sendable {
    private let queue = Guarded(Queue())

    private struct Queue {
        var lines: [String] = []
        var dropped = 0
        var mailbox: Mailbox<Void>?
    }

    static let shared = LogWriter()
    private static let capacity = 4_096

    func write(_ line: String) {
        let mailbox = queue.withLock { queue -> Mailbox<Void>? in
            guard queue.lines.count < Self.capacity else {
                queue.dropped += 1
                return nil
            }
            queue.lines.append(line)
            return queue.mailbox
        }
        if let mailbox { mailbox.send(()) } else { drainIfUnattended() }
    }

    /// Gives the writing to `loop`, whose thread may wait for the terminal.
    func attend(on loop: EventLoop) throws(LoopError) {
        let mailbox = try Mailbox<Void>(on: loop, capacity: 1) { [self] _ in drain() }
        queue.withLock { $0.mailbox = mailbox }
        mailbox.send(())
    }

    func detach() {
        let mailbox = queue.withLock { queue in
            defer { queue.mailbox = nil }
            return queue.mailbox
        }
        mailbox?.close()
        drain()
    }

    /// Before the thread is there, and after it has gone, lines are written where they are made.
    private func drainIfUnattended() {
        guard queue.withLock({ $0.mailbox == nil }) else { return }
        drain()
    }

    private func drain() {
        let (lines, dropped) = queue.withLock { queue in
            defer {
                queue.lines = []
                queue.dropped = 0
            }
            return (queue.lines, queue.dropped)
        }
        var text = lines.joined()
        if dropped > 0 { text += "warning: \(dropped) log lines were dropped\n" }
        let bytes = Array(text.utf8)
        // A terminal that is gone takes nothing: there is nobody to tell.
        if !bytes.isEmpty { _ = Glibc.write(STDERR_FILENO, bytes, bytes.count) }
    }
}

/// swift-log's handler over ``LogWriter``: `2026-07-01T08:00:00Z info: message key=value`.
package struct ConsoleLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]

    package init() {}

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        LogWriter.shared.write("\(Self.timestamp) \(event.level): \(event.message)\(details)\n")
    }

    private static var timestamp: String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
