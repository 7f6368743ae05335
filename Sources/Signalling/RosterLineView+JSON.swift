import Conference

extension RosterLineView: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            code: try fields.get("code"), name: try fields.get("name"), kind: try fields.get("kind"),
            level: try fields.get("level"), parent: try fields.find("parent"), state: try fields.get("state"),
            since: try fields.get("since"), audio: try fields.find("audio") ?? false,
            video: try fields.find("video") ?? false, screen: try fields.find("screen") ?? false,
            muted: try fields.find("muted") ?? false, role: try fields.find("role"),
            delegates: try fields.find("delegates") ?? 0, details: try Private(of: fields))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("code", code)
        writer.field("name", name)
        writer.field("kind", kind)
        writer.field("level", level)
        writer.field(optional: "parent", parent)
        writer.field("state", state)
        writer.field("since", since)
        // What is not so is left out: in a room of thousands whole rosters are most of what is sent.
        if audio { writer.field("audio", audio) }
        if video { writer.field("video", video) }
        if screen { writer.field("screen", screen) }
        if muted { writer.field("muted", muted) }
        writer.field(optional: "role", role)
        if delegates != 0 { writer.field("delegates", delegates) }
        details?.writeFields(to: &writer)
    }
}

extension RosterLineView.Private {
    /// Private fields stand among the others; without any of them the line has none.
    init?(of fields: JSONObject) throws(BadValue) {
        let names = ["contactName", "contactTelephone", "path", "departure", "takeovers", "delegateList", "removed"]
        guard names.contains(where: { fields[$0] ?? .null != .null }) else { return nil }
        self.init(
            contactName: try fields.find("contactName") ?? "",
            contactTelephone: try fields.find("contactTelephone") ?? "", path: try fields.find("path"),
            departure: try fields.find("departure"), takeovers: try fields.find("takeovers") ?? 0,
            delegateList: try fields.find("delegateList") ?? [], removed: try fields.find("removed") ?? false)
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("contactName", contactName)
        writer.field("contactTelephone", contactTelephone)
        writer.field(optional: "path", path)
        writer.field(optional: "departure", departure)
        writer.field("takeovers", takeovers)
        writer.field("delegateList", delegateList)
        if removed { writer.field("removed", removed) }
    }
}

extension RosterLineChange: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(code: try fields.get("code"))
        name = try fields.find("name")
        kind = try fields.find("kind")
        level = try fields.find("level")
        parent = try fields.change("parent")
        state = try fields.find("state")
        since = try fields.find("since")
        audio = try fields.find("audio")
        video = try fields.find("video")
        screen = try fields.find("screen")
        muted = try fields.find("muted")
        role = try fields.change("role")
        delegates = try fields.find("delegates")
        contactName = try fields.find("contactName")
        contactTelephone = try fields.find("contactTelephone")
        path = try fields.change("path")
        departure = try fields.change("departure")
        takeovers = try fields.find("takeovers")
        delegateList = try fields.find("delegateList")
        removed = try fields.find("removed")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("code", code)
        writer.field(optional: "name", name)
        writer.field(optional: "kind", kind)
        writer.field(optional: "level", level)
        writer.field(optional: "parent", parent)
        writer.field(optional: "state", state)
        writer.field(optional: "since", since)
        writer.field(optional: "audio", audio)
        writer.field(optional: "video", video)
        writer.field(optional: "screen", screen)
        writer.field(optional: "muted", muted)
        writer.field(optional: "role", role)
        writer.field(optional: "delegates", delegates)
        writer.field(optional: "contactName", contactName)
        writer.field(optional: "contactTelephone", contactTelephone)
        writer.field(optional: "path", path)
        writer.field(optional: "departure", departure)
        writer.field(optional: "takeovers", takeovers)
        writer.field(optional: "delegateList", delegateList)
        writer.field(optional: "removed", removed)
    }
}

extension RosterSnapshot {
    /// The `points` array of a whole roster, for those who share one encoded copy among many messages.
    package static func encodedPoints(_ lines: [RosterLineView]) -> [UInt8] {
        var writer = JSONWriter(reserving: 256 * lines.count)
        lines.write(to: &writer)
        return writer.bytes
    }
}

extension RosterSnapshot: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(version: try fields.get("version"), points: try fields.get("points"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("version", version)
        writer.field("points", points)
    }
}

extension RosterUpdate: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        if try fields.get("whole") {
            self = .whole(try RosterSnapshot(fields))
        } else {
            self = .changes(
                RosterDelta(
                    version: try fields.get("version"), points: try fields.get("points"),
                    removed: try fields.find("removed") ?? []))
        }
    }

    func writeFields(to writer: inout JSONWriter) {
        switch self {
        case .whole(let roster):
            writer.field("version", roster.version)
            writer.field("whole", true)
            writer.field("points", roster.points)
        case .changes(let delta):
            writer.field("version", delta.version)
            writer.field("whole", false)
            writer.field("points", delta.points)
            writer.field("removed", delta.removed)
        }
    }
}
