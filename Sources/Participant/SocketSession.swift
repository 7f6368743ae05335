package import Conference
package import Signalling
package import Units

/// The signalling socket of one device, without IO: connects, greets, keeps a ``RoomState`` up to date, gives commands,
/// comes back after a loss with the events that it missed, leaves.
///
/// After each call send what ``takeOutput()`` gives, then carry out all of ``takeEffects()``, before the next one.
package final class SocketSession {
    package let settings: SocketSettings
    package private(set) var state = SocketState.idle
    /// The room as the server tells it; what was known stays when the connection is lost.
    package private(set) var room = RoomState()
    /// The secret that joins socket and media to one session: of this socket's last `welcome`, or given by the shell.
    package var binding: BindingSecret?
    /// Messages and their bytes so far, over all connections.
    package private(set) var received = (messages: UInt64(0), bytes: UInt64(0))

    private var effects: [SocketEffect] = []
    private var changes: Set<RoomState.Aspect> = []
    private var wire: SocketWire?
    private var retry = RetryPolicy()
    private var attempts = 0
    private var timer: Instant?
    private var commands = PendingCommands()
    private var watches = false
    /// Messages in a row that could not be read.
    private var unreadable = 0
    private var wasJoined = false

    /// Ours: how long name look-up, TCP, TLS and the upgrade may take together, and then the `welcome`.
    static let joinTime = Duration.seconds(5)
    static let leaveTime = Duration.seconds(2)
    /// Ours.
    static let mostUnreadable = 20

    package init(_ settings: SocketSettings) { self.settings = settings }

    // MARK: What the shell looks at

    /// Bytes for the server, in order.
    ///
    /// - Parameter random: Must be fit for cryptography (RFC 6455 §10.3).
    /// - Returns: Whole frames, or the upgrade request; empty when there is nothing.
    package func takeOutput(random: inout some RandomNumberGenerator) -> [UInt8] {
        wire?.takeOutput(random: &random) ?? []
    }

    package func takeEffects() -> [SocketEffect] {
        guard !effects.isEmpty else { return [] }
        defer { effects = [] }
        return effects
    }

    /// Whether something waits to be carried out; output may be there besides.
    package var hasWork: Bool { !effects.isEmpty || !changes.isEmpty }

    /// What of ``room`` has changed since the last call.
    package func takeChanges() -> Set<RoomState.Aspect> {
        guard !changes.isEmpty else { return [] }
        defer { changes = [] }
        return changes
    }

    /// When ``advance(to:random:)`` has something to do.
    package var deadline: Instant? { timer.earlier(wire?.deadline).earlier(commands.deadline) }

    private func report(_ event: SocketEvent) { effects.append(.report(event)) }

    // MARK: Connecting

    /// Begins; the first try is made at once.
    package func start(at now: Instant) {
        guard state == .idle else { return }
        connect(at: now)
    }

    private func connect(at now: Instant) {
        attempts += 1
        state = .connecting
        timer = now.advanced(by: Self.joinTime)
        report(.connecting(attempt: attempts))
        effects.append(.connect)
    }

    /// The connection that `.connect` asked for stands.
    package func opened(at now: Instant, random: inout some RandomNumberGenerator) {
        guard state == .connecting else {
            effects.append(.disconnect)
            return
        }
        guard let wire = SocketWire(settings, random: &random) else {
            return end(.refused(RefusalNotice(status: 0, code: "bad-settings", detail: "Room or token can't be sent.")))
        }
        self.wire = wire
    }

    /// It could not be made, or has ended.
    ///
    /// - Parameters:
    ///   - reason: For people.
    ///   - isFinal: Whether trying again is of no use: the server's certificate is not to be trusted.
    ///   - now: When.
    ///   - random: Spreads the tries.
    package func failed(
        _ reason: String, isFinal: Bool = false, at now: Instant, random: inout some RandomNumberGenerator
    ) {
        wire = nil
        switch state {
        case .connecting where isFinal && !wasJoined:
            end(.refused(RefusalNotice(status: 0, code: "server-not-trusted", detail: reason)))
        case .connecting, .greeting, .joined: lose(reason, at: now, random: &random)
        case .leaving: end(.left)
        case .idle, .waiting, .ended: break
        }
    }

    /// Bytes of the server over that connection, in the clear.
    package func receive(_ bytes: borrowing RawSpan, at now: Instant, random: inout some RandomNumberGenerator) {
        guard let events = wire?.receive(bytes, at: now) else { return }
        for event in events { handle(event, at: now, random: &random) }
    }

    /// Does what is due; see ``deadline``.
    package func advance(to now: Instant, random: inout some RandomNumberGenerator) {
        for event in wire?.advance(to: now) ?? [] { handle(event, at: now, random: &random) }
        for id in commands.takeOverdue(at: now) { report(.answered(id: id, .timedOut)) }
        guard let due = timer, due <= now else { return }
        timer = nil
        switch state {
        case .waiting: connect(at: now)
        case .connecting, .greeting: lose("the server did not answer in time", at: now, random: &random)
        case .leaving: finishLeaving()
        case .idle, .joined, .ended: break
        }
    }

    private func handle(_ event: SocketWire.Event, at now: Instant, random: inout some RandomNumberGenerator) {
        // What is left of a connection that is given up is of no use.
        guard wire != nil else { return }
        switch event {
        case .opened: greet(at: now)
        case .refused(let notice): refuse(notice, at: now, random: &random)
        case .text(let text): read(text, at: now, random: &random)
        case .closed(let reason):
            if state == .leaving { return finishLeaving() }
            lose(reason, at: now, random: &random)
        }
    }

    private func greet(at now: Instant) {
        guard state == .connecting else { return }
        state = .greeting
        timer = now.advanced(by: Self.joinTime)
        let knows = room.isResumable
        let hello = Hello(
            binding: binding, epoch: knows ? room.epoch : nil, seq: knows ? room.seq : nil,
            takeover: settings.takesOver && !wasJoined, language: settings.language, device: settings.device)
        wire?.send(ClientMessage.hello(hello).encoded)
    }

    // MARK: What the server says

    private func read(_ text: [UInt8], at now: Instant, random: inout some RandomNumberGenerator) {
        received.messages &+= 1
        received.bytes &+= UInt64(text.count)
        if settings.countsOnly, count(text) { return }
        let message: ServerMessage
        do throws(MessageError) {
            message = try ServerMessage(parsing: text)
        } catch {
            // What a newer server says beyond our words is left out; who says nothing else is none of ours.
            unreadable += 1
            guard state == .greeting || unreadable > Self.mostUnreadable else { return }
            return lose("the server does not speak diemcau.v1", at: now, random: &random)
        }
        unreadable = 0
        switch message {
        case .event(let seq, let event): take(event, seq: seq, at: now, random: &random)
        case .ok(let id): answer(id, .done)
        case .error(let reply): take(reply, at: now, random: &random)
        }
    }

    /// Whether a message need not be read further; our server's begin with their type.
    private func count(_ text: [UInt8]) -> Bool {
        func begins(_ type: StaticString) -> Bool { text.starts(with: "{\"type\":\"\(type)\"".utf8) }
        guard state != .greeting else {
            guard begins("welcome") else { return false }
            state = .joined
            (wasJoined, timer) = (true, nil)
            retry.succeed()
            report(.welcomed(session: "", resumed: false))
            return true
        }
        return !begins("bye") && !begins("ok") && !begins("error")
    }

    private func take(
        _ event: ServerEvent, seq: UInt64, at now: Instant, random: inout some RandomNumberGenerator
    ) {
        if case .bye(let bye) = event { return take(bye, at: now, random: &random) }
        if case .welcome(let welcome) = event {
            guard state == .greeting else { return }
            changes.formUnion(room.apply(event, seq: seq))
            return begin(welcome, at: now)
        }
        guard state == .joined else { return }
        changes.formUnion(room.apply(event, seq: seq))
        if case .message(let message) = event { report(.message(message)) }
        if case .notice(let notice) = event { report(.notice(notice)) }
    }

    private func begin(_ welcome: Welcome, at now: Instant) {
        state = .joined
        wasJoined = true
        timer = nil
        binding = welcome.binding
        retry.succeed()
        report(.welcomed(session: welcome.session.description, resumed: welcome.resumed))
        if watches { _ = send(.stats(nil, watch: true), at: now) }
    }

    private func take(_ bye: ByeView, at now: Instant, random: inout some RandomNumberGenerator) {
        if state == .leaving { return finishLeaving() }
        guard state == .greeting || state == .joined else { return }
        guard bye.again else { return end(.dismissed(bye.reason, text: bye.text)) }
        lose(bye.text.isEmpty ? bye.reason.rawValue : bye.text, at: now, random: &random)
    }

    private func take(_ reply: ErrorReply, at now: Instant, random: inout some RandomNumberGenerator) {
        if let id = reply.id { return answer(id, .refused(reply)) }
        guard state == .greeting else { return report(.complaint(reply)) }
        refuse(RefusalNotice(reply), at: now, random: &random)
    }

    private func refuse(_ notice: RefusalNotice, at now: Instant, random: inout some RandomNumberGenerator) {
        guard notice.isTemporary else {
            report(.refused(notice, nextTry: nil))
            return end(.refused(notice))
        }
        let pause = wait(at: now, retryAfter: notice.retryAfter, random: &random)
        report(.refused(notice, nextTry: pause))
    }

    private func lose(_ reason: String, at now: Instant, random: inout some RandomNumberGenerator) {
        let stood = state == .joined
        let pause = wait(at: now, random: &random)
        report(stood ? .lost(reason, nextTry: pause) : .unreachable(reason, nextTry: pause))
    }

    private func wait(
        at now: Instant, retryAfter: Duration? = nil, random: inout some RandomNumberGenerator
    ) -> Duration {
        let pause = retry.pause(at: now, retryAfter: retryAfter, random: &random)
        dropConnection()
        state = .waiting
        timer = now.advanced(by: pause)
        return pause
    }

    private func end(_ end: SocketEnd) {
        dropConnection()
        timer = nil
        state = .ended(end)
        report(.ended(end))
    }

    private func dropConnection() {
        wire = nil
        effects.append(.disconnect)
        for id in commands.takeAll() { report(.answered(id: id, .unknown)) }
    }

    // MARK: Commands

    /// Gives a command.
    ///
    /// - Returns: Its id, of which `.answered` will be reported once; `nil` when the socket is not joined, or too many
    ///   commands are unanswered.
    package func send(_ command: CommandMessage, at now: Instant) -> UInt64? {
        if case .stats(_, let watch?) = command.command { watches = watch }
        guard state == .joined, let id = commands.begin(at: now) else { return nil }
        wire?.send(ClientMessage.command(id: id, command).encoded)
        return id
    }

    private func answer(_ id: UInt64, _ answer: CommandAnswer) {
        if commands.finish(id) { report(.answered(id: id, answer)) }
    }

    /// Tries again now, where the next try is waited for: something has shown that the server is there.
    package func retryNow(at now: Instant) {
        if state == .waiting { timer = now }
    }

    /// Holds back the next try until `instant`, where one is waited for.
    package func postpone(to instant: Instant) {
        if state == .waiting, let due = timer { timer = max(due, instant) }
    }

    // MARK: Leaving

    /// Tells the server that we go for good; `.ended(.left)` is reported when that is done, in two seconds at the latest.
    package func leave(at now: Instant) {
        switch state {
        case .leaving, .ended: return
        case .idle, .waiting, .connecting, .greeting: return end(.left)
        case .joined: break
        }
        state = .leaving
        timer = now.advanced(by: Self.leaveTime)
        wire?.send(ClientMessage.leave.encoded)
    }

    /// Ends at once, without telling the server: the session goes on there for 30 s.
    package func stop() {
        if case .ended = state { return }
        end(.left)
    }

    private func finishLeaving() { end(.left) }
}
