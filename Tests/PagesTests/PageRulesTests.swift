import Foundation
import Testing

/// What the Content-Security-Policy and two languages ask of the pages' texts.
@Suite("Rules of the pages")
struct PageRulesTests {
    private let folder: PageFolder

    init() throws { folder = try PageFolder() }

    /// The first capture of each match.
    private static func captures(_ pattern: String, in text: String) throws -> [String] {
        let expression = try NSRegularExpression(pattern: pattern)
        let range = NSRange(text.startIndex..., in: text)
        return expression.matches(in: text, range: range).compactMap { match in
            Range(match.range(at: 1), in: text).map { String(text[$0]) }
        }
    }

    /// What a browser would refuse, or what could turn data into markup.
    private static let forbidden = [
        #"(<script(?![^>]*\bsrc=)[^>]*>)"#, #"(\sstyle\s*=\s*")"#, #"(\son[a-z]+\s*=\s*")"#, #"(<style)"#,
        #"(javascript:)"#, #"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\()"#,
        #"(setAttribute\(\s*"style")"#, #"\b(https?://(?!www\.w3\.org/2000/svg)[^"\s]+)"#,
    ]

    private static func breaches(in text: String) throws -> [String] {
        try forbidden.flatMap { try captures($0, in: text) }
    }

    @Test("no inline script or style, no markup from data, nothing from elsewhere")
    func policy() throws {
        for file in folder.files("html", "js", "css", "svg") {
            #expect(try Self.breaches(in: file.text) == [], "\(file.path)")
        }
    }

    @Test(
        "planted breaches are found",
        arguments: [
            "<script>run()</script>", "<p style=\"color: red\">", "<p onclick=\"run()\">", "<style>p {}</style>",
            "place.innerHTML = name", "p.setAttribute(\"style\", x)", "fetch(\"https://example.org/a.js\")",
        ])
    func planted(text: String) throws {
        #expect(try Self.breaches(in: text) != [])
    }

    // MARK: Languages

    /// The files of texts.
    private var texts: [PageFolder.File] { folder.files("js").filter { $0.name.hasSuffix("texts.js") } }

    /// The names of texts in a file that has Vietnamese first, then English.
    private func names(in file: PageFolder.File) throws -> (vietnamese: Set<String>, english: Set<String>) {
        let parts = file.text.components(separatedBy: file.name == "texts.js" ? "export const english" : "\n  en: {")
        try #require(parts.count == 2, "\(file.path)")
        let pattern = #""([A-Za-z][\w.-]*)":\s"#
        return (Set(try Self.captures(pattern, in: parts[0])), Set(try Self.captures(pattern, in: parts[1])))
    }

    @Test("every text is there in both languages")
    func languages() throws {
        #expect(texts.count == 4)
        for file in texts {
            let (vietnamese, english) = try names(in: file)
            #expect(vietnamese.count > 15, "\(file.path)")
            #expect(vietnamese.symmetricDifference(english).sorted() == [], "\(file.path)")
        }
    }

    @Test("both languages of a text have the same fields")
    func fields() throws {
        for file in texts {
            var fields: [String: [Set<String>]] = [:]
            let expression = try NSRegularExpression(pattern: #""([A-Za-z][\w.-]*)":\s"([^"]*)""#)
            let text = file.text
            for match in expression.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
                guard let name = Range(match.range(at: 1), in: text), let value = Range(match.range(at: 2), in: text)
                else { continue }
                fields[String(text[name]), default: []].append(
                    Set(try Self.captures(#"\{(\w+)\}"#, in: String(text[value]))))
            }
            for (name, both) in fields { #expect(Set(both).count == 1, "\(file.path): \(name)") }
        }
    }

    @Test("no text is there that nobody asks for")
    func unused() throws {
        let users = folder.files("js", "html").filter { !$0.name.hasSuffix("texts.js") }.map(\.text).joined()
        let beginnings = Set(try Self.captures(#"`([a-z]+\.)\$\{"#, in: users))
        #expect(beginnings.contains("state."))
        for file in texts {
            let idle = try names(in: file).vietnamese.filter { name in
                !users.contains("\"\(name)\"") && !beginnings.contains { name.hasPrefix($0) }
            }
            #expect(idle.sorted() == [], "\(file.path)")
        }
    }

    @Test("every text that a page asks for is there")
    func used() throws {
        let texts = texts.map(\.text).joined()
        let known = Set(try Self.captures(#""?\b([A-Za-z][\w.-]*)"?:\s*["`]"#, in: texts))
        for file in folder.files("html") {
            let asked = try Self.captures(#"data-t(?:-label|-title|-placeholder)?="([^"]+)""#, in: file.text)
            #expect(Set(asked).subtracting(known).sorted() == [], "\(file.path)")
        }
        for file in folder.files("js") {
            let asked = try Self.captures(#"(?<![\w.])t\("([^"$]+)""#, in: file.text)
            #expect(Set(asked).subtracting(known).sorted() == [], "\(file.path)")
        }
    }

    @Test("every page says its language and its title in Vietnamese first")
    func heads() throws {
        for file in folder.files("html") {
            #expect(file.text.contains("<html lang=\"vi\">"), "\(file.path)")
            #expect(file.text.contains("<title"), "\(file.path)")
        }
    }
}
