import Yams

/// A value and the line that it stands on.
struct Located<Value> {
    var value: Value
    var line: Int?
}

/// Takes values out of one mapping of a YAML file, key by key, and gathers what is wrong with them.
///
/// Scalars are taken as they are written: a decoder would make a number of the code `00004` and stop at the first
/// mistake.
struct MappingReader {
    private let file: String
    private let prefix: String
    private let line: Int?
    private let problems: ProblemList
    private var entries: [String: Node] = [:]
    private var lines: [String: Int?] = [:]
    private var order: [String] = []
    private var known: [String] = []

    /// - Parameters:
    ///   - mapping: What is read.
    ///   - file: How problems name the file.
    ///   - prefix: The key that the mapping itself stands under, with a dot; empty at the top.
    ///   - problems: Where problems go.
    init(_ mapping: Node.Mapping, file: String, prefix: String = "", problems: ProblemList) {
        self.file = file
        self.prefix = prefix
        self.problems = problems
        line = mapping.mark?.line
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                problems.add(file, key.mark?.line, prefix, found: "a key that is no word", allowed: "words as keys")
                continue
            }
            entries[name] = value
            lines[name] = key.mark?.line
            order.append(name)
        }
    }

    /// The node under `key`, which is known from now on; `nil` when there is none or it is empty.
    mutating func node(_ key: String) -> Node? {
        known.append(key)
        guard let node = entries[key] else { return nil }
        if let scalar = node.scalar, scalar.style == .plain, ["", "~", "null"].contains(scalar.string) { return nil }
        return node
    }

    /// Line of the key, or of the mapping where the key is missing.
    func line(of key: String) -> Int? { lines[key] ?? line }

    func add(_ key: String, line: Int? = nil, found: String, allowed: String) {
        problems.add(file, line ?? self.line(of: key), prefix + key, found: found, allowed: allowed)
    }

    /// The scalar under `key`, read by `parse`.
    ///
    /// - Parameters:
    ///   - key: Within this mapping.
    ///   - missing: What counts when the key is not there; where it is `nil`, a missing key is a problem.
    ///   - allowed: What `parse` accepts, in words.
    ///   - parse: Answers `nil` for what is not allowed.
    /// - Returns: `nil` when there was a problem.
    mutating func value<Value>(
        _ key: String, missing: Value?, allowed: String, parse: (String) -> Value?
    ) -> Value? {
        guard let node = node(key) else {
            if missing == nil { add(key, found: "nothing", allowed: allowed) }
            return missing
        }
        return scalar(node, key, allowed: allowed, parse: parse)?.value
    }

    /// The list of scalars under `key`, each read by `parse`; `nil` when the key is missing.
    mutating func list<Value>(_ key: String, allowed: String, parse: (String) -> Value?) -> [Located<Value>]? {
        guard let node = node(key) else { return nil }
        guard let sequence = node.sequence else {
            add(key, found: Self.name(of: node), allowed: "a list of \(allowed)")
            return nil
        }
        return sequence.compactMap { scalar($0, key, allowed: allowed, parse: parse) }
    }

    /// A reader of the mapping under `key`; `nil` when the key is missing.
    mutating func mapping(_ key: String) -> MappingReader? {
        guard let node = node(key) else { return nil }
        guard let mapping = node.mapping else {
            add(key, found: Self.name(of: node), allowed: "a mapping of keys to values")
            return nil
        }
        return MappingReader(mapping, file: file, prefix: "\(prefix)\(key).", problems: problems)
    }

    /// The scalars of the whole mapping under their keys, all of them known from now on.
    mutating func scalars(_ keys: [String]) -> [String: Located<String>] {
        var scalars: [String: Located<String>] = [:]
        for key in keys {
            guard let node = node(key) else { continue }
            scalars[key] = scalar(node, key, allowed: "text") { $0 }
        }
        return scalars
    }

    /// Reports the keys that nobody asked for.
    func finish() {
        for key in order where !known.contains(key) {
            add(key, found: "an unknown key", allowed: NearestName.advice(for: key, known: known))
        }
    }

    private func scalar<Value>(
        _ node: Node, _ key: String, allowed: String, parse: (String) -> Value?
    ) -> Located<Value>? {
        let line = node.mark?.line
        guard let scalar = node.scalar else {
            add(key, line: line, found: Self.name(of: node), allowed: allowed)
            return nil
        }
        guard let value = parse(scalar.string) else {
            add(key, line: line, found: quoted(scalar.string), allowed: allowed)
            return nil
        }
        return Located(value: value, line: line)
    }

    private static func name(of node: Node) -> String {
        switch node {
        case .scalar(let scalar): quoted(scalar.string)
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

/// `text` as a problem shows it: in quotes, control characters made visible, not too long.
func quoted(_ text: String) -> String {
    let shown = text.count > 60 ? text.prefix(60) + "…" : text[...]
    return "\"" + shown.unicodeScalars.map { $0.value < 0x20 ? $0.escaped(asASCII: false) : String($0) }.joined() + "\""
}
