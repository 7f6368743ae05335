import Glibc
import Testing
import Units
import Wire

@testable import LibUV

/// A kernel that takes as many messages as the test says.
private final class Kernel {
    /// Results of the next calls, at most what was asked; takes everything when there are none.
    var results: [Int32] = []
    var calls = 0

    func transmit(_ batch: OpaquePointer, _ first: UInt32, _ end: UInt32) -> Int32 {
        calls += 1
        let wanted = Int32(end - first)
        guard !results.isEmpty else { return wanted }
        return min(results.removeFirst(), wanted)
    }
}

@Suite("DatagramSender")
struct DatagramSenderTests {
    private let workspace = DatagramWorkspace()
    private let kernel = Kernel()
    private let path = NetworkPath(to: SocketAddress(.loopback, port: 9))

    private func sender(segmentation: Bool = false, backlog: Int = 10_000) -> DatagramSender {
        DatagramSender(
            batcher: DatagramBatcher(family: AF_INET, batch: workspace.sending, segmentation: segmentation),
            backlogBytes: backlog)
    }

    private func outbox(_ lengths: [Int]) -> TestOutbox {
        let outbox = TestOutbox(bytes: 200_000, datagrams: 500)
        for (number, length) in lengths.enumerated() { outbox.append(number, length: length, to: path) }
        return outbox
    }

    @Test("partial sends go on where the kernel stopped")
    func partial() {
        var sender = sender()
        kernel.results = [3, -EINTR, 20, 41]
        sender.flush(&outbox(Array(repeating: 100, count: 150)).outbox, transmit: kernel.transmit)
        #expect(sender.counters.sent == 150)
        #expect(sender.counters.sentBytes == 15_000)
        #expect(sender.counters.sendBatches == 5)  // 3, 20, 41, 64, 22
        #expect(!sender.isBlocked)
    }

    @Test("what the kernel has no room for waits in order, up to the bound, and leaves when there is room")
    func backlog() {
        var sender = sender()
        kernel.results = [10, -EAGAIN]
        sender.flush(&outbox(Array(repeating: 1_000, count: 15)).outbox, transmit: kernel.transmit)
        #expect(sender.isBlocked)
        #expect(sender.counters.sent == 10)

        let later = outbox(Array(repeating: 1_000, count: 7))
        sender.flush(&later.outbox, transmit: kernel.transmit)
        #expect(later.isEmpty)
        #expect(kernel.calls == 2, "nothing overtakes what waits")
        #expect(sender.counters.sendDrops == 2, "5 and 5 fill 10,000 bytes")

        kernel.results = [4, -EAGAIN]
        sender.resume(kernel.transmit)
        #expect(sender.isBlocked)
        #expect(sender.counters.sent == 14)
        sender.resume(kernel.transmit)
        #expect(!sender.isBlocked)
        #expect(sender.counters.sent == 20)
        #expect(sender.counters.sendErrors == 0)
    }

    @Test("a run ends with a shorter datagram, before a longer one and before another path")
    func runs() {
        var sender = sender(segmentation: true)
        let outbox = outbox([100, 100, 100, 40, 100, 100, 120, 0, 120])
        outbox.append(1, length: 120, to: NetworkPath(to: SocketAddress(.loopback, port: 10)))
        sender.flush(&outbox.outbox, transmit: kernel.transmit)
        #expect(sender.counters.sent == 10)
        #expect(sender.counters.sentBytes == 900)
        #expect(sender.counters.segmentedRuns == 2)  // 100 100 100 40 | 100 100 | 120 | 0 | 120 | 120
    }

    @Test("runs keep to 64 datagrams and to what an IP packet holds")
    func longRuns() {
        var sender = sender(segmentation: true)
        sender.flush(&outbox(Array(repeating: 10, count: 130)).outbox, transmit: kernel.transmit)
        #expect(sender.counters.segmentedRuns == 3)  // 64, 64, 2
        sender.flush(&outbox(Array(repeating: 1_200, count: 60)).outbox, transmit: kernel.transmit)
        #expect(sender.counters.segmentedRuns == 5)  // 54, 6
        #expect(sender.counters.sent == 190)
    }

    @Test("a run that the kernel refuses is sent one by one; EIO ends runs for good", arguments: [EINVAL, EIO])
    func refusedRun(error: Int32) {
        var sender = sender(segmentation: true)
        kernel.results = [-error]
        sender.flush(&outbox([100, 100, 100]).outbox, transmit: kernel.transmit)
        #expect(sender.counters.sent == 3)
        #expect(sender.counters.sendErrors == 0)
        #expect(sender.counters.segmentedRuns == 0)
        sender.flush(&outbox([100, 100, 100]).outbox, transmit: kernel.transmit)
        #expect(sender.counters.segmentedRuns == (error == EIO ? 0 : 1))
    }

    @Test("a kernel that refuses everything ends the flush, with everything counted", arguments: [EPERM, ENOBUFS])
    func refusesAll(error: Int32) {
        var sender = sender(segmentation: true)
        kernel.results = Array(repeating: -error, count: 1_000)
        sender.flush(&outbox(Array(repeating: 100, count: 200)).outbox, transmit: kernel.transmit)
        #expect(sender.counters.sendErrors == 200)
        #expect(sender.counters.sent == 0)
        #expect(kernel.calls < 250)
    }
}
