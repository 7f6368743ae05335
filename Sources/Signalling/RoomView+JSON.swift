import Conference

extension RoomView: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            id: try fields.get("id"), title: try fields.get("title"), mode: try fields.get("mode"),
            locked: try fields.get("locked"), central: try fields.get("central"),
            audioSlots: try fields.get("audioSlots"), pictureSlots: try fields.get("pictureSlots"),
            present: try fields.get("present"), observers: try fields.get("observers"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("title", title)
        writer.field("mode", mode)
        writer.field("locked", locked)
        writer.field("central", central)
        writer.field("audioSlots", audioSlots)
        writer.field("pictureSlots", pictureSlots)
        writer.field("present", present)
        writer.field("observers", observers)
    }
}

extension ProgramView: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(program: try fields.get("program"), seen: try fields.get("seen"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("program", program)
        writer.field("seen", seen)
    }
}

extension FloorView: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(holders: try fields.get("holders"), queue: try fields.get("queue"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("holders", holders)
        writer.field("queue", queue)
    }
}

extension FloorView.Holder: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(point: try fields.get("point"), since: try fields.get("since"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("point", point)
        writer.field("since", since)
    }
}

extension FloorView.Waiting: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            point: try fields.get("point"), position: try fields.get("position"), since: try fields.get("since"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("point", point)
        writer.field("position", position)
        writer.field("since", since)
    }
}

extension SlotView: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            kind: try fields.get("kind"), index: try fields.get("index"), point: try fields.find("point"),
            source: try fields.find("source"), state: try fields.get("state"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("kind", kind)
        writer.field("index", index)
        writer.field(optional: "point", point)
        writer.field(optional: "source", source)
        writer.field("state", state)
    }
}

// MARK: Messages and notices

extension MessageView: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            from: try fields.get("from"), to: try fields.get("to"), text: try fields.get("text"),
            at: try fields.get("at"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("from", from)
        writer.field("to", to)
        writer.field("text", text)
        writer.field("at", at)
    }
}

extension MessageView.Sender: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(role: try fields.get("role"), point: try fields.find("point"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("role", role)
        writer.field(optional: "point", point)
    }
}

extension NoticeView: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(code: try fields.get("code"), text: try fields.get("text"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("code", code)
        writer.field("text", text)
    }
}

extension ByeView: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(reason: try fields.get("reason"), text: try fields.get("text"), again: try fields.get("again"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("reason", reason)
        writer.field("text", text)
        writer.field("again", again)
    }
}
