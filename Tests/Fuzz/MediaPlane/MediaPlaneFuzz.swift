import Bridge
import FuzzSupport
import Transport
import Units
import Wire

/// A room of two with wicked intentions, one of whom sends: what they say has the right keys and any content.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let room = Room()
    while !input.isEmpty { room.step(&input) }
    room.finish()
    return 0
}

private final class Room {
    private var now = Instant(nanoseconds: 1_000_000_000)
    private let plane: MediaPlane
    private let clients: [FuzzClient]
    private var outbox = Outbox(capacity: 1 << 18, datagrams: 512)
    /// By SSRC: the index of the packet last sent.
    private var indexes: [UInt32: UInt64] = [:]

    init() {
        let clock = ClockPair(instant: .zero, ntp: NTPTime(unixNanoseconds: 1_790_000_000_000_000_000))
        plane = MediaPlane(loop: 0, of: 2, dtls: FuzzClient.context, clock: clock)
        let now = now
        clients = (1...2).map { FuzzClient($0, at: now) }
        plane.handle(.room(1, audioSlots: 2), at: now, into: &outbox)
        plane.handle(.picturePlan(room: 1, seats: [1, 2]), at: now, into: &outbox)
        plane.handle(.open(sender(clients[0])), at: now, into: &outbox)
        plane.handle(.open(receiver(clients[1])), at: now, into: &outbox)
        for _ in 0..<8 { advance(by: .milliseconds(50)) }
        expect(plane.snapshot(outboxDrops: 0).connected == 2, "two connected")
    }

    func step(_ input: inout FuzzInput) {
        switch input.byte() & 15 {
        case 0, 1: sendMedia(&input, header: nil)
        case 2: sendMedia(&input, header: (111, Wanted.microphone))
        case 3: sendMedia(&input, header: (96, Wanted.camera))
        case 4: sendMedia(&input, header: (97, Wanted.cameraRepair))
        case 5: sendMedia(&input, header: (102, Wanted.screen))
        case 6: send(clients[0].protectControl(input.piece()), by: clients[0])
        case 7: send(clients[1].protectControl(input.piece()), by: clients[1])
        case 8: send(input.piece(), by: clients[Int(input.byte() & 1)])
        case 9: sendFromStranger(input.piece())
        case 10: send(clients[Int(input.byte() & 1)].makeCheck(&input), from: input.byte() & 7)
        case 11: advance(by: .milliseconds(Int(input.byte())))
        case 12: advance(by: .milliseconds(10))
        case 13: command(&input)
        case 14: tell(&input)
        default: exchange()
        }
    }

    /// Closes all; nothing may be left.
    func finish() {
        plane.handle(.closeAll, at: now, into: &outbox)
        let counters = plane.snapshot(outboxDrops: outbox.dropped)
        expect(counters.endpoints == 0 && counters.connected == 0, "nobody left")
    }

    // MARK: In

    /// A packet of the sender's, with any header or with that of one of its streams.
    private func sendMedia(_ input: inout FuzzInput, header: (type: UInt8, ssrc: UInt32)?) {
        let step = Int(Int8(bitPattern: input.byte()))
        var packet: [UInt8]
        if let header {
            let flags = input.byte()
            let timestamp: UInt32 = input.number()
            packet = [0x80 | flags & 0x30, header.type | flags & 0x80, 0, 0]
            for word in [timestamp, header.ssrc] { withUnsafeBytes(of: word.bigEndian) { packet += $0 } }
            packet += input.piece()
        } else {
            packet = input.piece()
        }
        guard packet.count >= 12 else { return }
        let ssrc = packet[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        // A sender that jumps about within its sequence numbers, wraps and goes back.
        let index = UInt64(clamping: Int(indexes[ssrc] ?? 1_000) + step)
        indexes[ssrc] = index
        send(clients[0].protectMedia(packet, index: index), by: clients[0])
    }

    private func send(_ datagram: [UInt8]?, by client: FuzzClient) {
        guard let datagram else { return }
        deliver(datagram, on: client.path)
        exchange()
    }

    private func send(_ datagram: [UInt8], from port: UInt8) {
        let place = SocketAddress(IPAddress(v4: 0x0A00_0001), port: UInt16(port))
        deliver(datagram, on: NetworkPath(remote: place, local: FuzzClient.server))
    }

    private func sendFromStranger(_ datagram: [UInt8]) {
        let before = outbox.count
        let place = SocketAddress(IPAddress(v4: 0xC000_0201), port: 1)
        deliver(datagram, on: NetworkPath(remote: place, local: FuzzClient.server))
        expect(outbox.count == before, "a stranger is not answered")
    }

    private func deliver(_ datagram: [UInt8], on path: NetworkPath) {
        withDatagram(datagram) { plane.receive(&$0, on: path, at: now, into: &outbox) }
    }

    /// The control loop's word.
    private func command(_ input: inout FuzzInput) {
        switch input.byte() & 3 {
        case 0:
            let seats = (0..<3).map { _ in UInt32(input.byte() & 3) }
            plane.handle(.picturePlan(room: 1, seats: seats), at: now, into: &outbox)
        case 1: plane.handle(.room(1, audioSlots: Int(input.byte() & 3)), at: now, into: &outbox)
        case 2: plane.handle(.restart(1, local: clients[0].remote, remote: clients[0].local), at: now, into: &outbox)
        default: plane.handle(.close(UInt32(input.byte() & 3)), at: now, into: &outbox)
        }
    }

    /// What another loop wants of this one.
    private func tell(_ input: inout FuzzInput) {
        let choice = input.byte()
        plane.receive(.interest(room: 1, choice & 1 == 0), from: 1, at: now, into: &outbox)
        for case .picture(_, _, _, let picture) in told {
            for layer in picture.layers {
                plane.receive(.want(layer, choice & 2 == 0), from: 1, at: now, into: &outbox)
            }
        }
    }

    private var told: [LoopMessage] = []

    // MARK: Time

    private func advance(by duration: Duration) {
        now = now.advanced(by: duration)
        for client in clients { client.advance(to: now) }
        exchange()
        plane.advance(to: now, into: &outbox)
        exchange()
    }

    private func exchange() {
        for (bytes, path) in outbox.takeDatagrams() {
            clients.first { $0.path == path }?.receive(bytes, at: now)
        }
        for client in clients {
            for datagram in client.takeDatagrams() { deliver(datagram, on: client.path) }
        }
        _ = plane.takeEvents()
        told = plane.takeMessages().map(\.message)
    }
}
