package import Conference
import LibUV
package import Participant
package import Signalling
import Units

/// Whom a ``SocketClient`` tells; all are called on its loop, and may call the socket.
package struct SocketHandlers {
    /// What became of the socket; `.ended` comes last, and once.
    package var onEvent: (SocketEvent) -> Void = { _ in }
    /// Something of the room has changed; called once for all that came together.
    package var onChange: (Set<RoomState.Aspect>) -> Void = { _ in }

    package init() {}
}

/// One signalling socket on a loop: the IO shell of ``SocketSession``.
///
/// It connects, comes back after losses and tells its handlers, until it has ended or is closed. Everything is called
/// on the loop's thread.
package final class SocketClient {
    package let settings: SocketSettings
    package var handlers: SocketHandlers
    /// Whether nothing is read once `hello` is sent: a client that the server must live with.
    package var isSlow = false
    private let session: SocketSession
    private unowned let shared: ClientLoop
    private let link = SignallingLink()
    private var isRunning = false

    init(_ settings: SocketSettings, handlers: SocketHandlers, on shared: ClientLoop) {
        self.settings = settings
        self.handlers = handlers
        self.shared = shared
        session = SocketSession(settings)
    }

    package var state: SocketState { session.state }
    package var room: RoomState { session.room }
    /// Messages and their bytes so far.
    package var received: (messages: UInt64, bytes: UInt64) { session.received }

    /// The secret that joins this socket to media.
    package var binding: BindingSecret? {
        get { session.binding }
        set { session.binding = newValue }
    }

    /// Begins to connect.
    package func start() { run { $0.start(at: shared.loop.now) } }

    /// Tells the server that we go for good; the handlers hear of `.ended(.left)` within two seconds.
    package func leave() { run { $0.leave(at: shared.loop.now) } }

    /// Gives a command.
    ///
    /// - Returns: Its id, for `.answered`; `nil` when it can't be given now.
    @discardableResult
    package func send(_ command: CommandMessage) -> UInt64? { run { $0.send(command, at: shared.loop.now) } }

    /// Tries again now, where it waits.
    package func retryNow() { run { $0.retryNow(at: shared.loop.now) } }

    /// Waits for `duration` at least before the next try, where it waits.
    package func postpone(by duration: Duration) {
        run { $0.postpone(to: shared.loop.now.advanced(by: duration)) }
    }

    /// Ends everything at once, without telling the server and without a further event.
    package func close() {
        handlers = SocketHandlers()
        session.stop()
        link.close()
    }

    func advance(to now: Instant) {
        guard let deadline = session.deadline, deadline <= now, !(isSlow && session.state == .greeting) else { return }
        run { $0.advance(to: now, random: &shared.random) }
    }

    // MARK: What the session wants

    /// Calls the session and carries out what it wants, also what comes to be wanted meanwhile.
    private func run<Result>(_ body: (SocketSession) -> Result) -> Result {
        let result = body(session)
        guard !isRunning else { return result }
        isRunning = true
        defer { isRunning = false }
        repeat {
            flush()
            for effect in session.takeEffects() { carryOut(effect) }
            let changes = session.takeChanges()
            if !changes.isEmpty { handlers.onChange(changes) }
        } while session.hasWork
        return result
    }

    private func flush() {
        let output = session.takeOutput(random: &shared.random)
        guard !output.isEmpty, let problem = link.send(output) else { return }
        fail(problem)
    }

    private func carryOut(_ effect: SocketEffect) {
        switch effect {
        case .connect: connect()
        case .disconnect:
            link.close()
        case .report(let event): handlers.onEvent(event)
        }
    }

    private func connect() {
        link.open(to: settings.server, on: shared) { [weak self] event in self?.happened(event) }
    }

    private func fail(_ problem: SignallingConnection.Problem) {
        link.close()
        session.failed(problem.text, isFinal: problem.isFinal, at: shared.loop.now, random: &shared.random)
    }

    private func happened(_ event: SignallingConnection.Event) {
        let now = shared.loop.now
        run { session in
            switch event {
            case .opened: session.opened(at: now, random: &shared.random)
            case .received(let bytes): session.receive(bytes.span.bytes, at: now, random: &shared.random)
            case .failed(let problem): fail(problem)
            }
        }
        if isSlow, session.state == .greeting { link.pauseReading() }
    }
}
