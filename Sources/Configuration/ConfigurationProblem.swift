/// One thing wrong with a room file, a roster or the settings: where, which key, what it holds, what would do.
package struct ConfigurationProblem: Error, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The file as it was named, or the variable or option that the value came from.
    package var file: String
    /// Line of the file, from 1; for a roster in CSV the line on which the row begins.
    package var line: Int?
    /// Names of lists and mappings are joined by dots: `limits.points`; a roster's entries are `roster`.
    package var key: String
    package var found: String
    package var allowed: String

    package init(file: String, line: Int? = nil, key: String, found: String, allowed: String) {
        self.file = file
        self.line = line
        self.key = key
        self.found = found
        self.allowed = allowed
    }

    /// On one line: `FILE:LINE: KEY: FOUND is not allowed; expected ALLOWED`.
    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return "\(place): \(key): \(found) is not allowed; expected \(allowed)"
    }
}

/// Every problem of one file or of all settings, never empty, in the order in which they stand.
package struct ConfigurationProblems: Error, Hashable, Sendable, CustomStringConvertible {
    package var all: [ConfigurationProblem]

    /// One problem a line.
    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// Problems being gathered while a file is read.
final class ProblemList {
    private(set) var all: [ConfigurationProblem] = []

    func add(_ file: String, _ line: Int?, _ key: String, found: String, allowed: String) {
        all.append(ConfigurationProblem(file: file, line: line, key: key, found: found, allowed: allowed))
    }

    /// The problems in the order of their lines, where they have one.
    var error: ConfigurationProblems? {
        guard !all.isEmpty else { return nil }
        let sorted = all.enumerated().sorted { first, second in
            let lines = (first.element.line ?? 0, second.element.line ?? 0)
            guard first.element.file == second.element.file, lines.0 != lines.1 else {
                return first.offset < second.offset
            }
            return lines.0 < lines.1
        }
        return ConfigurationProblems(all: sorted.map(\.element))
    }
}
