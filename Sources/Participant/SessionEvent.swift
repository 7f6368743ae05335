/// Where a session stands.
package enum SessionState: Hashable, Sendable {
    /// Not begun.
    case idle
    /// A connection is being made, or the answer is awaited.
    case joining
    /// The server has answered; ICE and DTLS are under way.
    case connecting
    case connected
    /// Nothing is under way until the next try.
    case waiting
    /// The server is being told that we leave.
    case leaving
    case ended(SessionEnd)

    /// One word, for status lines.
    package var word: String {
        switch self {
        case .idle: "idle"
        case .joining: "joining"
        case .connecting: "connecting"
        case .connected: "connected"
        case .waiting: "waiting"
        case .leaving: "leaving"
        case .ended: "ended"
        }
    }
}

/// Why a session will not come back by itself.
package enum SessionEnd: Hashable, Sendable {
    case left
    /// The server will not have us, and trying again is of no use.
    case refused(RefusalNotice)
    /// Another device has the seat now, or we were removed.
    case replaced
}

/// What the server said when it turned us away (RFC 9457).
package struct RefusalNotice: Hashable, Sendable {
    /// HTTP's; 0 when it did not come to that.
    package var status: Int
    /// Stable, for programs.
    package var code: String
    /// For people: what to do.
    package var detail: String
    /// When to try again at the earliest, where the server says.
    package var retryAfter: Duration?

    package init(status: Int, code: String, detail: String, retryAfter: Duration? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
    }
}

/// Why a session that stood was lost.
package enum LossReason: String, Hashable, Sendable {
    /// The server closed it.
    case closedByServer = "closed by the server"
    /// The path to the server was not answered for three seconds.
    case serverSilent = "the server does not answer"
    case handshakeFailed = "the handshake failed"
    case keysExhausted = "all packet numbers are used"
}

/// What happened to a session.
package enum SessionEvent: Hashable, Sendable {
    case joining(attempt: Int)
    /// The server's answer came; the id is public.
    case answered(session: String)
    /// Media can flow.
    case connected
    /// The server turned us away; `nil` says that we will not try again.
    case refused(RefusalNotice, nextTry: Duration?)
    /// The server could not be reached, or did not speak as expected.
    case unreachable(String, nextTry: Duration)
    case lost(LossReason, nextTry: Duration)
    /// The last event.
    case ended(SessionEnd)
}

/// What the shell is to do, in order.
package enum SessionEffect: Hashable, Sendable {
    /// Open a TLS connection to the server; then `signallingOpened` or `signallingFailed`.
    case connect
    /// Send these bytes over it.
    case send([UInt8])
    /// Close it; nothing of it is to be told any more.
    case disconnect
    case report(SessionEvent)
}
