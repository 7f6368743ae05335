/// Why a text is no session description, and at which of its lines.
package struct SDPError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Problem: Error, Hashable, Sendable {
        /// More bytes than ``SessionDescription/maximumSize``.
        case tooLarge(bytes: Int)
        case notUTF8
        /// More lines, sections, or attributes in one section than is allowed.
        case tooMany(String, limit: Int)
        case lineTooLong(limit: Int)
        case controlCharacter
        /// Not `x=…` with a small letter.
        case notALine
        /// The first line is not `v=0`.
        case noVersion
        case badMediaLine
        case badAttribute(String)
    }

    /// Counted from 1; 0 where it is the text as a whole.
    package var line: Int
    package var problem: Problem

    package init(_ problem: Problem, line: Int) {
        self.problem = problem
        self.line = line
    }

    package var description: String { line == 0 ? "SDP: \(words)" : "SDP line \(line): \(words)" }

    private var words: String {
        switch problem {
        case .tooLarge(let bytes): "\(bytes) bytes; at most \(SessionDescription.maximumSize) are read"
        case .notUTF8: "is not UTF-8"
        case .tooMany(let what, let limit): "more than \(limit) \(what)"
        case .lineTooLong(let limit): "longer than \(limit) bytes"
        case .controlCharacter: "has a control character"
        case .notALine: "is not of the form x=value"
        case .noVersion: "v=0 is expected first"
        case .badMediaLine: "a media line is m=KIND PORT PROTOCOL FORMAT…"
        case .badAttribute(let name): "a=\(name) has a value that cannot be read"
        }
    }
}
