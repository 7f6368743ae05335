/// Comma-separated values as spreadsheets export them (RFC 4180), with the line on which each row begins.
///
/// The separator is a comma, a semicolon (what a spreadsheet set to Vietnamese writes) or a tab, whichever comes first in
/// the heading. Rows without any value are left out.
struct CSVTable {
    struct Row {
        var line: Int
        var fields: [String]
    }

    struct Failure: Error, Equatable {
        var line: Int
        var found: String
    }

    private(set) var rows: [Row] = []

    init(parsing text: String) throws(Failure) {
        var scanner = Scanner(text)
        while let row = try scanner.row() {
            if row.fields.contains(where: { !$0.isEmpty }) { rows.append(row) }
        }
    }

    /// Walks over the text; "\r\n" counts as one line end, as "\n" and "\r" do.
    private struct Scanner {
        private var rest: Substring.UnicodeScalarView
        private var line = 1
        private let separator: Unicode.Scalar

        init(_ text: String) {
            rest = text[...].unicodeScalars
            let first = rest.first { [",", ";", "\t", "\n", "\r"].contains($0) }
            separator = first.map { Self.isLineEnd($0) ? "," : $0 } ?? ","
        }

        /// The next row, or `nil` at the end.
        mutating func row() throws(Failure) -> Row? {
            guard !rest.isEmpty else { return nil }
            var row = Row(line: line, fields: [])
            repeat {
                row.fields.append(try field())
            } while take(separator)
            takeLineEnd()
            return row
        }

        /// One field, up to the separator or line end; spaces around a value are not part of it.
        private mutating func field() throws(Failure) -> String {
            if rest.first == "\"" { return try quotedField() }
            var value = String.UnicodeScalarView()
            while let scalar = rest.first, scalar != separator, !Self.isLineEnd(scalar) {
                value.append(scalar)
                rest.removeFirst()
            }
            return String(value).trimmed
        }

        /// `"…"` with `""` for a quote within; it may hold separators and line ends (§2.6, §2.7).
        private mutating func quotedField() throws(Failure) -> String {
            let start = line
            var value = String.UnicodeScalarView()
            rest.removeFirst()
            while let scalar = rest.first {
                if scalar == "\"" {
                    rest.removeFirst()
                    guard take("\"") else { return try endOfQuotedField(String(value)) }
                    value.append("\"")
                } else if Self.isLineEnd(scalar) {
                    takeLineEnd()
                    value.append("\n")
                } else {
                    value.append(scalar)
                    rest.removeFirst()
                }
            }
            throw Failure(line: start, found: "a quote without its end")
        }

        private func endOfQuotedField(_ value: String) throws(Failure) -> String {
            guard let next = rest.first, next != separator, !Self.isLineEnd(next) else { return value.trimmed }
            throw Failure(line: line, found: "text behind a closing quote")
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard rest.first == scalar else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func takeLineEnd() {
            let carriageReturn = take("\r")
            let lineFeed = take("\n")
            if carriageReturn || lineFeed { line += 1 }
        }

        private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }
    }
}

extension String {
    /// Without whitespace at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
