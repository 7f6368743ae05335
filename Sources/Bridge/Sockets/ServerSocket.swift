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
        /// Nothing more is read; what is left to say goes out.
        case ending
    }

    /// Ours: a page says `hello` with its first message.
    static let helloLimit = Duration.seconds(5)
    /// Replies that a client who never reads may leave behind before it is given up, in bytes. Ours.
    static let replyLimit = 1 << 20
    private static let sliceLimit = 64 << 10

    let id: SocketID
    let room: RoomID
    let claims: TokenClaims
    var connection: WebSocketConnection
    var phase: Phase
    var language = Language.vi
    /// The `seq` of the last event of the room that went out.
    var cursor: UInt64 = 0
    var rate: CommandRate
    var watchesHealth = false
    /// The newest `health` message that has not gone out yet; an older one is of no use to anybody.
    var health: [UInt8]?
    /// When the last frame came.
    var lastHeard: Instant
    /// What of that the room has been told.
    var lastReported: Instant
    /// Pieces of one long message that is being taken, and how far; nothing else may go out in between.
    private var parts: ArraySlice<[UInt8]> = []
    private var offset = 0

    init(id: SocketID, room: RoomID, claims: TokenClaims, at now: Instant) {
        self.id = id
        self.room = room
        self.claims = claims
        connection = WebSocketConnection(role: .server, settings: Self.settings, at: now)
        phase = .greeting(until: now.advanced(by: Self.helloLimit))
        rate = CommandRate(at: now)
        lastHeard = now
        lastReported = now
    }

    private static let settings: WebSocketSettings = {
        var settings = WebSocketSettings()
        settings.messageLimit = ClientMessage.sizeLimit
        // A socket that says nothing is silent after 6 s: two pings fit in before.
        settings.pingInterval = .seconds(2.5)
        settings.idleLimit = .seconds(20)
        return settings
    }()

    var session: SessionID? {
        if case .inRoom(_, let session) = phase { session } else { nil }
    }

    var resource: MediaResourceID? {
        if case .inRoom(let resource, _) = phase { resource } else { nil }
    }

    var viewer: EventViewer? {
        session.map { EventViewer(session: $0, role: claims.role, point: claims.role.holdsSeat ? claims.point : nil) }
    }

    var actor: Actor {
        Actor(role: claims.role, point: claims.point, session: session, token: claims.tokenID)
    }

    /// When time alone makes something happen to it.
    var deadline: Instant {
        let due = connection.deadline ?? .distantFuture
        if case .greeting(let until) = phase { return min(due, until) }
        return due
    }

    // MARK: Output

    /// Sends a message that is this client's alone, before any event that has not been taken yet.
    func send(_ message: ServerMessage) { connection.send(text: message.encoded) }

    /// Sends one long message as whole frames, some of them shared with other sockets. They are taken in slices: to a
    /// peer who does not read only the beginning goes.
    func send(frames: [[UInt8]]) {
        guard connection.isOpen else { return }
        // What was sent before goes first.
        parts += [connection.takeOutput()] + frames
    }

    /// The next bytes, at most ``sliceLimit`` of a long message at a time; `nil` when only the room's log can have more.
    func takeOutput() -> [UInt8]? {
        while let part = parts.first {
            let slice = part[offset...].prefix(Self.sliceLimit)
            offset += slice.count
            if offset >= part.count {
                parts.removeFirst()
                offset = 0
            }
            if !slice.isEmpty { return Array(slice) }
        }
        guard connection.outputCount == 0 else { return connection.takeOutput() }
        return nil
    }

    /// Whether the last byte was taken: the connection can be closed.
    var isOver: Bool { connection.isClosed && parts.isEmpty && connection.outputCount == 0 }

    /// Says goodbye and closes.
    func end(_ bye: ByeView, seq: UInt64, at now: Instant) {
        send(.event(seq: seq, .bye(bye)))
        close(bye.reason == .shutdown ? .goingAway : .normal, at: now)
    }

    func close(_ code: CloseCode, reason: String = "", at now: Instant) {
        phase = .ending
        connection.close(code, reason: reason, at: now)
    }
}
