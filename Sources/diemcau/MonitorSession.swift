import BridgeClient
import Conference
import Glibc
import LibUV
import Participant
import Signalling
import Terminal
import Units

/// One `monitor`, from its first byte to its last: socket and screen on one loop.
final class MonitorSession {
    private let plan: MonitorPlan
    private let loop: EventLoop
    /// Asks for a point's last minutes; ``take(_:of:)`` gets them.
    private let askHistory: (PointCode) -> Void
    private var onEnd: ((JoinOutcome) -> Void)?
    private var clients: ClientLoop?
    private var socket: SocketClient?
    private var terminal: TerminalDevice?
    private var interrupt: SignalHandler?
    private var terminate: SignalHandler?
    private var hangUp: SignalHandler?
    private var refresh: LoopTimer?
    private var view: MonitorView
    private let output = LineOutput(STDOUT_FILENO)
    private let errors = LineOutput(STDERR_FILENO)

    /// A drill-down's graphs are asked for anew so often.
    private static let refreshTime = Duration.seconds(2)

    init(
        _ plan: MonitorPlan, on loop: EventLoop, askHistory: @escaping (PointCode) -> Void,
        onEnd: @escaping (JoinOutcome) -> Void
    ) {
        self.plan = plan
        self.loop = loop
        self.askHistory = askHistory
        self.onEnd = onEnd
        view = MonitorView(language: plan.socket.language)
    }

    func begin() {
        do {
            let clients = try ClientLoop(on: loop, trust: plan.trust)
            self.clients = clients
            interrupt = try SignalHandler(.interrupt, on: loop) { [weak self] in self?.leave() }
            terminate = try SignalHandler(.terminate, on: loop) { [weak self] in self?.leave() }
            hangUp = try SignalHandler(.hangUp, on: loop) { [weak self] in self?.leave() }
            let refresh = try LoopTimer(on: loop) { [weak self] in self?.refreshDetail() }
            try refresh.start(after: Self.refreshTime, every: Self.refreshTime)
            self.refresh = consume refresh
            openTerminal()
            let socket = clients.makeSocket(plan.socket, handlers: handlers)
            self.socket = socket
            socket.start()
        } catch {
            end(JoinOutcome(status: 1, text: "\(error)"))
        }
    }

    private func openTerminal() {
        guard let terminal = TerminalDevice(on: loop) else { return }
        self.terminal = terminal
        terminal.onKey = { [weak self] in self?.press($0) }
        terminal.onResize = { [weak self] in self?.show() }
        terminal.onEnd = { [weak self] in self?.leave() }
        show()
    }

    private var handlers: SocketHandlers {
        var handlers = SocketHandlers()
        handlers.onEvent = { [weak self] in self?.handle($0) }
        handlers.onChange = { [weak self] in self?.roomChanged($0) }
        return handlers
    }

    // MARK: What happens

    private func handle(_ event: SocketEvent) {
        view.socket = socket?.state ?? .idle
        switch event {
        case .welcomed:
            view.trouble = nil
            socket?.send(.stats(nil, watch: true))
        case .answered(_, .refused(let reply)): trouble(reply.text.isEmpty ? reply.code : reply.text)
        case .unreachable(let reason, _), .lost(let reason, _): trouble(reason)
        case .refused(let notice, nextTry: .some): trouble("\(notice.code): \(notice.detail)")
        case .ended(let end): finish(end)
        case .connecting, .answered, .message, .notice, .complaint, .refused: break
        }
        show()
    }

    private func trouble(_ text: String) {
        view.trouble = text
        if terminal == nil { errors.write("\(text.plain)\n") }
    }

    private func roomChanged(_ aspects: Set<RoomState.Aspect>) {
        guard let room = socket?.room else { return }
        view.room = room
        guard terminal == nil else { return show() }
        guard aspects.contains(.health), let health = room.health, let id = room.room?.id else { return }
        output.write(health.document(room: id) + [UInt8(ascii: "\n")])
        // A reader that is gone needs no more lines.
        if output.isGone { leave() }
    }

    private func show() {
        guard let terminal else { return }
        terminal.show(MonitorScreen.image(view, size: terminal.size))
    }

    private func press(_ key: Key) {
        let rows = MonitorScreen.rows(terminal?.size ?? .usual)
        switch view.handle(key, rows: rows) {
        case .nothing: break
        case .quit: leave()
        case .history(let point): askHistory(point)
        }
        show()
    }

    private func refreshDetail() {
        if let detail = view.detail { askHistory(detail.point) }
    }

    /// Takes a point's last minutes.
    func take(_ answer: Result<HealthHistory, ClientError>, of point: PointCode) {
        guard view.detail?.point == point else { return }
        switch answer {
        case .success(let history):
            view.detail?.history = history
            view.detail?.trouble = nil
        case .failure(let error): view.detail?.trouble = error.description
        }
        show()
    }

    // MARK: Ending

    private func leave() { socket?.leave() }

    private func finish(_ end: SocketEnd) {
        switch end {
        case .left: self.end(JoinOutcome(status: 0))
        case .refused(let notice): self.end(JoinOutcome(status: 2, text: "\(notice.code): \(notice.detail)"))
        case .dismissed(let reason, let text):
            self.end(JoinOutcome(status: reason == .left ? 0 : 2, text: "\(reason.rawValue): \(text)"))
        }
    }

    private func end(_ outcome: JoinOutcome) {
        guard let onEnd else { return }
        self.onEnd = nil
        terminal?.close()
        terminal = nil
        onEnd(outcome)
    }

    /// Gives everything back; the loop can be closed after this.
    func close() {
        terminal?.close()
        terminal = nil
        clients?.close()
        interrupt = nil
        terminate = nil
        hangUp = nil
        refresh = nil
        socket = nil
    }
}
