import Bridge
import Conference
import OpenSSL
import SimulatedNetwork
import Testing
import Tokens
import Transport
import Units
import Wire

/// A whole bridge and its clients on a simulated network, in simulated time.
final class World {
    /// Unix time of the beginning, in nanoseconds.
    static let epoch: UInt64 = 1_795_000_000_000_000_000
    static let step = Duration.milliseconds(5)
    static let roomID = "r"

    let control: ControlPlane
    let planes: [MediaPlane]
    let addresses: [SocketAddress]
    var network: DatagramNetwork
    /// Two hours after the machine started, as far as its clock knows.
    private(set) var now = Instant(nanoseconds: 7_200_000_000_000)
    let start: Instant
    var random: SplitMix64
    let issuer: TokenIssuer
    let clientContext: DTLSContext
    private(set) var clients: [SimulatedClient] = []
    /// By what the control plane calls them.
    var sockets: [SocketID: SimulatedSocket] = [:]
    private var clientsByAddress: [SocketAddress: SimulatedClient] = [:]
    private var outbox = Outbox(capacity: 8 << 20, datagrams: 16_384)
    fileprivate var clientOutbox = Outbox(capacity: 1 << 20, datagrams: 2_048)
    /// Holds back what loops tell each other.
    var holdsMessages = false
    /// Sees what loops tell the control plane.
    var onEvent: ((MediaEvent) -> Void)?
    /// Sees what loops tell each other.
    var onMessage: ((LoopMessage) -> Void)?
    /// Changes what the control loop tells the media loops of a new resource.
    var alter: ((inout ResourceDescription) -> Void)?
    var serverDatagrams = 0
    let wire = WireLog()

    init(
        points: Int = 6, loops: Int = 1, audioSlots: Int = 3, pictureSlots: Int = 3, program: [String] = [],
        allowsPointTakeover: Bool = false, pointLimit: Int = 300, mode: RoomMode = .discussion, observers: Int = 100,
        delay: Duration = .milliseconds(10), pages: [String: Page] = [:], epoch: String = "e1", seed: UInt64 = 1
    ) throws {
        let serverContext = try DTLSContext(try Certificate.forMedia())
        clientContext = try DTLSContext(try Certificate.forMedia())
        let key = try SigningKey()
        issuer = TokenIssuer(key: key)
        random = SplitMix64(state: seed)
        network = DatagramNetwork(delay: delay, seed: seed)
        start = now
        let server = IPAddress(v4: 0xC000_0201)
        addresses = (0..<loops).map { SocketAddress(server, port: UInt16(8_443 + $0)) }
        let clock = ClockPair(instant: .zero, ntp: NTPTime(unixNanoseconds: Self.epoch))
        control = ControlPlane(
            ControlSettings(
                bridge: try #require(BridgeID("b1")), candidates: addresses.map { [$0] },
                fingerprint: serverContext.certificate.sha256Fingerprint,
                verifier: TokenVerifier(keys: [key.verifyingKey]),
                hosts: ["bridge.test"], allowsOtherOrigins: true, clock: clock, epoch: epoch, pages: pages))
        planes = (0..<loops).map { MediaPlane(loop: $0, of: loops, dtls: serverContext, clock: clock) }
        control.setRooms(
            [
                try Self.room(
                    points: points, audioSlots: audioSlots, pictureSlots: pictureSlots, program: program,
                    allowsPointTakeover: allowsPointTakeover, pointLimit: pointLimit, mode: mode, observers: observers)
            ], at: now)
        pump()
    }

    static func room(
        points: Int, audioSlots: Int = 3, pictureSlots: Int = 3, program: [String] = [],
        allowsPointTakeover: Bool = false, pointLimit: Int = 300, mode: RoomMode = .discussion, observers: Int = 100
    ) throws -> RoomDefinition {
        let codes = try (0..<points).map { try #require(PointCode("p\($0)")) }
        return RoomDefinition(
            id: try #require(RoomID(roomID)), title: "Phòng họp", mode: mode, central: codes[0],
            roster: codes.map {
                RosterEntry(
                    code: $0, name: "Điểm cầu \($0)", kind: .commune, level: 3, contactName: "Nguyễn Văn \($0)",
                    contactTelephone: "0274 \($0)")
            },
            pointLimit: pointLimit, observerLimit: observers, uplinkLimit: .megabits(2), videoCodecs: [.vp8, .h264],
            audioSlots: audioSlots, pictureSlots: pictureSlots,
            programDefault: try program.map { try #require(PointCode($0)) }, allowsPointTakeover: allowsPointTakeover)
    }

    var moment: Moment { Moment(instant: now, unixTime: Int((Self.epoch + now.nanoseconds) / 1_000_000_000)) }

    func makeClient(_ plan: SimulatedClient.Plan = .init()) -> SimulatedClient {
        let number = clients.count
        let address = SocketAddress(IPAddress(v4: 0x0A00_0001 + UInt32(number)), port: 40_000)
        let client = SimulatedClient(
            number: UInt8(truncatingIfNeeded: number), address: address, plan: plan, context: clientContext,
            seed: random.next())
        clients.append(client)
        clientsByAddress[address] = client
        return client
    }

    func move(_ client: SimulatedClient, to address: SocketAddress) {
        clientsByAddress[client.address] = nil
        client.address = address
        clientsByAddress[address] = client
    }

    // MARK: Time

    func run(for duration: Duration, _ each: (() -> Void)? = nil) {
        let end = now.advanced(by: duration)
        while now < end {
            step()
            each?()
        }
    }

    /// Runs until `condition` holds, for `limit` at most.
    @discardableResult
    func run(until condition: () -> Bool, limit: Duration) -> Bool {
        let end = now.advanced(by: limit)
        while now < end {
            if condition() { return true }
            step()
        }
        return condition()
    }

    func step() {
        now = now.advanced(by: Self.step)
        for datagram in network.receive(at: now) { deliver(datagram) }
        pump()
        for plane in planes {
            // What a loop gathered goes out in pieces, as its shell sends them.
            while let due = plane.deadline, due <= now {
                plane.advance(to: now, into: &outbox)
                flushServer()
            }
        }
        if let due = control.deadline, due <= now { control.advance(to: moment) }
        pump()
        exchangeSockets()
        flushServer()
        for client in clients {
            client.tick(at: now, into: &clientOutbox)
            flush(client)
        }
    }

    private func deliver(_ datagram: Datagram) {
        if let loop = addresses.firstIndex(of: datagram.destination) {
            inject(datagram, into: loop)
        } else if let client = clientsByAddress[datagram.destination] {
            client.receive(datagram, at: now, into: &clientOutbox)
            flush(client)
        }
    }

    /// Hands a datagram to a media loop at once.
    ///
    /// - Returns: How many datagrams the loop wants sent because of it.
    @discardableResult
    func inject(_ datagram: Datagram, into loop: Int = 0) -> Int {
        var bytes = datagram.bytes
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        let before = outbox.count
        let path = NetworkPath(remote: datagram.source, local: datagram.destination)
        planes[loop].receive(&raw, on: path, at: now, into: &outbox)
        let answered = outbox.count - before
        if outbox.used > 4 << 20 || outbox.count > 8_192 { flushServer() }
        return answered
    }

    /// Carries events, commands and messages about until there are none.
    func pump() {
        var isBusy = true
        while isBusy {
            isBusy = false
            for (loop, plane) in planes.enumerated() {
                for event in plane.takeEvents() {
                    onEvent?(event)
                    control.handle(event, from: loop, at: now)
                    isBusy = true
                }
            }
            for (loop, wanted) in control.takeCommands() {
                var command = wanted
                if case .open(var description) = command, let alter {
                    alter(&description)
                    command = .open(description)
                }
                planes[loop].handle(command, at: now, into: &outbox)
                isBusy = true
            }
            guard !holdsMessages else { continue }
            for (loop, plane) in planes.enumerated() {
                for (other, message) in plane.takeMessages() {
                    onMessage?(message)
                    planes[other].receive(message, from: loop, at: now, into: &outbox)
                    isBusy = true
                }
            }
        }
    }

    /// Tells every loop something that the control plane did not say.
    func order(_ command: MediaCommand) {
        for plane in planes { plane.handle(command, at: now, into: &outbox) }
        pump()
    }

    private func flushServer() {
        for index in 0..<outbox.count {
            let path = outbox.record(index).path
            let datagram = Datagram(source: path.local, destination: path.remote, bytes: outbox.bytes(index).array)
            serverDatagrams += 1
            wire.note(datagram)
            network.send(datagram, at: now)
        }
        outbox.removeAll()
    }

    fileprivate func flush(_ client: SimulatedClient) {
        for index in 0..<clientOutbox.count {
            let record = clientOutbox.record(index)
            network.send(
                Datagram(
                    source: client.address, destination: record.path.remote, bytes: clientOutbox.bytes(index).array),
                at: now)
        }
        clientOutbox.removeAll()
    }

    var droppedByOutbox: UInt64 { outbox.dropped }
    func counters(_ loop: Int = 0) -> MediaPlane.Counters { planes[loop].snapshot(outboxDrops: outbox.dropped) }
}

extension World {
    /// Sends what `body` puts into a client's outbox.
    func send(from client: SimulatedClient, _ body: (inout Outbox) -> Void) {
        body(&clientOutbox)
        flush(client)
    }

    /// Has the client say goodbye by DTLS.
    func leave(_ client: SimulatedClient) {
        client.transport?.close(at: now, into: &clientOutbox)
        flush(client)
    }
}
