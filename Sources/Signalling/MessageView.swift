package import Conference

/// A text that somebody in the room sent.
package struct MessageView: Equatable, Sendable {
    package struct Sender: Equatable, Sendable {
        package var role: Role
        package var point: PointCode?

        package init(role: Role, point: PointCode?) {
            self.role = role
            self.point = point
        }
    }

    package var from: Sender
    /// On the wire `all`, `staff` or the point's code.
    package var to: MessageTarget
    package var text: String
    /// Unix time, in seconds.
    package var at: Int

    package init(from: Sender, to: MessageTarget, text: String, at: Int) {
        self.from = from
        self.to = to
        self.text = text
        self.at = at
    }
}

/// Something that the client's person should know.
package struct NoticeView: Equatable, Sendable {
    /// Stable, for programs; a list that grows.
    package var code: String
    /// In the client's language.
    package var text: String

    package init(code: String, text: String) {
        self.code = code
        self.text = text
    }
}

/// Why the server closes.
package enum ByeReason: String, CaseIterable, Sendable {
    case left, replaced, removed, shutdown, absent
    case tooMany = "too-many"

    /// Whether the client should come back by itself.
    package var again: Bool {
        switch self {
        case .shutdown, .absent: true
        case .left, .replaced, .removed, .tooMany: false
        }
    }
}

/// The last event of a session.
package struct ByeView: Equatable, Sendable {
    package var reason: ByeReason
    /// In the client's language.
    package var text: String
    /// Whether the client should come back by itself.
    package var again: Bool

    package init(reason: ByeReason, text: String, again: Bool? = nil) {
        self.reason = reason
        self.text = text
        self.again = again ?? reason.again
    }
}
