package import Conference
package import Signalling
import Units

/// Where the signalling socket of a client stands.
package enum SocketState: Hashable, Sendable {
    /// Not begun.
    case idle
    /// TCP, TLS and the upgrade are under way.
    case connecting
    /// `hello` is sent, `welcome` is awaited.
    case greeting
    case joined
    /// Nothing is under way until the next try.
    case waiting
    /// The server is being told that we leave.
    case leaving
    case ended(SocketEnd)
}

/// Why a socket will not come back by itself.
package enum SocketEnd: Hashable, Sendable {
    case left
    /// The server will not have us, and trying again is of no use.
    case refused(RefusalNotice)
    /// The server said `bye`, and that we need not come back: replaced, removed, …
    case dismissed(ByeReason, text: String)
}

/// What happened to a socket.
package enum SocketEvent: Equatable, Sendable {
    case connecting(attempt: Int)
    /// The room is known; `resumed` says that what was missed follows.
    case welcomed(session: String, resumed: Bool)
    case answered(id: UInt64, CommandAnswer)
    case message(MessageView)
    case notice(NoticeView)
    /// The server did not understand something of ours that was no command.
    case complaint(ErrorReply)
    /// The server turned us away; `nil` says that we will not try again.
    case refused(RefusalNotice, nextTry: Duration?)
    /// The server could not be reached, or did not speak as expected.
    case unreachable(String, nextTry: Duration)
    /// A socket that stood was lost.
    case lost(String, nextTry: Duration)
    /// The last event.
    case ended(SocketEnd)
}

/// What became of a command.
package enum CommandAnswer: Equatable, Sendable {
    case done
    case refused(ErrorReply)
    /// No answer within ten seconds.
    case timedOut
    /// The connection was lost first: it may have been carried out or not.
    case unknown
}

/// What the shell is to do, in order, after it has sent ``SocketSession/takeOutput()``.
package enum SocketEffect: Equatable, Sendable {
    /// Open a TLS connection to the server; then `opened` or `failed`.
    case connect
    /// Close it; nothing of it is to be told any more.
    case disconnect
    case report(SocketEvent)
}

/// What one socket wants: which room, as whom.
package struct SocketSettings: Sendable {
    package var server: ServerAddress
    /// The room's id; put into the path percent-encoded.
    package var room: String
    package var token: String
    /// Whether to take the seat from another device.
    package var takesOver = false
    /// Of what the server writes for people.
    package var language = Language.vi
    /// What kind of client this is.
    package var device = "diemcau"
    /// Whether events are only counted, and the room is not kept: for thousands of sockets in one process.
    package var countsOnly = false

    package init(server: ServerAddress, room: String, token: String) {
        self.server = server
        self.room = room
        self.token = token
    }
}

extension RefusalNotice {
    /// What a refused `hello` got; its code is that of the HTTP refusal.
    init(_ reply: ErrorReply) {
        let isTemporary = reply.retryAfter != nil || Self.temporaryCodes.contains(reply.code)
        self.init(
            status: isTemporary ? 503 : 403, code: reply.code, detail: reply.text,
            // A day at most, whatever the server says.
            retryAfter: reply.retryAfter.map { .seconds(min(max($0, 0), 86_400)) })
    }

    /// The codes that HTTP sends with 409 or 503.
    private static let temporaryCodes: Set<String> = ["point-elsewhere", "room-full", "token-full", "room-locked"]
}
