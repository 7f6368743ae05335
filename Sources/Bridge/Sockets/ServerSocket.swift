import Conference
import Signalling
import Tokens
import Units
import WebSocket

/// One participant's WebSocket at the server, from its upgrade to its last byte.
///
/// It has no queue of events: it knows how far in its room's log it has read, and takes what is next when the
/// connection has room for it.
final class ServerSocket {
    enum Phase: Equatable {
        /// Waits for `hello`.
        case greeting(until: Instant)
        case inRoom(MediaResourceID, SessionID)
        /// Nothing more is read; what is left to say goes out, until then.
        case ending(until: Instant)
    }

    /// Ours: a page says `hello` with its first message.
    static let helloLimit = Duration.seconds(5)
    /// Ours; how long the last words may take to leave: a peer who does not read is given up then.
    static let endingLimit = Duration.seconds(5)
    /// Ours; replies that a client who never reads may leave behind before it is given up, in bytes.
    static let replyLimit = 1 << 20
    private static let sliceLimit = 64 << 10
    /// Ours; JSON that means something is compressed 20 : 1 at most.
    private static let inflationRatio = 64

    let id: SocketID
    let room: RoomID
    let channel: RoomChannel
    let claims: TokenClaims
    /// Whether the client takes compressed messages, and may send them (RFC 7692).
    let deflates: Bool
    private var connection: WebSocketConnection
    private(set) var phase: Phase
    var language = Language.vi
    /// The `seq` of the last event of the room that went out.
    var cursor: UInt64 = 0
    var rate: CommandRate
    var watchesHealth = false
    /// The newest `health` message that has not gone out yet, as the last part, behind the `seq`; an older one is of no
    /// use to anybody.
    var health: SharedPart?
    /// When the last frame came.
    private(set) var lastHeard: Instant
    /// When the room was last told of that.
    private var lastReported: Instant
    /// Pieces of one long message that is being taken, and how far; nothing else may go out in between.
    private var parts: [[UInt8]] = []
    private var part = 0
    private var offset = 0

    init(
        id: SocketID, room: RoomID, channel: RoomChannel, claims: TokenClaims, deflates: Bool, at now: Instant
    ) {
        self.id = id
        self.room = room
        self.channel = channel
        self.claims = claims
        self.deflates = deflates
        connection = WebSocketConnection(role: .server, settings: Self.settings(deflates: deflates), at: now)
        phase = .greeting(until: now.advanced(by: Self.helloLimit))
        rate = CommandRate(at: now)
        lastHeard = now
        lastReported = now
    }

    private static func settings(deflates: Bool) -> WebSocketSettings {
        var settings = WebSocketSettings()
        settings.messageLimit = ClientMessage.sizeLimit
        settings.deflates = deflates
        settings.inflationRatio = inflationRatio
        // A socket that says nothing is silent after 6 s: two pings fit in before.
        settings.pingInterval = .seconds(2.5)
        settings.idleLimit = .seconds(20)
        return settings
    }

    var session: SessionID? {
        if case .inRoom(_, let session) = phase { session } else { nil }
    }

    var resource: MediaResourceID? {
        if case .inRoom(let resource, _) = phase { resource } else { nil }
    }

    private var isEnding: Bool {
        if case .ending = phase { true } else { false }
    }

    /// The staff hear what is for a point as staff.
    var viewer: EventViewer? {
        session.map {
            EventViewer(session: $0, role: claims.role, point: claims.role.isStaff ? nil : actor.point)
        }
    }

    var actor: Actor {
        Actor(role: claims.role, point: claims.point, session: session, token: claims.tokenID)
    }

    // MARK: Coming and going

    func enter(_ admission: Admission) {
        guard case .greeting = phase else { return }
        phase = .inRoom(admission.resource, admission.session)
        channel.attach(
            id, of: admission.session, role: admission.role, point: admission.point, language: language)
    }

    /// Says goodbye and closes.
    func end(_ bye: ByeView, _ code: CloseCode = .normal, reason: String = "", at now: Instant) {
        send(.event(seq: cursor, .bye(bye)))
        close(code, reason: reason, at: now)
    }

    func close(_ code: CloseCode, reason: String = "", at now: Instant) {
        connection.close(code, reason: reason, at: now)
        finish(at: now)
    }

    /// Nothing more is heard over this connection; the session may go on over another.
    private func finish(at now: Instant) {
        guard !isEnding else { return }
        hangUp()
        phase = .ending(until: now.advanced(by: Self.endingLimit))
    }

    /// Lets the room know that nobody reads here any more.
    func hangUp() {
        if let session { channel.detach(id, of: session) }
    }

    // MARK: Input and time

    /// Takes plaintext.
    ///
    /// - Returns: The text messages that it brought; `nil` for one that was binary.
    func receive(_ bytes: borrowing RawSpan, at now: Instant) -> [[UInt8]?] {
        if connection.isOpen { lastHeard = now }
        let messages: [[UInt8]?] = connection.receive(bytes, at: now).compactMap { event in
            switch event {
            case .text(let text): .some(.some(text))
            case .binary: .some(.none)
            case .closed: nil
            }
        }
        return isEnding ? [] : messages
    }

    /// What comes after the messages of one ``receive(_:at:)``: the end of a connection that is closed or not read.
    func settle(at now: Instant) {
        if !connection.isOpen { finish(at: now) }
        guard connection.outputCount > Self.replyLimit else { return }
        close(.policyViolation, reason: "replies are not read", at: now)
    }

    /// When time alone makes something happen to it.
    var deadline: Instant {
        let due = connection.deadline ?? .distantFuture
        return switch phase {
        case .greeting(let until), .ending(let until): min(due, until)
        case .inRoom: due
        }
    }

    /// Pings, and gives up a peer who has taken too long: to greet, to answer, to read our last words.
    func advance(to now: Instant) {
        if case .greeting(let until) = phase, until <= now {
            close(.policyViolation, reason: "no hello", at: now)
        }
        guard let due = connection.deadline, due <= now else { return }
        _ = connection.advance(to: now)
        if !connection.isOpen { finish(at: now) }
    }

    /// When the last frame came, for the room, at most once a second.
    func takeActivity(at now: Instant) -> Instant? {
        guard lastHeard > lastReported, now.since(lastReported) >= .seconds(1) else { return nil }
        lastReported = now
        return lastHeard
    }

    // MARK: Output

    /// Sends a message that is this client's alone, before any event that has not been taken yet.
    func send(_ message: ServerMessage) { connection.send(text: message.encoded) }

    /// Sends one long message as whole frames, some of them shared with other sockets.
    ///
    /// They are taken in slices: to a peer who does not read only the beginning goes.
    func send(frames: [[UInt8]]) {
        guard connection.isOpen else { return }
        // What was sent before goes first.
        parts += [connection.takeOutput()] + frames
    }

    /// The next bytes, at most ``sliceLimit`` of a long message at a time; `nil` when only the room's log can have more.
    func takeOutput() -> [UInt8]? {
        while part < parts.count {
            let slice = parts[part][offset...].prefix(Self.sliceLimit)
            offset += slice.count
            if offset >= parts[part].count {
                part += 1
                offset = 0
            }
            if !slice.isEmpty { return Array(slice) }
        }
        if !parts.isEmpty {
            parts = []  // Lets go of what was shared.
            part = 0
        }
        return connection.outputCount == 0 ? nil : connection.takeOutput()
    }

    /// Bytes that wait here to be taken, but for frames that are shared.
    var ownOutputCount: Int { connection.outputCount }

    /// Whether the connection can be closed: the last byte was taken, or its time is over.
    func isOver(at now: Instant) -> Bool {
        guard case .ending(let until) = phase else { return false }
        return until <= now || (connection.isClosed && parts.isEmpty && connection.outputCount == 0)
    }
}
