import Conference

/// Turns roster entries as written, in a room file or in CSV, into checked ones.
struct RosterReader {
    /// One entry as written: values under their keys, with lines.
    typealias Written = [String: Located<String>]

    static let keys = ["code", "name", "kind", "level", "parent", "contactName", "contactTelephone"]

    private let problems: ProblemList
    private(set) var entries: [Located<RosterEntry>] = []
    private let file: String
    private var lines: [PointCode: Int?] = [:]

    init(file: String, problems: ProblemList) {
        self.file = file
        self.problems = problems
    }

    /// Checks one entry and keeps it when it is sound.
    mutating func append(_ written: Written, line: Int?) {
        let before = problems.all.count
        let code = value(written, "code", line, allowed: Self.codeText, parse: PointCode.init)
        let name = value(written, "name", line, allowed: "1 to 200 characters") { text in
            RosterEntry.nameLengthRange.contains(text.count) && text.isPrintable ? text : nil
        }
        let kind = value(written, "kind", line, allowed: Self.kindText) { PointKind(rawValue: $0.lowercased()) }
        let level = optional(written, "level", line, allowed: "1 to 5") { text in
            Int(text).flatMap { RosterEntry.levelRange.contains($0) ? $0 : nil }
        }
        let parent = optional(written, "parent", line, allowed: Self.codeText, parse: PointCode.init)
        let contacts = ["contactName", "contactTelephone"].map { key in
            optional(written, key, line, allowed: "at most 200 characters") { text in
                RosterEntry.contactLengthRange.contains(text.count) && text.isPrintable ? text : nil
            } ?? ""
        }
        if let code, !isNew(code, line: written["code"]?.line ?? line) { return }
        guard problems.all.count == before, let code, let name, let kind else { return }
        let entry = RosterEntry(
            code: code, name: name, kind: kind, level: level ?? kind.usualLevel, parent: parent,
            contactName: contacts[0], contactTelephone: contacts[1])
        entries.append(Located(value: entry, line: line))
    }

    /// Whether a point of this code was written, sound or not.
    func contains(_ code: PointCode) -> Bool { lines[code] != nil }

    /// Checks what can only be seen when all entries are there: parents, and that nobody is above itself.
    func finish() {
        let parents = Dictionary(
            entries.compactMap { entry in entry.value.parent.map { (entry.value.code, $0) } },
            uniquingKeysWith: { first, _ in first })
        for entry in entries {
            guard let parent = entry.value.parent else { continue }
            if !contains(parent) {
                problems.add(
                    file, entry.line, "roster.parent", found: quoted(parent.rawValue), allowed: "a code of the roster")
            } else if Self.isAboveItself(entry.value.code, parents) {
                problems.add(
                    file, entry.line, "roster.parent", found: quoted(parent.rawValue),
                    allowed: "a point that is not below this one")
            }
        }
    }

    private static func isAboveItself(_ code: PointCode, _ parents: [PointCode: PointCode]) -> Bool {
        var above = parents[code]
        // A tree has no more steps than levels; more is a ring, whether or not `code` is on it.
        for _ in 0..<parents.count {
            guard let point = above else { return false }
            if point == code { return true }
            above = parents[point]
        }
        return false
    }

    private mutating func isNew(_ code: PointCode, line: Int?) -> Bool {
        if let first = lines[code] {
            let place = first.map { "line \($0)" } ?? "another entry"
            problems.add(
                file, line, "roster.code", found: "\(quoted(code.rawValue)) a second time",
                allowed: "each code once; it is on \(place) too")
            return false
        }
        lines.updateValue(line, forKey: code)
        return true
    }

    private func value<Value>(
        _ written: Written, _ key: String, _ line: Int?, allowed: String, parse: (String) -> Value?
    ) -> Value? {
        guard let found = written[key], !found.value.isEmpty else {
            problems.add(file, line, "roster.\(key)", found: "nothing", allowed: allowed)
            return nil
        }
        return optional(written, key, line, allowed: allowed, parse: parse)
    }

    private func optional<Value>(
        _ written: Written, _ key: String, _ line: Int?, allowed: String, parse: (String) -> Value?
    ) -> Value? {
        guard let found = written[key], !found.value.isEmpty else { return nil }
        guard let value = parse(found.value) else {
            problems.add(file, found.line ?? line, "roster.\(key)", found: quoted(found.value), allowed: allowed)
            return nil
        }
        return value
    }

    static let codeText = "1 to 32 of A-Z a-z 0-9 - _ . beginning with a letter or digit"
    private static let kindText = PointKind.allCases.map(\.rawValue).joined(separator: ", ")
}

extension PointKind {
    /// The level of a point whose roster gives none.
    fileprivate var usualLevel: Int {
        switch self {
        case .central: 1
        case .province: 2
        case .commune: 3
        }
    }
}

extension String {
    /// Whether it has no control characters: names are shown on terminals and in tables.
    var isPrintable: Bool { unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) } }
}
