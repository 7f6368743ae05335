import Bridge
import OpenSSL
import Transport
import Units
import Wire

/// A media plane with one publisher and many receivers, all connected.
final class BenchmarkBridge {
    /// Bytes of an RTP packet as the publisher makes it, before SRTP.
    static let packetSize = 1_200
    static let stride = packetSize + 64
    /// Packets of a frame: 1.5 Mbit/s at 30 frames a second.
    static let frame = 5

    let plane: MediaPlane
    let publisher: BenchmarkClient
    private(set) var receivers: [BenchmarkClient] = []
    let server: SocketAddress
    /// Simulated time: nothing here waits.
    var now = Instant(nanoseconds: 7_200_000_000_000)
    var outbox = Outbox(capacity: 12 << 20, datagrams: 8_192)
    private var clients: [SocketAddress: BenchmarkClient] = [:]
    private var packets = PacketBuffer(capacity: stride * frame)
    private var lengths = [Int](repeating: 0, count: frame)
    private let payload = [UInt8](repeating: 0xA5, count: packetSize - 17)

    /// Connects everybody and puts the publisher's picture on all slots.
    ///
    /// - Parameters:
    ///   - server: The plane's own address.
    ///   - addresses: Where the receivers are; the publisher's is made up.
    /// - Throws: What OpenSSL refuses, and ``BenchmarkError`` when the picture does not arrive.
    init(server: SocketAddress, receivers addresses: [SocketAddress]) throws {
        self.server = server
        let dtls = try DTLSContext(try Certificate.forMedia())
        let clock = ClockPair(instant: .zero, ntp: NTPTime(unixNanoseconds: 1_795_000_000_000_000_000))
        plane = MediaPlane(loop: 0, of: 1, dtls: dtls, clock: clock)
        publisher = try BenchmarkClient(
            1, isPublisher: true, address: SocketAddress(.loopback, port: 9), server: server, dtls: dtls, at: now)
        for (index, address) in addresses.enumerated() {
            receivers.append(
                try BenchmarkClient(
                    UInt32(2 + index), isPublisher: false, address: address, server: server, dtls: dtls, at: now))
        }
        try connect()
        try start()
    }

    var forwarded: UInt64 { plane.snapshot(outboxDrops: outbox.dropped).packetsForwarded }

    // MARK: One frame

    /// Has the publisher make a frame; not part of what is measured.
    func makeFrame(isKeyframe: Bool = false) {
        publisher.writeFrame(
            &packets, stride: Self.stride, count: Self.frame, payload: payload, isKeyframe: isKeyframe,
            lengths: &lengths)
    }

    /// Gives the frame to the plane: what is measured.
    func receiveFrame() {
        let path = NetworkPath(remote: publisher.address, local: server)
        for index in 0..<Self.frame {
            var datagram = packets.mutableBytes(index * Self.stride..<index * Self.stride + lengths[index])
            plane.receive(&datagram, on: path, at: now, into: &outbox)
        }
    }

    /// Has the plane write what is due, calling `flush` whenever the outbox should be sent.
    func forward(_ flush: (inout Outbox) -> Void) {
        while let due = plane.deadline, due <= now {
            plane.advance(to: now, into: &outbox)
            flush(&outbox)
        }
        flush(&outbox)
    }

    /// Passes time, so that what the plane does now and then is behind it.
    func passTime(_ duration: Duration) {
        now = now.advanced(by: duration)
        forward { $0.removeAll() }
        _ = plane.takeEvents()
    }

    // MARK: Getting there

    private func connect() throws {
        for client in [publisher] + receivers {
            clients[client.address] = client
            plane.handle(.open(client.description), at: now, into: &outbox)
        }
        for _ in 0..<400 where !isConnected {
            now = now.advanced(by: .milliseconds(10))
            for client in clients.values {
                client.advance(to: now)
                deliver(from: client)
            }
            plane.advance(to: now, into: &outbox)
            deliverAnswers()
        }
        guard isConnected else { throw BenchmarkError("not all clients are connected") }
    }

    private var isConnected: Bool { plane.snapshot(outboxDrops: 0).connected == clients.count }

    private func deliver(from client: BenchmarkClient) {
        for index in 0..<client.outbox.count {
            var datagram = client.outbox.bytes(index).array
            var span = datagram.mutableSpan
            var bytes = span.mutableBytes
            plane.receive(&bytes, on: NetworkPath(remote: client.address, local: server), at: now, into: &outbox)
        }
        client.emptyOutbox()
    }

    private func deliverAnswers() {
        for index in 0..<outbox.count {
            var datagram = outbox.bytes(index).array
            var span = datagram.mutableSpan
            var bytes = span.mutableBytes
            clients[outbox.record(index).path.remote]?.receive(&bytes, from: server, at: now)
        }
        outbox.removeAll()
        _ = plane.takeEvents()
    }

    /// Sends keyframes until everybody is shown the picture.
    private func start() throws {
        plane.handle(.picturePlan(room: 1, seats: [publisher.number]), at: now, into: &outbox)
        for _ in 0..<20 {
            passTime(.milliseconds(60))
            let before = forwarded
            makeFrame(isKeyframe: true)
            receiveFrame()
            forward { $0.removeAll() }
            if forwarded - before == UInt64(Self.frame * receivers.count) { return }
        }
        throw BenchmarkError("the picture does not reach all receivers")
    }
}

struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
