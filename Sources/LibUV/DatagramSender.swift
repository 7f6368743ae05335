import CDatagrams
import Wire

/// Sends outboxes, and keeps what the kernel has no room for until it has.
struct DatagramSender {
    /// Datagrams that wait, in order.
    private final class Backlog {
        var outbox: Outbox
        var next = 0

        init(bytes: Int) { outbox = Outbox(capacity: bytes, datagrams: max(1, bytes / 256)) }
    }

    private var batcher: DatagramBatcher
    private var backlog: Backlog?
    private let backlogBytes: Int
    var counters = DatagramCounters()

    init(batcher: DatagramBatcher, backlogBytes: Int) {
        self.batcher = batcher
        self.backlogBytes = backlogBytes
    }

    /// Whether datagrams wait, and ``resume(_:)`` should be called when the socket is writable.
    var isBlocked: Bool { backlog != nil }

    /// Sends everything in `outbox`, behind what waits already, and empties it.
    mutating func flush(_ outbox: inout Outbox, transmit: DatagramBatcher.Transmit) {
        guard !outbox.isEmpty else { return }
        var next = 0
        if backlog == nil { next = batcher.send(outbox, from: 0, counters: &counters, transmit: transmit) }
        if next < outbox.count { keep(outbox, from: next) }
        outbox.removeAll()
    }

    /// Sends what waits.
    mutating func resume(_ transmit: DatagramBatcher.Transmit) {
        guard let backlog else { return }
        backlog.next = batcher.send(backlog.outbox, from: backlog.next, counters: &counters, transmit: transmit)
        // Given back whole: a socket is blocked rarely, and there may be many sockets.
        if backlog.next == backlog.outbox.count { self.backlog = nil }
    }

    private mutating func keep(_ outbox: borrowing Outbox, from first: Int) {
        let backlog = self.backlog ?? Backlog(bytes: backlogBytes)
        self.backlog = backlog
        let droppedBefore = backlog.outbox.dropped
        for index in first..<outbox.count { backlog.outbox.append(outbox.bytes(index), to: outbox.record(index).path) }
        counters.sendDrops &+= backlog.outbox.dropped &- droppedBefore
    }
}
