import Conference

extension ClientMessage {
    /// The most that a message may have, in bytes.
    package static let sizeLimit = 256 << 10
    /// Ids are integers that every JavaScript number holds exactly.
    package static let idLimit: UInt64 = 1 << 53 - 1

    /// Reads one text message, at the server.
    package init(parsing text: [UInt8]) throws(MessageError) {
        let message = try TypedObject(parsing: text, sizeLimit: Self.sizeLimit)
        let verb = Verb(rawValue: message.type)
        guard verb != nil || message.type == "hello" || message.type == "leave" else {
            throw .unsupported(id: message.id)
        }
        do throws(BadValue) {
            if let verb {
                self = .command(id: try message.fields.get("id"), try CommandMessage(verb, message.fields))
            } else if message.type == "hello" {
                self = .hello(try Hello(message.fields))
            } else {
                self = .leave
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
            case .hello(let hello):
                $0.field("type", "hello")
                hello.writeFields(to: &$0)
            case .leave: $0.field("type", "leave")
            case .command(let id, let message):
                $0.field("type", message.verb)
                $0.field("id", min(id, Self.idLimit))
                message.writeFields(to: &$0)
            }
        }
        return writer.bytes
    }
}

extension Hello: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        let binding = try fields.find("binding", as: String.self)
        let language = try fields.find("language", as: String.self)
        self.init(
            binding: binding.flatMap(BindingSecret.init), epoch: try fields.find("epoch"),
            seq: try fields.find("seq"), takeover: try fields.find("takeover") ?? false,
            language: language.flatMap(Language.init(rawValue:)), device: try fields.find("device"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field(optional: "binding", binding)
        writer.field(optional: "epoch", epoch)
        writer.field(optional: "seq", seq)
        if takeover { writer.field("takeover", takeover) }
        writer.field(optional: "language", language?.rawValue)
        writer.field(optional: "device", device)
    }
}
