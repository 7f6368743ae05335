import Participant
import Transport
import Units
import Wire

/// A session and its server on a simulated line: 10 ms each way, with seeded loss, in simulated time.
final class TestBed {
    let session: ClientSession
    let server = TestServer()
    private(set) var now = Instant(nanoseconds: 5_000_000_000)
    var random: SeededRandom
    private var lineRandom: SeededRandom
    var outbox = Outbox(capacity: 1 << 20, datagrams: 1_024)
    var lossPerMille: UInt64 = 0
    var isServerDead = false
    private let address = SocketAddress(.loopback, port: 40_000)
    private var underWay: [(due: Instant, toServer: Bool, bytes: [UInt8])] = []
    private(set) var effects: [SessionEffect] = []
    private(set) var received: [(packet: ReceivedPacket, payload: [UInt8])] = []
    private(set) var notices: [ControlNotice] = []

    init(seed: UInt64 = 1, _ change: (inout SessionSettings) -> Void = { _ in }) throws {
        var settings = SessionSettings(
            server: ServerAddress(host: "bridge.example", port: 8_443), room: "phòng 1", token: "t0ken")
        settings.sendsMicrophone = true
        settings.camera = .vp8
        settings.audioSlots = 3
        settings.pictureSlots = 3
        change(&settings)
        random = SeededRandom(seed)
        lineRandom = SeededRandom(seed &+ 1_000)
        let clock = ClockPair(instant: .zero, ntp: NTPTime(unixNanoseconds: 1_790_000_000_000_000_000))
        session = ClientSession(settings, resources: SessionResources(dtls: try TestServer.dtls.get(), clock: clock))
    }

    var events: [SessionEvent] {
        effects.compactMap { if case .report(let event) = $0 { event } else { nil } }
    }

    /// What the session asked for since the last call.
    func takeNewEffects() -> [SessionEffect] {
        let new = session.takeEffects()
        effects += new
        return new
    }

    func start() -> [SessionEffect] {
        session.start(at: now, random: &random)
        return takeNewEffects()
    }

    func openSignalling() -> [SessionEffect] {
        session.signallingOpened(at: now, random: &random)
        return takeNewEffects()
    }

    func failSignalling(isFinal: Bool = false) -> [SessionEffect] {
        session.signallingFailed("refused", isFinal: isFinal, at: now, random: &random)
        return takeNewEffects()
    }

    func reply(_ bytes: [UInt8]) -> [SessionEffect] {
        session.signallingReceived(bytes.span.bytes, at: now, random: &random)
        return takeNewEffects()
    }

    func send(_ packet: OutgoingPacket, _ payload: [UInt8]) {
        session.send(packet, payload: payload.span.bytes, at: now, into: &outbox)
    }

    /// Goes on in steps of a millisecond.
    func run(_ duration: Duration, every step: (Instant) -> Void = { _ in }) {
        let end = now.advanced(by: duration)
        while now < end {
            now = now.advanced(by: .milliseconds(1))
            deliver()
            step(now)
            if let deadline = session.deadline, deadline <= now {
                session.advance(to: now, random: &random, into: &outbox)
            }
            if !isServerDead { _ = server.transport?.advance(to: now, random: &server.random, into: &server.outbox) }
            effects += session.takeEffects()
            dispatch(&outbox, toServer: true)
            dispatch(&server.outbox, toServer: false)
        }
    }

    /// Runs from the start until media can flow.
    func join() throws {
        _ = start()
        guard case .send(let request)? = openSignalling().last else { throw TestProblem.malformed }
        _ = reply(try server.answer(request))
        run(.seconds(3))
    }

    private func dispatch(_ outbox: inout Outbox, toServer: Bool) {
        for index in 0..<outbox.count {
            if lineRandom.next() % 1_000 < lossPerMille { continue }
            underWay.append((now.advanced(by: .milliseconds(10)), toServer, outbox.bytes(index).array))
        }
        outbox.removeAll()
    }

    private func deliver() {
        let due = underWay.filter { $0.due <= now }
        underWay.removeAll { $0.due <= now }
        for item in due {
            if item.toServer {
                if !isServerDead { server.receive(item.bytes, from: address, at: now) }
                continue
            }
            var bytes = item.bytes
            var span = bytes.mutableSpan
            var raw = span.mutableBytes
            let path = NetworkPath(remote: server.address, local: address)
            switch session.receive(&raw, on: path, at: now, random: &random, into: &outbox) {
            case .media(let packet): received.append((packet, raw.bytes.extracting(packet.payload).array))
            case .control(let notice): notices.append(notice)
            case .nothing: break
            }
        }
    }
}
