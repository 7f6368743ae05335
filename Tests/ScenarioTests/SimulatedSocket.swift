import Bridge
import Conference
import OpenSSL
import Signalling
import SimulatedNetwork
import Testing
import Units
import WebSocket

/// A participant's WebSocket in simulated time: our own handshake, frames and messages against the control plane.
final class SimulatedSocket {
    /// What a kernel on the way takes although nobody reads: the server asks for more while less than this waits.
    static let highWater = 64 << 10

    let id: SocketID
    private(set) var connection: WebSocketConnection
    private var random: SplitMix64
    /// Whether it takes what is sent to it.
    var reads = true
    /// Whether the wire is cut: nothing comes and nothing goes.
    var isCut = false
    /// The server let go of it.
    var isOver = false
    /// What the server has written and nobody has read.
    private(set) var unread: [[UInt8]] = []
    /// Bytes that the server has written in all.
    private(set) var taken = 0
    /// How each piece of that began.
    private(set) var beginnings: [[UInt8]] = []
    /// Every message as it came.
    private(set) var texts: [[UInt8]] = []
    private(set) var messages: [ServerMessage] = []
    /// When each of them came.
    private(set) var times: [Instant] = []
    private(set) var closed: (code: CloseCode, reason: String)?
    private(set) var mirror = RoomMirror()
    private var nextCommand: UInt64 = 1

    init(id: SocketID, seed: UInt64, deflates: Bool = false, at now: Instant) {
        self.id = id
        random = SplitMix64(state: seed)
        var settings = WebSocketSettings()
        settings.messageLimit = ServerMessage.sizeLimit
        settings.pingInterval = nil
        settings.idleLimit = nil
        settings.deflates = deflates
        connection = WebSocketConnection(role: .client, settings: settings, at: now)
    }

    var unreadBytes: Int { unread.reduce(0) { $0 + $1.count } }

    // MARK: Sending

    func send(_ message: ClientMessage) { connection.send(text: message.encoded) }

    func send(text: String) { connection.send(text: Array(text.utf8)) }

    func send(binary: [UInt8]) { connection.send(binary: binary) }

    func close(at now: Instant) { connection.close(.goingAway, at: now) }

    /// - Returns: The command's id.
    @discardableResult
    func command(_ command: Command) -> UInt64 {
        defer { nextCommand += 1 }
        send(.command(id: nextCommand, CommandMessage(command)))
        return nextCommand
    }

    @discardableResult
    func report(_ message: CommandMessage) -> UInt64 {
        defer { nextCommand += 1 }
        send(.command(id: nextCommand, message))
        return nextCommand
    }

    func takeOutput() -> [UInt8] { connection.takeOutput(masking: &random) }

    // MARK: Receiving

    /// Whether the server may write more.
    var hasRoom: Bool { reads || unreadBytes < Self.highWater }

    func take(_ bytes: [UInt8], at now: Instant) {
        taken += bytes.count
        beginnings.append(Array(bytes.prefix(1_024)))
        unread.append(bytes)
        if reads { readAll(at: now) }
    }

    func readAll(at now: Instant) {
        let waiting = unread
        unread = []
        for bytes in waiting {
            for event in connection.receive(bytes.span.bytes, at: now) { note(event, at: now) }
        }
    }

    private func note(_ event: WebSocketEvent, at now: Instant) {
        switch event {
        case .text(let text):
            texts.append(text)
            times.append(now)
            guard let message = try? ServerMessage(parsing: text) else {
                Issue.record("not a message of the protocol: \(String(decoding: text, as: UTF8.self))")
                return
            }
            messages.append(message)
            if case .event(let seq, let event) = message { mirror.apply(event, seq: seq) }
        case .binary: Issue.record("a binary message")
        case .closed(let code, let reason, _): closed = (code, reason)
        }
    }

    /// Forgets what was received; what is known of the room stays.
    func forgetReceived() {
        texts = []
        messages = []
        times = []
        beginnings = []
    }

    /// Forgets messages and notices, which were counted.
    func forgetWords() {
        messages.removeAll {
            switch $0 {
            case .event(_, .message), .event(_, .notice): true
            default: false
            }
        }
    }

    /// Goes on with what another connection of the same device knew.
    func inherit(_ mirror: RoomMirror) { self.mirror = mirror }

    // MARK: What came

    var events: [ServerEvent] {
        messages.compactMap { if case .event(_, let event) = $0 { event } else { nil } }
    }

    var seqs: [UInt64] { messages.compactMap { if case .event(let seq, _) = $0 { seq } else { nil } } }

    var welcome: Welcome? {
        events.lazy.compactMap { if case .welcome(let welcome) = $0 { welcome } else { nil } }.first
    }

    var bye: ByeView? { events.lazy.compactMap { if case .bye(let bye) = $0 { bye } else { nil } }.last }

    var notices: [NoticeView] { events.compactMap { if case .notice(let notice) = $0 { notice } else { nil } } }

    var noticeCodes: [String] { notices.map(\.code) }

    var chat: [MessageView] { events.compactMap { if case .message(let message) = $0 { message } else { nil } } }

    var rosterUpdates: [RosterUpdate] {
        events.compactMap { if case .roster(let update) = $0 { update } else { nil } }
    }

    var slotLists: [[SlotView]] { events.compactMap { if case .slots(let slots) = $0 { slots } else { nil } } }

    var errors: [ErrorReply] { messages.compactMap { if case .error(let reply) = $0 { reply } else { nil } } }

    var oks: [UInt64] { messages.compactMap { if case .ok(let id) = $0 { id } else { nil } } }

    /// `ok` or the error's code; `nil` while there is no answer, and `twice` for more than one.
    func answer(to id: UInt64) -> String? {
        let answers = oks.filter { $0 == id }.map { _ in "ok" } + errors.filter { $0.id == id }.map(\.code)
        return answers.count > 1 ? "twice" : answers.first
    }
}
