import HTTPTypes

/// Lines of a head being written.
///
/// Nothing given to it can end a line: HTTPTypes turns line ends and NUL in values into spaces, and names are tokens.
struct MessageLines: Sendable {
    private var bytes: [UInt8]

    init(_ startLine: String) {
        bytes = Array(startLine.utf8)
        endLine()
    }

    mutating func append(_ name: HTTPField.Name, _ value: String) {
        append(HTTPField(name: name, value: value))
    }

    mutating func append(_ fields: HTTPFields, except excluded: [HTTPField.Name]) {
        for field in fields where !excluded.contains(field.name) { append(field) }
    }

    private mutating func append(_ field: HTTPField) {
        bytes += Array(field.name.rawName.utf8)
        bytes += [UInt8(ascii: ":"), .space]
        // The array copies the buffer before the closure returns.
        unsafe field.withUnsafeBytesOfValue { unsafe bytes.append(contentsOf: $0) }
        endLine()
    }

    private mutating func endLine() { bytes += [.carriageReturn, .lineFeed] }

    consuming func end(with body: [UInt8]) -> [UInt8] {
        var lines = self
        lines.endLine()
        return lines.bytes + body
    }
}
