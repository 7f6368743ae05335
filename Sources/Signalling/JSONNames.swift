import Conference

extension JSONCodable where Self: RawRepresentable<String> {
    init(json value: JSONValue) throws(BadValue) {
        guard case .string(let text) = value, let name = Self(rawValue: text) else { throw BadValue() }
        self = name
    }

    func write(to writer: inout JSONWriter) { writer.string(rawValue) }
}

extension JSONCodable where Self: LosslessStringConvertible {
    init(json value: JSONValue) throws(BadValue) {
        guard case .string(let text) = value, let name = Self(text) else { throw BadValue() }
        self = name
    }

    func write(to writer: inout JSONWriter) { writer.string(description) }
}

// Closed lists.
extension HealthState: JSONCodable {}
extension PointKind: JSONCodable {}
extension PresenceState: JSONCodable {}
extension Role: JSONCodable {}
extension RoomMode: JSONCodable {}
extension SlotView.Kind: JSONCodable {}
extension SlotView.Source: JSONCodable {}
extension SlotView.State: JSONCodable {}
extension ByeReason: JSONCodable {}
extension Verb: JSONCodable {}

// Names and ids.
extension PointCode: JSONCodable {}
extension RoomID: JSONCodable {}
extension SessionID: JSONCodable {}

extension BindingSecret: JSONCodable {
    init(json value: JSONValue) throws(BadValue) {
        guard case .string(let text) = value, let secret = BindingSecret(text) else { throw BadValue() }
        self = secret
    }

    func write(to writer: inout JSONWriter) { writer.string(text) }
}

/// A point whose code is `all` or `staff` can't be written to by itself.
extension MessageTarget: JSONCodable {
    init(json value: JSONValue) throws(BadValue) {
        switch value {
        case .string("all"): self = .all
        case .string("staff"): self = .staff
        default: self = .point(try PointCode(json: value))
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .all: writer.string("all")
        case .staff: writer.string("staff")
        case .point(let code): code.write(to: &writer)
        }
    }
}

extension Delegate: JSONRecord {
    init(_ fields: JSONObject) throws(BadValue) {
        self.init(name: try fields.get("name"), post: try fields.find("post") ?? "")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("name", name)
        writer.field("post", post)
    }
}
