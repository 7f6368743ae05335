import BridgeClient
import Glibc
import LibUV
import MediaTools
import Participant
import Units

/// One `join`, from its first packet to its last: client, capture, recorder and player on one loop.
final class JoinSession {
    private let plan: JoinPlan
    private let loop: EventLoop
    private var onEnd: ((JoinOutcome) -> Void)?
    private let console = JoinConsole()
    private var clients: ClientLoop?
    private var client: Client?
    private var capture: Capture?
    private var recorder: Recorder?
    private var player: Player?
    private var interrupt: SignalHandler?
    private var terminate: SignalHandler?
    private var second: LoopTimer?
    private var began: Instant
    /// Since when there is no connection, once trying has begun.
    private var troubleSince: Instant?
    /// What the end will be called when the server has been told that we leave.
    private var farewell = JoinOutcome(status: 0)

    init(_ plan: JoinPlan, on loop: EventLoop, onEnd: @escaping (JoinOutcome) -> Void) {
        self.plan = plan
        self.loop = loop
        self.onEnd = onEnd
        began = loop.now
    }

    // MARK: Beginning

    /// Opens everything that can fail here; the server is asked only when picture and sound are there.
    func begin() {
        do {
            let clients = try ClientLoop(on: loop, trust: plan.trust)
            self.clients = clients
            interrupt = try SignalHandler(.interrupt, on: loop) { [weak self] in self?.leave() }
            terminate = try SignalHandler(.terminate, on: loop) { [weak self] in self?.leave() }
            let second = try LoopTimer(on: loop) { [weak self] in self?.everySecond() }
            self.second = consume second
            try openReceivers()
            client = clients.makeClient(plan.session, handlers: handlers)
            try startCapture()
        } catch {
            end(JoinOutcome(status: 1, text: "\(error)"))
        }
    }

    private func openReceivers() throws {
        if let folder = plan.record {
            recorder = try Recorder(folder: folder, on: loop)
            recorder?.onMessage = { [console] in console.message($0) }
        }
        if plan.plays {
            player = try Player(on: loop)
            player?.onMessage = { [console] in console.message($0) }
        }
    }

    private func startCapture() throws {
        let capture = Capture(plan.capture, on: loop)
        self.capture = capture
        capture.onPacket = { [weak self] packet, payload in self?.client?.send(packet, payload: payload) }
        capture.onReady = { [weak self] in self?.join() }
        capture.onFailure = { [weak self] in self?.end(JoinOutcome(status: 1, text: "\($0)")) }
        capture.onMessage = { [console] in console.message($0) }
        try capture.start()
    }

    private func join() {
        began = loop.now
        do {
            try client?.start()
            try second?.start(after: .seconds(1), every: .seconds(1))
        } catch {
            end(JoinOutcome(status: 1, text: "\(error)"))
        }
    }

    // MARK: What happens

    private var handlers: ClientHandlers {
        var handlers = ClientHandlers()
        handlers.onEvent = { [weak self] in self?.handle($0) }
        handlers.onMedia = { [weak self] packet, payload, now in
            self?.recorder?.receive(packet, payload: payload, at: now)
            self?.player?.receive(packet, payload: payload, at: now)
        }
        handlers.onSenderReport = { [weak self] slot, clock in
            self?.recorder?.setClock(clock, of: slot)
            self?.player?.setClock(clock, of: slot)
        }
        return handlers
    }

    private func handle(_ event: SessionEvent) {
        switch event {
        case .joining: troubleSince = troubleSince ?? loop.now
        case .answered:
            recorder?.beginSession()
            player?.beginSession()
        case .connected:
            troubleSince = nil
            console.message("connected to \(plan.session.server), room \(plan.session.room)")
            guard let capture else { return }
            for track in [SendingTrack.microphone, .camera] {
                client?.setClock(track, timestamp: 0, capturedAt: capture.epoch)
            }
        case .refused(let notice, let nextTry):
            guard nextTry != nil else { return }  // The end follows, and says the same.
            console.message(notice.text + Self.next(nextTry))
            giveUpWhenDue(JoinOutcome(status: 2, text: "gave up: \(notice.text)"))
        case .unreachable(let reason, let nextTry):
            console.message(reason + Self.next(nextTry))
            giveUpWhenDue(JoinOutcome(status: 3, text: "gave up: \(reason)"))
        case .lost(let reason, let nextTry):
            troubleSince = loop.now
            console.message("lost: \(reason.rawValue)" + Self.next(nextTry))
            giveUpWhenDue(JoinOutcome(status: 3, text: "gave up: \(reason.rawValue)"))
        case .ended(let end): finish(end)
        }
    }

    private static func next(_ pause: Duration?) -> String {
        pause.map { "; next try in \(($0.inSeconds * 10).rounded() / 10) s" } ?? ""
    }

    private func giveUpWhenDue(_ outcome: JoinOutcome) {
        guard let limit = plan.givesUpAfter, let since = troubleSince, loop.now.since(since) >= limit else { return }
        leave(outcome)
    }

    private func everySecond() {
        guard let client else { return }
        let status = client.takeStatus()
        console.status(
            StatusLine(status.session, rateIn: status.rateIn, rateOut: status.rateOut, loss: status.loss))
        if let limit = plan.leavesAfter, loop.now.since(began) >= limit { leave() }
        giveUpWhenDue(JoinOutcome(status: 3, text: "gave up: the server has not come back"))
    }

    /// Tells the recorder who is on its pictures: slots are filled in the programme's order.
    func setSeen(_ points: [String]) {
        guard let recorder, client?.state == .connected else { return }
        for index in 0..<plan.session.pictureSlots {
            recorder.setPoint(index < points.count ? points[index] : nil, on: .picture(index))
        }
        recorder.setPoint(points.first, on: .audio(0))
    }

    // MARK: Ending

    private func leave(_ outcome: JoinOutcome = JoinOutcome(status: 0)) {
        guard let client, client.state != .idle else { return end(outcome) }
        capture?.close()
        if client.state != .leaving { farewell = outcome }
        client.leave()
    }

    private func finish(_ end: SessionEnd) {
        switch end {
        case .left: self.end(farewell)
        case .refused(let notice): self.end(JoinOutcome(status: 2, text: "refused: \(notice.text)"))
        case .replaced:
            self.end(JoinOutcome(status: 2, text: "replaced: another device has this seat now, or we were removed"))
        }
    }

    /// Finishes the files, then says how it ended.
    private func end(_ outcome: JoinOutcome) {
        guard let onEnd else { return }
        self.onEnd = nil
        capture?.close()
        player?.close()
        second?.stop()
        console.finish()
        guard let recorder else { return onEnd(outcome) }
        recorder.finish { onEnd(outcome) }
    }

    /// Gives everything back; the loop can be closed after this.
    func close() {
        capture?.close()
        recorder?.close()
        player?.close()
        clients?.close()
        interrupt = nil
        terminate = nil
        second = nil
        client = nil
    }
}

extension RefusalNotice {
    fileprivate var text: String { detail.isEmpty ? code : "\(code): \(detail)" }
}

/// Standard output with its one line a second, and standard error with what happens.
final class JoinConsole {
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private var isLineOpen = false

    func status(_ line: StatusLine) {
        guard isTerminal else { return write("\(line.json)\n") }
        // One line that is written over; what stood there is erased.
        write("\r\u{1B}[K\(line.text)")
        isLineOpen = true
    }

    func message(_ text: String) {
        finish()
        complain(text)
    }

    /// Goes to the next line, where one is open.
    func finish() {
        if isLineOpen { write("\n") }
        isLineOpen = false
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        // A reader that is gone needs no status; the session goes on.
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }
}
