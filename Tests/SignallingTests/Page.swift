import Foundation

/// The protocol page, taken apart.
struct Page {
    struct Example {
        /// The second-level heading above it.
        var section: String
        /// The third-level heading above it: the type that it is an example of.
        var heading: String
        var json: [UInt8]
    }

    let text: String

    init() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let file = folder.appending(path: "../../Sources/Signalling/Signalling.docc/Protocol.md")
        text = try String(contentsOf: file, encoding: .utf8)
    }

    init(text: String) { self.text = text }

    var examples: [Example] {
        var examples: [Example] = []
        var (section, heading) = ("", "")
        var block: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if let lines = block {
                    let json = Array(lines.joined(separator: "\n").utf8)
                    examples.append(Example(section: section, heading: heading, json: json))
                }
                block = line == "```json" ? [] : nil
            } else if block != nil {
                block?.append(line)
            } else if line.hasPrefix("## ") {
                (section, heading) = (String(line.dropFirst(3)), "")
            } else if line.hasPrefix("### ") {
                heading = String(line.dropFirst(4))
            }
        }
        return examples
    }

    /// The cells of every table row under a second-level heading, without the head.
    func rows(of section: String) -> [[String]] {
        let part = text.components(separatedBy: "\n## ").first { $0.hasPrefix(section + "\n") } ?? ""
        return part.split(separator: "\n").filter { $0.hasPrefix("|") }.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// What stands in backquotes in `text`.
    static func names(in text: String) -> Set<String> {
        Set(text.matches(of: /`([a-z-]+)`/).map { String($0.1) })
    }
}
