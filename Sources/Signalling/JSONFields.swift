/// A field that is missing, of the wrong kind or out of its range.
struct BadValue: Error {}

/// What stands in a message as one JSON value.
protocol JSONCodable {
    init(json value: JSONValue) throws(BadValue)
    func write(to writer: inout JSONWriter)
}

/// What stands in a message as a JSON object.
protocol JSONRecord: JSONCodable {
    init(_ fields: JSONObject) throws(BadValue)
    func writeFields(to writer: inout JSONWriter)
}

extension JSONRecord {
    init(json value: JSONValue) throws(BadValue) {
        guard case .object(let fields) = value else { throw BadValue() }
        try self.init(fields)
    }

    func write(to writer: inout JSONWriter) { writer.object { writeFields(to: &$0) } }
}

extension JSONObject {
    /// A field that must be there.
    func get<T: JSONCodable>(_ name: String, as type: T.Type = T.self) throws(BadValue) -> T {
        guard let value = self[name] else { throw BadValue() }
        return try T(json: value)
    }

    /// A field that may be missing or `null`.
    func find<T: JSONCodable>(_ name: String, as type: T.Type = T.self) throws(BadValue) -> T? {
        guard let value = self[name], value != .null else { return nil }
        return try T(json: value)
    }

    /// A field that may be missing, `nil`, or `null`, an inner `nil`.
    func change<T: JSONCodable>(_ name: String, as type: T.Type = T.self) throws(BadValue) -> T?? {
        guard let value = self[name] else { return nil }
        return .some(value == .null ? nil : try T(json: value))
    }
}

// MARK: Values

extension Bool: JSONCodable {
    init(json value: JSONValue) throws(BadValue) {
        guard case .bool(let bool) = value else { throw BadValue() }
        self = bool
    }

    func write(to writer: inout JSONWriter) { writer.raw(self ? "true" : "false") }
}

extension Int: JSONCodable {
    init(json value: JSONValue) throws(BadValue) {
        guard case .integer(let integer) = value, let int = Int(exactly: integer) else { throw BadValue() }
        self = int
    }

    func write(to writer: inout JSONWriter) { writer.raw(String(self)) }
}

/// 0 … 2⁵³ − 1: what every JavaScript number holds exactly.
extension UInt64: JSONCodable {
    init(json value: JSONValue) throws(BadValue) {
        guard case .integer(let integer) = value, let number = UInt64(exactly: integer), number < 1 << 53 else {
            throw BadValue()
        }
        self = number
    }

    func write(to writer: inout JSONWriter) { writer.raw(String(self)) }
}

extension Double: JSONCodable {
    init(json value: JSONValue) throws(BadValue) {
        switch value {
        case .integer(let integer): self = Double(integer)
        case .number(let number): self = number
        case .null, .bool, .string, .array, .object: throw BadValue()
        }
    }

    func write(to writer: inout JSONWriter) {
        guard isFinite else { return writer.raw("null") }
        let text = description
        writer.raw(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }
}

extension String: JSONCodable {
    init(json value: JSONValue) throws(BadValue) {
        guard case .string(let string) = value else { throw BadValue() }
        self = string
    }

    func write(to writer: inout JSONWriter) { writer.string(self) }
}

extension Array: JSONCodable where Element: JSONCodable {
    init(json value: JSONValue) throws(BadValue) {
        guard case .array(let values) = value else { throw BadValue() }
        self = []
        reserveCapacity(values.count)
        for value in values { append(try Element(json: value)) }
    }

    func write(to writer: inout JSONWriter) { writer.array(self) { $1.write(to: &$0) } }
}

extension Optional: JSONCodable where Wrapped: JSONCodable {
    init(json value: JSONValue) throws(BadValue) { self = value == .null ? nil : try Wrapped(json: value) }

    func write(to writer: inout JSONWriter) {
        if let self { self.write(to: &writer) } else { writer.raw("null") }
    }
}
