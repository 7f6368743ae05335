/// One value of a JSON text (RFC 8259 §3).
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// Written without fraction or exponent, and within `Int64`.
    case integer(Int64)
    /// Any other number; finite.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let lhs), .bool(let rhs)): lhs == rhs
        case (.integer(let lhs), .integer(let rhs)): lhs == rhs
        case (.number(let lhs), .number(let rhs)): lhs == rhs
        case (.integer(let integer), .number(let number)), (.number(let number), .integer(let integer)):
            Double(integer) == number
        case (.string(let lhs), .string(let rhs)): lhs == rhs
        case (.array(let lhs), .array(let rhs)): lhs == rhs
        case (.object(let lhs), .object(let rhs)): lhs == rhs
        default: false
        }
    }
}

/// The fields of an object, as they were written; no name twice.
struct JSONObject: Equatable, Sendable {
    private(set) var fields: [(name: String, value: JSONValue)] = []
    /// Filled once there are more fields than are quickly gone through.
    private var names: Set<String> = []
    private static let few = 32

    /// Adds a field.
    ///
    /// - Returns: Whether the name is new; `false` leaves the object as it was.
    mutating func add(_ name: String, _ value: JSONValue) -> Bool {
        guard !contains(name) else { return false }
        fields.append((name, value))
        if fields.count == Self.few { names = Set(fields.map(\.name)) }
        if fields.count > Self.few { names.insert(name) }
        return true
    }

    private func contains(_ name: String) -> Bool {
        fields.count < Self.few ? fields.contains { $0.name == name } : names.contains(name)
    }

    /// `nil` when there is no such field; an explicit `null` is a value.
    subscript(name: String) -> JSONValue? { fields.first { $0.name == name }?.value }

    static func == (lhs: JSONObject, rhs: JSONObject) -> Bool {
        lhs.fields.count == rhs.fields.count && lhs.fields.allSatisfy { rhs[$0.name] == $0.value }
    }
}
