/// Keeps the last line that a child wrote to its standard error.
struct ErrorLines {
    /// Without its end; empty when nothing was written.
    private(set) var last = ""
    private var open: [UInt8] = []
    private static let longestLine = 400
    /// What ffmpeg says behind the line that says what is wrong.
    private static let hints = ["To ignore this, ", "Error opening input file", "Error opening output file"]

    mutating func receive(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                closeLine()
            } else if open.count < Self.longestLine {
                open.append(byte)
            }
        }
    }

    /// What stands there without an end is a line too, once nothing more can come.
    mutating func closeLine() {
        let text = String(decoding: open, as: UTF8.self)
        open.removeAll(keepingCapacity: true)
        guard text.contains(where: { !$0.isWhitespace }), !Self.hints.contains(where: text.hasPrefix) else { return }
        last = Self.withoutContext(text)
    }

    /// Takes off `[demuxer @ 0x55…] `, which says nothing to people.
    private static func withoutContext(_ line: String) -> String {
        guard line.hasPrefix("["), let end = line.firstIndex(of: "]"), line[..<end].contains("@ 0x") else {
            return line
        }
        return String(line[line.index(after: end)...].drop { $0 == " " })
    }
}
