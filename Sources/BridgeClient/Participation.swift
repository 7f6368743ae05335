package import Conference
import LibUV
package import Participant
package import Signalling
import Units

/// One device in a room: its media and its socket, which share one session.
///
/// Media comes first, and its answer's secret opens the socket; whichever comes back first after a loss gives its secret
/// to the other. While media is trying to come back the socket waits for it: two at once, neither knowing what the other
/// got from a server that was started anew, would be two devices on one seat.
package final class Participation {
    package let media: Client
    package let socket: SocketClient
    /// As those of the parts; the ends of the parts are told, too, before ``onEnd``.
    package var handlers: ClientHandlers
    package var socketHandlers: SocketHandlers
    /// Called once, when the server has ended the session for good over the socket; media is closed then.
    package var onDismissal: (ByeReason, String) -> Void = { _, _ in }

    /// The run of the server that the socket last stood with, and whether media was answered since that was lost.
    private var epoch: String?
    private var isMediaNewer = true

    /// How long the socket waits for media that is trying to come back.
    private static let patience = Duration.seconds(10)

    package init(
        _ settings: SessionSettings, language: Language, countsOnly: Bool = false, handlers: ClientHandlers,
        socketHandlers: SocketHandlers, on loop: ClientLoop
    ) {
        self.handlers = handlers
        self.socketHandlers = socketHandlers
        var socketSettings = SocketSettings(server: settings.server, room: settings.room, token: settings.token)
        socketSettings.language = language
        socketSettings.countsOnly = countsOnly
        media = loop.makeClient(settings, handlers: handlers)
        socket = loop.makeSocket(socketSettings, handlers: socketHandlers)
        media.hasSocket = true
        media.handlers.onEvent = { [weak self] in self?.mediaHappened($0) }
        socket.handlers.onEvent = { [weak self] in self?.socketHappened($0) }
    }

    package func start() throws(ClientError) { try media.start() }

    /// Tells the server that we go, over both; the handlers hear of both ends.
    package func leave() {
        socket.leave()
        media.leave()
    }

    private func mediaHappened(_ event: SessionEvent) {
        switch event {
        case .answered:
            isMediaNewer = true
            socket.binding = media.binding.flatMap { BindingSecret($0) } ?? socket.binding
            if socket.state == .idle { socket.start() } else { socket.retryNow() }
        case .lost: socket.postpone(by: Self.patience)
        case .ended: socket.leave()
        case .joining, .connected, .refused, .unreachable: break
        }
        handlers.onEvent(event)
    }

    private func socketHappened(_ event: SocketEvent) {
        switch event {
        case .welcomed:
            media.binding = socket.binding?.text ?? media.binding
            followEpoch()
        case .lost:
            isMediaNewer = false
            waitForMedia()
        case .unreachable, .refused(_, nextTry: .some): waitForMedia()
        case .connecting, .answered, .message, .notice, .complaint, .refused, .ended: break
        }
        socketHandlers.onEvent(event)
        guard case .ended(.dismissed(let reason, let text)) = event else { return }
        media.close()
        onDismissal(reason, text)
    }

    /// A server that was started anew knows nothing of media that it did not answer.
    private func followEpoch() {
        let isOther = epoch != nil && epoch != socket.room.epoch
        epoch = socket.room.epoch
        if isOther, !isMediaNewer { media.loseServer() }
    }

    private func waitForMedia() {
        switch media.state {
        case .joining, .waiting: socket.postpone(by: Self.patience)
        case .idle, .connecting, .connected, .leaving, .ended: break
        }
    }
}
