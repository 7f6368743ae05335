import Conference
import HTTP1
import HTTPTypes
import OpenSSL
import Participant
import Signalling
import Units
import WebSocket

/// A socket session and a server that says what the test wants, in simulated time.
final class SocketBed {
    let session: SocketSession
    private(set) var now = Instant(nanoseconds: 7_000_000_000)
    private(set) var events: [SocketEvent] = []
    /// Times that a connection was asked for, and given up.
    private(set) var connects = 0
    private(set) var disconnects = 0
    private(set) var changes: Set<RoomState.Aspect> = []
    /// What the client has said over all connections.
    private(set) var heard: [ClientMessage] = []
    /// The upgrade request of the present connection.
    private(set) var request: Request?
    private var random: SeededRandom
    private var parser = RequestParser()
    private var server: WebSocketConnection?
    private let chunk: Int

    /// - Parameters:
    ///   - seed: Of all randomness.
    ///   - chunk: The most bytes that reach the client at a time.
    ///   - change: Of the settings.
    init(seed: UInt64 = 1, chunk: Int = .max, _ change: (inout SocketSettings) -> Void = { _ in }) {
        var settings = SocketSettings(
            server: ServerAddress(host: "bridge.example", port: 8_443), room: "phòng 1", token: "t0ken")
        change(&settings)
        session = SocketSession(settings)
        random = SeededRandom(seed)
        self.chunk = chunk
    }

    var reports: [SocketEvent] {
        defer { events = [] }
        return events
    }

    // MARK: The client

    func start() {
        session.start(at: now)
        settle()
    }

    /// The connection stands; the server reads the request, and answers when `accepts`; compression is agreed to when
    /// it `compresses`.
    func open(accepts: Bool = true, compresses: Bool = true) {
        parser = RequestParser()
        server = nil
        request = nil
        session.opened(at: now, random: &random)
        settle()
        if accepts { accept(compresses: compresses) }
    }

    func fail(_ reason: String = "refused", isFinal: Bool = false) {
        session.failed(reason, isFinal: isFinal, at: now, random: &random)
        settle()
    }

    func send(_ command: Command) -> UInt64? {
        defer { settle() }
        return session.send(CommandMessage(command), at: now)
    }

    func leave() {
        session.leave(at: now)
        settle()
    }

    /// Lets time pass, waking the session whenever it wants to be.
    func wait(_ duration: Duration) {
        let end = now.advanced(by: duration)
        while let due = session.deadline, due <= end {
            now = max(due, now)
            session.advance(to: now, random: &random)
            settle()
        }
        now = end
    }

    private func settle() {
        repeat {
            let output = session.takeOutput(random: &random)
            if !output.isEmpty { takeAtServer(output) }
            for effect in session.takeEffects() {
                switch effect {
                case .connect: connects += 1
                case .disconnect: disconnects += 1
                case .report(let event): events.append(event)
                }
            }
            changes.formUnion(session.takeChanges())
        } while session.hasWork
    }

    // MARK: The server

    private func takeAtServer(_ bytes: [UInt8]) {
        if server != nil {
            for event in server?.receive(bytes.span.bytes, at: now) ?? [] {
                if case .text(let text) = event, let message = try? ClientMessage(parsing: text) {
                    heard.append(message)
                }
            }
            return
        }
        parser.append(bytes.span.bytes)
        while let event = try? parser.next() {
            if case .request(let request) = event { self.request = request }
        }
    }

    private func accept(compresses: Bool) {
        guard let request, var offer = try? WebSocketHandshake.check(request) else { return }
        if !compresses { offer.deflate = nil }
        let response = WebSocketHandshake.response(accepting: offer, subprotocol: "diemcau.v1") { bytes in
            let digest = sha1(bytes.span.bytes)
            return digest.indices.map { digest[$0] }
        }
        var settings = WebSocketSettings()
        settings.pingInterval = nil
        settings.idleLimit = nil
        server = WebSocketConnection(role: .server, settings: settings, at: now)
        deliver(response.serialized(for: .get, date: "Sat, 21 Nov 2026 00:00:00 GMT", keepsAlive: true))
    }

    /// Bytes reach the client.
    func deliver(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
            session.receive(part.span.bytes, at: now, random: &random)
            settle()
        }
    }

    func say(_ message: ServerMessage) { say(text: message.encoded) }

    func say(text: [UInt8]) { deliver(FrameWriter.text(text)) }

    func tell(_ seq: UInt64, _ event: ServerEvent) { say(.event(seq: seq, event)) }

    /// Connects and is welcomed.
    func join(_ welcome: Welcome = SocketBed.welcome(), seq: UInt64 = 812) {
        if session.state == .idle { start() }
        open()
        tell(seq, .welcome(welcome))
    }

    // MARK: Samples

    static let secret = "00112233445566778899aabbccddeeff"
    static let central = code("79")
    static let me = code("25747")

    static func code(_ text: String) -> PointCode {
        guard let code = PointCode(text) else { preconditionFailure("\(text) is a point's code") }
        return code
    }

    static func welcome(
        epoch: String = "9f2c", resumed: Bool = false, binding: String = SocketBed.secret,
        roster: [RosterLineView]? = nil
    ) -> Welcome {
        guard let session = SessionID("local-\(secret)"), let binding = BindingSecret(binding), let id = RoomID("demo")
        else { preconditionFailure("the samples are well formed") }
        let lines =
            roster ?? [
                RosterLineView(code: central, name: "Trung tâm", kind: .central, level: 1, state: .present),
                RosterLineView(code: me, name: "Xã Một", kind: .commune, level: 3, state: .present),
            ]
        return Welcome(
            epoch: epoch, session: session, binding: binding, resumed: resumed, at: 1_790_000_000,
            you: Identity(role: .point, point: me, verbs: Role.point.verbs),
            room: RoomView(
                id: id, title: "Họp", mode: .conference, locked: false, central: central, audioSlots: 3,
                pictureSlots: 4, present: 2, observers: 0),
            floor: FloorView(), program: ProgramView(program: [], seen: [central]), speaking: nil, slots: [],
            roster: resumed ? nil : RosterSnapshot(version: 7, points: lines))
    }
}
