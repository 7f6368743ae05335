package import Conference

extension HealthView: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(at: try fields.get("at"), lines: try fields.get("lines"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("at", at)
        writer.field("lines", lines)
    }
}

extension HealthLine: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            point: try fields.get("point"), state: try fields.get("state"), path: try fields.find("path"),
            reconnects: try fields.get("reconnects"), up: try fields.get("up"), down: try fields.get("down"),
            client: try fields.find("client"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("point", point)
        writer.field("state", state)
        writer.field(optional: "path", path)
        writer.field("reconnects", reconnects)
        writer.field("up", up)
        writer.field("down", down)
        writer.field(optional: "client", client)
    }
}

extension DirectionHealth: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            state: try fields.get("state"), kbps: try fields.find("kbps"), packets: try fields.find("packets"),
            loss: try fields.find("loss"), lossAfter: try fields.find("lossAfter"),
            jitter: try fields.find("jitter"), rtt: try fields.find("rtt"), delay: try fields.find("delay"),
            nack: try fields.find("nack"), pli: try fields.find("pli"), frames: try fields.find("frames"),
            fps: try fields.find("fps"), freezes: try fields.find("freezes"),
            keyframeAge: try fields.find("keyframeAge"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("state", state)
        writer.field(optional: "kbps", kbps)
        writer.field(optional: "packets", packets)
        writer.field(optional: "loss", loss)
        writer.field(optional: "lossAfter", lossAfter)
        writer.field(optional: "jitter", jitter)
        writer.field(optional: "rtt", rtt)
        writer.field(optional: "delay", delay)
        writer.field(optional: "nack", nack)
        writer.field(optional: "pli", pli)
        writer.field(optional: "frames", frames)
        writer.field(optional: "fps", fps)
        writer.field(optional: "freezes", freezes)
        writer.field(optional: "keyframeAge", keyframeAge)
    }
}

extension ClientHealth: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(report: try ClientReport(fields), marked: try fields.get("marked"))
    }

    func writeFields(to writer: inout JSONWriter) {
        report.writeFields(to: &writer)
        writer.field("marked", marked)
    }
}

extension ClientReport: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            fps: try fields.find("fps"), freezes: try fields.find("freezes"), rtt: try fields.find("rtt"),
            jitter: try fields.find("jitter"), lossDown: try fields.find("lossDown"),
            lossUp: try fields.find("lossUp"), kbpsUp: try fields.find("kbpsUp"),
            kbpsDown: try fields.find("kbpsDown"), limitedBy: try fields.find("limitedBy"),
            camera: try fields.find("camera"), microphone: try fields.find("microphone"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field(optional: "fps", fps)
        writer.field(optional: "freezes", freezes)
        writer.field(optional: "rtt", rtt)
        writer.field(optional: "jitter", jitter)
        writer.field(optional: "lossDown", lossDown)
        writer.field(optional: "lossUp", lossUp)
        writer.field(optional: "kbpsUp", kbpsUp)
        writer.field(optional: "kbpsDown", kbpsDown)
        writer.field(optional: "limitedBy", limitedBy)
        writer.field(optional: "camera", camera)
        writer.field(optional: "microphone", microphone)
    }
}

extension ClientReport.Limit: JSONCodable {
    init(json value: JSONValue) throws(BadValue) {
        guard case .string(let text) = value else { throw BadValue() }
        self = Self(rawValue: text) ?? .other
    }
}

// MARK: Over HTTP

extension HealthView {
    /// The answer to `GET /v1/rooms/{room}/health`.
    package func document(room: RoomID) -> [UInt8] {
        var writer = JSONWriter(reserving: 64 + 400 * lines.count)
        writer.object {
            $0.field("room", room)
            writeFields(to: &$0)
        }
        return writer.bytes
    }
}

extension HealthLine {
    /// The answer to `GET /v1/rooms/{room}/health?point=CODE`.
    package func document(history: HealthHistory) -> [UInt8] {
        var writer = JSONWriter(reserving: 1 << 14)
        writer.object {
            writeFields(to: &$0)
            $0.field("history", history)
        }
        return writer.bytes
    }

    /// Reads that answer, at a client.
    package static func parse(document text: [UInt8]) throws(MessageError) -> (HealthLine, HealthHistory) {
        guard case .object(let fields)? = try? JSONScreen.read(text, sizeLimit: ServerMessage.sizeLimit),
            let line = try? HealthLine(fields), let history = try? fields.get("history", as: HealthHistory.self)
        else { throw .badMessage(id: nil) }
        return (line, history)
    }
}

extension HealthHistory: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(interval: try fields.get("interval"), up: try fields.get("up"), down: try fields.get("down"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("interval", interval)
        writer.field("up", up)
        writer.field("down", down)
    }
}

extension DirectionHistory: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(
            kbps: try fields.get("kbps"), loss: try fields.get("loss"), lossAfter: try fields.get("lossAfter"),
            jitter: try fields.get("jitter"), rtt: try fields.get("rtt"),
            delay: try fields.find("delay") ?? [], fps: try fields.get("fps"))
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("kbps", kbps)
        writer.field("loss", loss)
        writer.field("lossAfter", lossAfter)
        writer.field("jitter", jitter)
        writer.field("rtt", rtt)
        writer.field("delay", delay)
        writer.field("fps", fps)
    }
}
