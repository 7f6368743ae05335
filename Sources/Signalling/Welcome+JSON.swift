import Conference

extension Welcome: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            epoch: try fields.get("epoch"), session: try fields.get("session"), binding: try fields.get("binding"),
            resumed: try fields.get("resumed"), at: try fields.get("at"), you: try fields.get("you"),
            room: try fields.get("room"), floor: try fields.get("floor"), program: try fields.get("program"),
            speaking: try fields.get("speaking", as: Speaking.self).point, slots: try fields.get("slots"),
            roster: try fields.find("roster"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("epoch", epoch)
        writer.field("session", session)
        writer.field("binding", binding)
        writer.field("resumed", resumed)
        writer.field("at", at)
        writer.field("you", you)
        writer.field("room", room)
        writer.field("floor", floor)
        writer.field("program", program)
        writer.field("speaking", Speaking(point: speaking))
        writer.field("slots", slots)
        writer.field(optional: "roster", roster)  // The last: whoever has it encoded puts it in here.
    }
}

extension Identity: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        // A newer server may know verbs that we don't: there is nothing to do with them.
        let verbs = try fields.get("verbs", as: [String].self).compactMap(Verb.init(rawValue:))
        self.init(role: try fields.get("role"), point: try fields.find("point"), verbs: verbs)
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("role", role)
        writer.field(optional: "point", point)
        writer.field("verbs", verbs)
    }
}

/// Who speaks: the one field that is `null` and not left out.
struct Speaking: JSONRecord {
    var point: PointCode?

    init(point: PointCode?) { self.point = point }

    init(_ fields: JSONObject) throws(BadValue) { point = try fields.get("point", as: PointCode?.self) }

    func writeFields(to writer: inout JSONWriter) { writer.field("point", point) }
}
