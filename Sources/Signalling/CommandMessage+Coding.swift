package import Conference

extension CommandMessage {
    /// Reads the body of `POST /v1/rooms/{room}/{verb}`: the same object without `type` and `id`; none counts as `{}`.
    package init(_ verb: Verb, body: [UInt8]) throws(MessageError) {
        let text = body.isEmpty ? Array("{}".utf8) : body
        guard case .object(let fields)? = try? JSONScreen.read(text, sizeLimit: ClientMessage.sizeLimit),
            let message = try? CommandMessage(verb, fields)
        else { throw .badMessage(id: nil) }
        self = message
    }

    /// The body of the HTTP twin.
    package var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { writeFields(to: &$0) }
        return writer.bytes
    }

    init(_ verb: Verb, _ fields: JSONObject) throws(BadValue) {
        switch verb {
        case .ask: self.init(.ask)
        case .withdraw: self.init(.withdraw)
        case .give: self.init(.give(try fields.get("point")))
        case .take: self.init(.take(try fields.find("point")))
        case .mute: self.init(.mute(try Command.MuteTarget(fields)))
        case .unmute: self.init(.unmute(try Command.MuteTarget(fields)))
        case .program: self.init(.program(try fields.get("points")))
        case .mode: self.init(.mode(try fields.get("mode")))
        case .lock: self.init(.lock(try fields.find("locked") ?? true))
        case .remove: self.init(.remove(try fields.get("point"), reason: try fields.find("reason") ?? ""))
        case .readmit: self.init(.readmit(try fields.get("point")))
        case .delegates: self.init(.delegates(try fields.get("delegates"), of: try fields.find("point")))
        case .message: self.init(.message(try fields.get("text"), to: try fields.get("to")))
        case .stats:
            let report: ClientReport? = try fields.find("report")
            let watch: Bool? = try fields.find("watch")
            guard report != nil || watch != nil else { throw BadValue() }
            self = .stats(report, watch: watch)
        }
    }

    func writeFields(to writer: inout JSONWriter) {
        switch command {
        case .ask, .withdraw: break
        case .give(let point), .readmit(let point): writer.field("point", point)
        case .take(let point): writer.field(optional: "point", point)
        case .mute(let target), .unmute(let target): target.writeFields(to: &writer)
        case .program(let points): writer.field("points", points)
        case .mode(let mode): writer.field("mode", mode)
        case .lock(let isLocked): writer.field("locked", isLocked)
        case .remove(let point, let reason):
            writer.field("point", point)
            writer.field("reason", reason)
        case .delegates(let delegates, let point):
            writer.field(optional: "point", point)
            writer.field("delegates", delegates)
        case .message(let text, let target):
            writer.field("to", target)
            writer.field("text", text)
        case .stats(_, let watch):
            writer.field(optional: "report", report)
            writer.field(optional: "watch", watch)
        }
    }
}

/// Either `points` or `"all": true`.
extension Command.MuteTarget: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        let points: [PointCode]? = try fields.find("points")
        let isAll = try fields.find("all") ?? false
        guard let points else {
            guard isAll else { throw BadValue() }
            self = .all
            return
        }
        guard !isAll else { throw BadValue() }
        self = .points(points)
    }

    func writeFields(to writer: inout JSONWriter) {
        switch self {
        case .points(let points): writer.field("points", points)
        case .all: writer.field("all", true)
        }
    }
}
