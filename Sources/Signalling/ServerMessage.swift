package import Conference

/// A message from server to client.
package enum ServerMessage: Equatable, Sendable {
    /// Something that happened; `seq` rises, with gaps.
    case event(seq: UInt64, ServerEvent)
    /// The command of that id was carried out.
    case ok(id: UInt64)
    /// The command was not carried out, or what came was not understood.
    case error(ErrorReply)
}

/// What the server tells by itself.
package enum ServerEvent: Equatable, Sendable {
    case welcome(Welcome)
    case roster(RosterUpdate)
    /// All of the client's slots, each time.
    case slots([SlotView])
    case floor(FloorView)
    case room(RoomView)
    case program(ProgramView)
    /// `nil`: nobody speaks.
    case speaking(PointCode?)
    case message(MessageView)
    case notice(NoticeView)
    case health(HealthView)
    /// The last message; the server closes after it.
    case bye(ByeView)

    /// The message's `type`.
    package enum Kind: String, CaseIterable, Sendable {
        case welcome, roster, slots, floor, room, program, speaking, message, notice, health, bye
    }

    package var kind: Kind {
        switch self {
        case .welcome: .welcome
        case .roster: .roster
        case .slots: .slots
        case .floor: .floor
        case .room: .room
        case .program: .program
        case .speaking: .speaking
        case .message: .message
        case .notice: .notice
        case .health: .health
        case .bye: .bye
        }
    }
}

/// Says that a command was not carried out.
package struct ErrorReply: Equatable, Sendable {
    /// The command's; `nil` where it could not be read, and for a refused `hello`.
    package var id: UInt64?
    /// Stable: `Refusal.code`.
    package var code: String
    /// In the client's language.
    package var text: String
    /// In whole seconds, where trying again makes sense.
    package var retryAfter: Int?

    package init(id: UInt64?, code: String, text: String, retryAfter: Int? = nil) {
        self.id = id
        self.code = code
        self.text = text
        self.retryAfter = retryAfter
    }
}
