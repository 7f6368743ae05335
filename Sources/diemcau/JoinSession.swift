import BridgeClient
import Conference
import LibUV
import MediaTools
import Participant
import Signalling
import Units

/// One `join`, from its first packet to its last: client, capture, recorder, player and screen on one loop.
final class JoinSession {
    let plan: JoinPlan
    let loop: EventLoop
    let console: JoinConsole
    private var onEnd: ((JoinOutcome) -> Void)?
    private var clients: ClientLoop?
    private(set) var participation: Participation?
    private var capture: Capture?
    private(set) var recorder: Recorder?
    private var player: Player?
    private var interrupt: SignalHandler?
    private var terminate: SignalHandler?
    private var hangUp: SignalHandler?
    private var second: LoopTimer?
    private var began: Instant
    /// Since when there is no connection, once trying has begun.
    private var troubleSince: Instant?
    /// What the end will be called when the server has been told that we leave.
    private var farewell = JoinOutcome(status: 0)
    /// Tracks that the person has switched off: their packets are not sent.
    var silenced: Set<SendingTrack> = []
    /// Commands whose refusal the person wants to hear of.
    var askedCommands: Set<UInt64> = []
    /// How many freezes the server has been told of.
    var reportedFreezes: UInt64 = 0

    init(_ plan: JoinPlan, on loop: EventLoop, onEnd: @escaping (JoinOutcome) -> Void) {
        self.plan = plan
        self.loop = loop
        self.onEnd = onEnd
        console = JoinConsole(plan.language)
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
            hangUp = try SignalHandler(.hangUp, on: loop) { [weak self] in self?.leave() }
            let second = try LoopTimer(on: loop) { [weak self] in self?.everySecond() }
            self.second = consume second
            console.open(on: loop) { [weak self] in
                self?.press($0)
            } onEnd: { [weak self] in
                self?.leave()
            }
            showTracks()
            try openReceivers()
            participation = makeParticipation(clients)
            try startCapture()
        } catch {
            end(JoinOutcome(status: 1, text: "\(error)"))
        }
    }

    private func makeParticipation(_ clients: ClientLoop) -> Participation {
        var socketHandlers = SocketHandlers()
        socketHandlers.onEvent = { [weak self] in self?.handle($0) }
        socketHandlers.onChange = { [weak self] in self?.roomChanged($0) }
        let participation = Participation(
            plan.session, language: plan.language, handlers: handlers, socketHandlers: socketHandlers, on: clients)
        participation.onDismissal = { [weak self] reason, text in self?.dismissed(reason, text) }
        return participation
    }

    private func openReceivers() throws {
        if let folder = plan.record {
            recorder = try Recorder(folder: folder, on: loop)
            recorder?.onMessage = { [console] in console.message($0) }
            recorder?.onKeyframeWanted = { [weak self] in self?.participation?.media.wantKeyframe(ofPicture: $0) }
        }
        if plan.plays {
            player = try Player(on: loop)
            player?.onMessage = { [console] in console.message($0) }
        }
    }

    private func startCapture() throws {
        let capture = Capture(plan.capture, on: loop)
        self.capture = capture
        capture.onPacket = { [weak self] packet, payload in
            guard let self, silenced.isEmpty || !silenced.contains(packet.track) else { return }
            participation?.media.send(packet, payload: payload)
        }
        capture.onReady = { [weak self] in self?.join() }
        capture.onFailure = { [weak self] in self?.end(JoinOutcome(status: 1, text: "\($0)")) }
        capture.onMessage = { [console] in console.message($0) }
        try capture.start()
    }

    private func join() {
        began = loop.now
        do {
            try participation?.start()
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
        showState()
        switch event {
        case .joining: troubleSince = troubleSince ?? loop.now
        case .answered:
            recorder?.beginSession()
            player?.beginSession()
        case .connected:
            troubleSince = nil
            console.message(words.connected(plan.session))
            guard let capture else { return }
            for track in [SendingTrack.microphone, .camera] {
                participation?.media.setClock(track, timestamp: 0, capturedAt: capture.epoch)
            }
        case .refused(let notice, let nextTry):
            guard nextTry != nil else { return }  // The end follows, and says the same.
            console.message(notice.text + words.next(nextTry))
            giveUpWhenDue(JoinOutcome(status: 2, text: words.gaveUp(notice.text)))
        case .unreachable(let reason, let nextTry):
            console.message(words.unreachable(reason) + words.next(nextTry))
            giveUpWhenDue(JoinOutcome(status: 3, text: words.gaveUp(words.unreachable(reason))))
        case .lost(let reason, let nextTry):
            troubleSince = loop.now
            console.message(words.lost(reason) + words.next(nextTry))
            giveUpWhenDue(JoinOutcome(status: 3, text: words.gaveUp(words.why(reason))))
        case .ended(let end): finish(end)
        }
    }

    var words: JoinTexts { JoinTexts(plan.language) }

    private func giveUpWhenDue(_ outcome: JoinOutcome) {
        guard let limit = plan.givesUpAfter, let since = troubleSince, loop.now.since(since) >= limit else { return }
        leave(outcome)
    }

    private func everySecond() {
        guard let participation else { return }
        let status = participation.media.takeStatus()
        reportLine(status)
        console.status(
            StatusLine(status.session, rateIn: status.rateIn, rateOut: status.rateOut, loss: status.loss))
        if let limit = plan.leavesAfter, loop.now.since(began) >= limit { leave() }
        giveUpWhenDue(JoinOutcome(status: 3, text: words.gaveUp(words.notBack)))
    }

    // MARK: Ending

    func leave(_ outcome: JoinOutcome = JoinOutcome(status: 0)) {
        guard let participation, participation.media.state != .idle else { return end(outcome) }
        capture?.close()
        if participation.media.state != .leaving { farewell = outcome }
        participation.leave()
        showState()
    }

    private func finish(_ end: SessionEnd) {
        switch end {
        case .left: self.end(farewell)
        case .refused(let notice): self.end(JoinOutcome(status: 2, text: words.refused(notice.text)))
        case .replaced: self.end(JoinOutcome(status: 2, text: words.replaced))
        }
    }

    /// The server has ended the session over the socket.
    private func dismissed(_ reason: ByeReason, _ text: String) {
        guard reason != .left else { return end(farewell) }
        end(JoinOutcome(status: 2, text: "\(reason.rawValue): \(text)"))
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
        console.finish()
        capture?.close()
        recorder?.close()
        player?.close()
        clients?.close()
        interrupt = nil
        terminate = nil
        hangUp = nil
        second = nil
        participation = nil
    }
}

extension RefusalNotice {
    fileprivate var text: String { detail.isEmpty ? code : "\(code): \(detail)" }
}
