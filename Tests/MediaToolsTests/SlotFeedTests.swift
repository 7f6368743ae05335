import LibUV
import Testing
import Units
import Wire

@testable import MediaTools
@testable import Participant

@Suite("SlotFeed")
struct SlotFeedTests {
    @Test("what comes faster than the child reads waits here, in order, and nothing of it is lost")
    func backlog() throws {
        let count = 3_000
        let received = Box<[UInt16]>([])
        let dropped = Box(UInt64(0))
        try withLoop { loop in
            var command = ChildProcess.Command("sleep", ["600"])
            command.output = .ignore
            let feed = try SlotFeed([(.picture(1), .vp8)], command: command, on: loop) { _ in }
            // In the child's stead: who reads only when the loop comes round to it.
            let place = SocketAddress(.loopback, port: feed.streams[0].port)
            var options = DatagramSocket.Options()
            options.receiveBuffer = 208 << 10  // Linux's usual net.core.rmem_max, of which it makes twice as much.
            let socket = try DatagramSocket(on: loop, address: place, options: options) { bytes, _, _ in
                received.value.append((try? bytes.bytes.bigEndian(UInt16.self, at: 2)) ?? 0)
                if received.value.count == count { loop.stop() }
            }
            let payload = [UInt8](repeating: 7, count: 1_100)
            for number in 0..<count {
                feed.receive(.picture(number, on: 1, length: payload.count), payload: payload.span.bytes, at: loop.now)
            }
            loop.run()
            dropped.value = socket.counters.queueOverflows
            feed.close()
            socket.close()
        }
        #expect(received.value == (0..<count).map { UInt16($0) })
        #expect(dropped.value == 0)
    }

    @Test("a feed has room until what waits, or was sent since the last look, fills the child's socket")
    func room() {
        var backlog = FeedBacklog()
        var sent = 0
        while backlog.hasRoom {
            backlog.add(1_152)
            sent += 1
        }
        #expect(100...150 ~= sent, "Linux's smallest usual queue takes 185 of them")
        backlog.note(10_000)
        #expect(backlog.hasRoom)
        backlog.note(400_000)
        #expect(!backlog.hasRoom)
    }
}
