extension ServerMessage {
    /// The most that a client need take, in bytes; a welcome with a roster of 5,000 points stays below it.
    package static let sizeLimit = 4 << 20

    /// Reads one text message, at a client.
    package init(parsing text: [UInt8]) throws(MessageError) {
        let message = try TypedObject(parsing: text, sizeLimit: Self.sizeLimit)
        let kind = ServerEvent.Kind(rawValue: message.type)
        guard kind != nil || message.type == "ok" || message.type == "error" else {
            throw .unsupported(id: message.id)
        }
        do throws(BadValue) {
            if let kind {
                self = .event(seq: try message.fields.get("seq"), try ServerEvent(kind, message.fields))
            } else if message.type == "ok" {
                self = .ok(id: try message.fields.get("id"))
            } else {
                self = .error(try ErrorReply(message.fields))
            }
        } catch {
            throw .badMessage(id: message.id)
        }
    }

    /// The message as text: UTF-8 without spaces, `type` first, the same each time.
    package var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.object {
            switch self {
            case .event(let seq, let event):
                $0.field("type", event.kind.rawValue)
                $0.field("seq", seq)
                event.writeFields(to: &$0)
            case .ok(let id):
                $0.field("type", "ok")
                $0.field("id", id)
            case .error(let reply):
                $0.field("type", "error")
                reply.writeFields(to: &$0)
            }
        }
        return writer.bytes
    }
}

extension ServerEvent {
    init(_ kind: Kind, _ fields: JSONObject) throws(BadValue) {
        self =
            switch kind {
            case .welcome: .welcome(try Welcome(fields))
            case .roster: .roster(try RosterUpdate(fields))
            case .slots: .slots(try fields.get("slots"))
            case .floor: .floor(try FloorView(fields))
            case .room: .room(try RoomView(fields))
            case .program: .program(try ProgramView(fields))
            case .speaking: .speaking(try Speaking(fields).point)
            case .message: .message(try MessageView(fields))
            case .notice: .notice(try NoticeView(fields))
            case .health: .health(try HealthView(fields))
            case .bye: .bye(try ByeView(fields))
            }
    }

    func writeFields(to writer: inout JSONWriter) {
        switch self {
        case .welcome(let welcome): welcome.writeFields(to: &writer)
        case .roster(let update): update.writeFields(to: &writer)
        case .slots(let slots): writer.field("slots", slots)
        case .floor(let floor): floor.writeFields(to: &writer)
        case .room(let room): room.writeFields(to: &writer)
        case .program(let program): program.writeFields(to: &writer)
        case .speaking(let point): Speaking(point: point).writeFields(to: &writer)
        case .message(let message): message.writeFields(to: &writer)
        case .notice(let notice): notice.writeFields(to: &writer)
        case .health(let health): health.writeFields(to: &writer)
        case .bye(let bye): bye.writeFields(to: &writer)
        }
    }
}

extension ErrorReply: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            id: try fields.find("id"), code: try fields.get("code"), text: try fields.get("text"),
            retryAfter: try fields.find("retryAfter"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field(optional: "id", id)
        writer.field("code", code)
        writer.field("text", text)
        writer.field(optional: "retryAfter", retryAfter)
    }
}
