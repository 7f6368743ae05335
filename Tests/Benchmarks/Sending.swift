import LibUV
import Units
import Wire

/// What the send call costs: the plane's own outboxes through a real socket to real ones on loopback.
///
/// Loop, sockets and receivers share one thread; only `flush` is measured. The receiving sockets take no segmented
/// datagrams, so the kernel cuts runs up at the sender's expense, as a card without segmentation offload would have it.
final class Sending {
    private let loop: EventLoop
    private var sinks: [DatagramSocket] = []
    private let socket: DatagramSocket
    private(set) var received = 0

    /// Opens all sockets.
    ///
    /// - Parameters:
    ///   - receivers: How many sockets to send to.
    ///   - segmentation: Whether runs leave in one piece (`UDP_SEGMENT`).
    /// - Throws: What libuv or the system refuses.
    init(receivers: Int, segmentation: Bool) throws {
        loop = try EventLoop()
        let any = SocketAddress(.loopback, port: 0)
        var options = DatagramSocket.Options()
        options.segmentation = segmentation
        socket = try DatagramSocket(on: loop, address: any, options: options) { _, _, _ in }
        for _ in 0..<receivers {
            sinks.append(try DatagramSocket(on: loop, address: any) { [unowned self] _, _, _ in received += 1 })
        }
    }

    var address: SocketAddress { socket.localAddress }
    var addresses: [SocketAddress] { sinks.map(\.localAddress) }
    var counters: DatagramCounters { socket.counters }

    /// Sends frames; nanoseconds for each datagram.
    func measure(_ bridge: BenchmarkBridge, batches: Int) throws -> Samples {
        var samples = Samples()
        for _ in 0..<batches {
            bridge.makeFrame()
            bridge.receiveFrame()
            var (time, sent): (UInt64, UInt64) = (0, 0)
            bridge.forward { outbox in
                let before = socket.counters.sent
                let start = Samples.processorTime()
                socket.flush(&outbox)
                time += Samples.processorTime() - start
                sent += socket.counters.sent - before
            }
            if sent > 0 { samples.add(Double(time) / Double(sent)) }
            try drain()
        }
        return samples
    }

    /// Has the receivers read what came.
    private func drain() throws {
        let timer = try LoopTimer(on: loop) { [loop] in loop.stop() }
        try timer.start(after: .milliseconds(1))
        loop.run()
    }

    func close() throws {
        socket.close()
        for sink in sinks { sink.close() }
        try drain()
        try loop.close()
    }
}
