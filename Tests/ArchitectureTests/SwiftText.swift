/// A Swift source as far as the house's rules need it: code without comments and without the insides of strings.
struct SwiftText {
    /// One element a line, in the file's order; what is not code is left out.
    let code: [String]

    init(_ source: String) {
        var scanner = Scanner(source)
        code = scanner.run().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The modules that the file imports, as often as it says so; `#if` around an import makes no difference.
    var imports: [String] { code.compactMap(Self.importedModule) }

    private static let accessLevels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
    ]

    private static func importedModule(_ line: String) -> String? {
        var words = line.split(whereSeparator: \.isWhitespace)[...]
        while let word = words.first, word.hasPrefix("@") || accessLevels.contains(word) { words = words.dropFirst() }
        guard words.first == "import" else { return nil }
        words = words.dropFirst()
        if let kind = words.first, kinds.contains(kind) { words = words.dropFirst() }
        return words.first?.split(whereSeparator: { $0 == "." || $0 == ";" }).first.map(String.init)
    }

    /// Works on bytes: what it looks for is ASCII, and the check reads every file of the package.
    private struct Scanner {
        private let bytes: [UInt8]
        private var index = 0
        private var output: [UInt8] = []

        private static let newline = UInt8(ascii: "\n")

        init(_ source: String) { bytes = Array(source.utf8) }

        mutating func run() -> String {
            while index < bytes.count {
                if starts("//") {
                    while index < bytes.count, !starts("\n") { advance(1) }
                } else if starts("/*") {
                    skipBlockComment()
                } else if starts("\"\"\"") {
                    skipString("\"\"\"")
                } else if starts("\"") {
                    skipString("\"")
                } else {
                    output.append(bytes[index])
                    index += 1
                }
            }
            return String(decoding: output, as: UTF8.self)
        }

        private func starts(_ text: StaticString) -> Bool {
            text.withUTF8Buffer { wanted in
                bytes[index] == wanted[0] && bytes[index...].starts(with: wanted)
            }
        }

        /// Leaves out `count` bytes, save for line breaks.
        private mutating func advance(_ count: Int) {
            for _ in 0..<count where index < bytes.count {
                if bytes[index] == Self.newline { output.append(Self.newline) }
                index += 1
            }
        }

        private mutating func skipBlockComment() {
            var depth = 0
            repeat {
                if starts("/*") {
                    depth += 1
                    advance(2)
                } else if starts("*/") {
                    depth -= 1
                    advance(2)
                } else {
                    advance(1)
                }
            } while depth > 0 && index < bytes.count
        }

        /// A string of one line ends with its line at the latest, so that nothing it holds can lead astray for long.
        private mutating func skipString(_ delimiter: StaticString) {
            let width = delimiter.utf8CodeUnitCount
            advance(width)
            while index < bytes.count, !starts(delimiter) {
                if width == 1, starts("\n") { return }
                advance(starts("\\") ? 2 : 1)
            }
            advance(width)
            output += Array("\"\"".utf8)
        }
    }
}
