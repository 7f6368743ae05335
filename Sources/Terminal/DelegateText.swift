package import Conference

/// Delegates as one line of text: `Name, post; Name, post`.
package enum DelegateText {
    /// Why a line is none.
    package enum Problem: Error, Equatable, Sendable {
        case tooMany
        case tooLong(String)
    }

    /// Reads a line; a name without a comma has no post, what is empty is left out.
    package static func parse(_ line: String) throws(Problem) -> [Delegate] {
        var delegates: [Delegate] = []
        for part in line.split(separator: ";") {
            let fields = part.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
            let name = trimmed(fields[0])
            guard !name.isEmpty else { continue }
            let post = fields.count > 1 ? trimmed(fields[1]) : ""
            for text in [name, post] where text.count > Delegate.textLimit { throw .tooLong(text) }
            delegates.append(Delegate(name: name, post: post))
        }
        guard delegates.count <= Delegate.countLimit else { throw .tooMany }
        return delegates
    }

    /// Writes a line that is read as the same delegates.
    package static func line(_ delegates: [Delegate]) -> String {
        delegates.map { $0.post.isEmpty ? $0.name : "\($0.name), \($0.post)" }.joined(separator: "; ")
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        guard let last = start.lastIndex(where: { $0 != " " }) else { return "" }
        return String(start[...last])
    }
}
