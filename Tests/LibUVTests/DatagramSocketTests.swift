import Testing
import Units
import Wire

@testable import LibUV

@Suite("DatagramSocket")
struct DatagramSocketTests {
    @Test(
        "2,000 datagrams arrive whole, in batches, from the right place",
        arguments: [SocketAddress.loopback, .loopbackV6], [false, true])
    func manyDatagrams(address: SocketAddress, segmentation: Bool) throws {
        try withLoop { loop in
            var options = DatagramSocket.Options()
            options.segmentation = segmentation
            var received = Set<Int>()
            var wrong = 0
            let sender = try DatagramSocket(on: loop, address: address, options: options) { _, _, _ in }
            let from = sender.localAddress
            var to: SocketAddress?
            let receiver = try DatagramSocket(on: loop, address: address, options: options) { datagram, path, _ in
                let bytes = datagram.bytes.array
                let number = TestOutbox.number(of: bytes)
                received.insert(number)
                if bytes != TestOutbox.content(number, length: Self.length(number)) { wrong += 1 }
                if path.remote != from || path.local != to { wrong += 1 }
                if received.count == 2_000 { loop.stop() }
            }
            to = receiver.localAddress
            let sending = TestOutbox(bytes: 200_000, datagrams: 100)
            var next = 0
            loop.onPrepare = {
                guard next < 2_000, received.count == next else { return }
                for number in next..<next + 100 {
                    sending.append(number, length: Self.length(number), to: NetworkPath(to: receiver.localAddress))
                }
                next += 100
                sender.flush(&sending.outbox)
            }
            loop.run()
            loop.onPrepare = nil
            #expect(received.count == 2_000)
            #expect(wrong == 0)
            #expect(receiver.counters.received == 2_000)
            #expect(receiver.counters.receiveBatches < 500)
            #expect(receiver.counters.receivedBytes == sender.counters.sentBytes)
            #expect(sender.counters.sent == 2_000)
            #expect((sender.counters.segmentedRuns > 0) == segmentation)
            #expect(receiver.receiveBuffer > 0)
        }
    }

    /// Runs of equal datagrams, of which the last is shorter, and lengths that make no run.
    private static func length(_ number: Int) -> Int {
        number % 10 == 9 ? 600 : number % 50 < 30 ? 1_200 : 100 + number % 7
    }

    @Test("a reply leaves from the address that was written to")
    func localAddress() throws {
        try withLoop { loop in
            let anywhere = SocketAddress(.anyV4, port: 0)
            let written = try #require(IPAddress("127.0.0.77"))
            let reply = TestOutbox(bytes: 2_000, datagrams: 4)
            var server: DatagramSocket?
            server = try DatagramSocket(on: loop, address: anywhere) { datagram, path, _ in
                #expect(path.local.address == written)
                reply.outbox.append(datagram.bytes, to: path)
                server?.flush(&reply.outbox)
            }
            let port = try #require(server).localAddress.port
            var from: SocketAddress?
            let client = try DatagramSocket(on: loop, address: .loopback) { _, path, _ in
                from = path.remote
                loop.stop()
            }
            let sending = TestOutbox(bytes: 2_000, datagrams: 4)
            sending.append(1, length: 20, to: NetworkPath(to: SocketAddress(written, port: port)))
            client.flush(&sending.outbox)
            loop.run()
            #expect(from == SocketAddress(written, port: port))
            server = nil
        }
    }

    @Test("a socket for both families shows IPv4 peers as such, and answers them", arguments: [false, true])
    func dualStack(onlyIPv6: Bool) throws {
        try withLoop { loop in
            var options = DatagramSocket.Options()
            options.onlyIPv6 = onlyIPv6
            let reply = TestOutbox(bytes: 2_000, datagrams: 4)
            var paths: [NetworkPath] = []
            var answers = 0
            var server: DatagramSocket?
            let anywhere = SocketAddress(.anyV6, port: 0)
            server = try DatagramSocket(on: loop, address: anywhere, options: options) { datagram, path, _ in
                paths.append(path)
                reply.outbox.append(datagram.bytes, to: path)
                server?.flush(&reply.outbox)
            }
            let port = try #require(server).localAddress.port
            let done = { (_: inout MutableRawSpan, _: NetworkPath, _: Instant) in
                answers += 1
                if answers == (onlyIPv6 ? 1 : 2) { loop.stop() }
            }
            let v4 = try DatagramSocket(on: loop, address: .loopback, onReceive: done)
            let v6 = try DatagramSocket(on: loop, address: .loopbackV6, onReceive: done)
            for (socket, address) in [(v4, IPAddress.loopback), (v6, .loopbackV6)] {
                let sending = TestOutbox(bytes: 2_000, datagrams: 4)
                sending.append(1, length: 20, to: NetworkPath(to: SocketAddress(address, port: port)))
                socket.flush(&sending.outbox)
            }
            loop.run()
            let wanted = [v4, v6].map { socket in
                NetworkPath(
                    remote: socket.localAddress, local: SocketAddress(socket.localAddress.address, port: port))
            }
            #expect(Set(paths) == Set(onlyIPv6 ? [wanted[1]] : wanted))
            server = nil
        }
    }

    @Test("a destination that is refused harms no other, and is counted")
    func refusedDestination() throws {
        try withLoop { loop in
            var arrived: [Int] = []
            let receiver = try DatagramSocket(on: loop, address: .loopback) { datagram, _, _ in
                arrived.append(TestOutbox.number(of: datagram.bytes.array))
                if arrived.last == 5 { loop.stop() }
            }
            let sender = try DatagramSocket(on: loop, address: .loopback) { _, _, _ in }
            let good = NetworkPath(to: receiver.localAddress)
            let sending = TestOutbox(bytes: 10_000, datagrams: 10)
            sending.append(0, length: 20, to: good)
            sending.append(1, length: 20, to: NetworkPath(to: .loopbackV6))  // The wrong family.
            sending.append(2, length: 20, to: good)
            let foreign = try #require(SocketAddress("192.0.2.1:9"))
            sending.append(3, length: 20, to: NetworkPath(remote: good.remote, local: foreign))  // Not our address.
            sending.append(4, length: 20, to: NetworkPath(to: SocketAddress(.loopback, port: 0)))  // No port.
            sending.append(5, length: 20, to: good)
            sender.flush(&sending.outbox)
            #expect(sending.isEmpty)
            loop.run()
            #expect(arrived == [0, 2, 5])
            #expect(sender.counters.sent == 3)
            #expect(sender.counters.sendErrors == 3)
        }
    }

    @Test("a datagram longer than its slot is dropped and counted; the longest that fits arrives")
    func truncation() throws {
        try withLoop { loop in
            var lengths: [Int] = []
            let receiver = try DatagramSocket(on: loop, address: .loopback) { datagram, _, _ in
                lengths.append(datagram.byteCount)
                if lengths.count == 2 { loop.stop() }
            }
            let sender = try DatagramSocket(on: loop, address: .loopback) { _, _, _ in }
            let sending = TestOutbox(bytes: 10_000, datagrams: 10)
            for length in [2_049, 2_048, 0] {
                sending.append(1, length: length, to: NetworkPath(to: receiver.localAddress))
            }
            sender.flush(&sending.outbox)
            loop.run()
            #expect(lengths == [2_048, 0])
            #expect(receiver.counters.truncated == 1)
        }
    }

    @Test("a full receive queue is counted, datagram for datagram")
    func overflow() throws {
        try withLoop { loop in
            var options = DatagramSocket.Options()
            options.receiveBuffer = 1  // The kernel's minimum, 2,304 bytes.
            var last = 0
            let receiver = try DatagramSocket(on: loop, address: .loopback, options: options) { datagram, _, _ in
                last = TestOutbox.number(of: datagram.bytes.array)
                if last == 101 { loop.stop() }
            }
            let sender = try DatagramSocket(on: loop, address: .loopback) { _, _, _ in }
            let sending = TestOutbox(bytes: 200_000, datagrams: 200)
            let path = NetworkPath(to: receiver.localAddress)
            for number in 1...100 { sending.append(number, length: 600 + number % 3, to: path) }
            sender.flush(&sending.outbox)
            // The count comes with the next datagram that finds room: one that leaves when the queue has been read.
            loop.onPrepare = {
                guard last > 0, last < 101 else { return }
                sending.append(101, length: 20, to: path)
                sender.flush(&sending.outbox)
            }
            loop.run()
            loop.onPrepare = nil
            let counters = receiver.counters
            #expect(counters.queueOverflows > 0)
            #expect(counters.received + counters.queueOverflows == 101)
        }
    }

    @Test("a closed socket sends nothing; one that closes while it receives hears no more")
    func closing() throws {
        try withLoop { loop in
            var received = 0
            var receiver: DatagramSocket?
            receiver = try DatagramSocket(on: loop, address: .loopback) { _, _, _ in
                received += 1
                receiver?.close()
                loop.stop()
            }
            let path = NetworkPath(to: try #require(receiver).localAddress)
            let sender = try DatagramSocket(on: loop, address: .loopback) { _, _, _ in }
            let sending = TestOutbox(bytes: 2_000, datagrams: 4)
            for number in 0..<3 { sending.append(number, length: 20, to: path) }
            sender.flush(&sending.outbox)
            loop.run()
            try loop.runOneTurn()
            #expect(received == 1)
            sender.close()
            sending.append(9, length: 20, to: path)
            sender.flush(&sending.outbox)
            #expect(sending.isEmpty)
            #expect(sender.counters.sent == 3)
            receiver = nil
        }
    }
}
