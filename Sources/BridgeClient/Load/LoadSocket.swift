import LibUV
import Participant
import Units

/// One signalling socket of a load run, and what it does.
final class LoadSocket {
    let plan: LoadPlan.Point
    /// Whether it greets and never reads.
    let isSlow: Bool
    var client: SocketClient?
    private(set) var timeToWelcome: Duration?
    private(set) var end: SocketEnd?
    private(set) var losses = 0
    /// What the server, or the line, said last when it did not work.
    private(set) var lastTrouble: String?
    private var begun: Instant?

    init(_ plan: LoadPlan.Point, isSlow: Bool) {
        self.plan = plan
        self.isSlow = isSlow
    }

    var isJoined: Bool { client?.state == .joined }
    var received: (messages: UInt64, bytes: UInt64) { client?.received ?? (0, 0) }

    /// Whether nothing more is awaited before measuring begins.
    var isSettled: Bool { isJoined || end != nil || (isSlow && client?.state == .greeting) }

    /// Whether it has gone, or never came.
    var isOver: Bool { end != nil || client == nil || client?.state == .idle }

    /// Begins to connect, without media.
    func start(_ plan: LoadPlan, on loop: ClientLoop) {
        var settings = SocketSettings(server: plan.server, room: plan.room, token: self.plan.token)
        settings.countsOnly = true
        settings.device = "load"
        let client = loop.makeSocket(settings, handlers: handlers(on: loop))
        client.isSlow = isSlow
        self.client = client
        client.start()
    }

    /// What its client is to tell.
    func handlers(on loop: ClientLoop) -> SocketHandlers {
        var handlers = SocketHandlers()
        handlers.onEvent = { [weak self] event in self?.happened(event, at: loop.loop.now) }
        return handlers
    }

    /// Tells the server that it goes; one that is slow just goes.
    func leave() {
        guard let client else { return }
        if isSlow {
            client.close()
            end = .left
        } else {
            client.leave()
        }
    }

    private func happened(_ event: SocketEvent, at now: Instant) {
        switch event {
        case .connecting: begun = begun ?? now
        case .welcomed:
            if timeToWelcome == nil, let begun { timeToWelcome = now.since(begun) }
            lastTrouble = nil
        case .refused(let notice, _): lastTrouble = "\(notice.code): \(notice.detail)"
        case .unreachable(let text, _): lastTrouble = text
        case .lost(let text, _):
            losses += 1
            lastTrouble = text
        case .ended(let end): self.end = end
        case .answered, .message, .notice, .complaint: break
        }
    }
}
