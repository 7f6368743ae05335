import Testing

/// Rules of the house that no compiler knows; each with its planted breach.
@Suite("House rules")
struct HouseRulesTests {
    private let tree = SourceTree()

    /// Files that may be longer than ``longestFile`` lines, each with the reason.
    private static let longFiles: [String: String] = [:]
    private static let longestFile = 400
    private static let longestDatagramCode = 200

    // MARK: Length

    private func tooLong(_ files: [SourceTree.File], _ limit: Int) -> [String] {
        files.filter { $0.lineCount > limit && Self.longFiles[$0.path] == nil }.map { "\($0.path): \($0.lineCount)" }
    }

    @Test("no file is longer than 400 lines", arguments: ["Sources", "Tests"])
    func fileLength(folder: String) throws {
        #expect(tooLong(try tree.files(in: folder, ["swift", "c", "h"]), Self.longestFile) == [])
    }

    @Test("the C code for datagrams stays small")
    func datagramCode() throws {
        let files = try tree.files(in: "Sources", ["c"]).filter { $0.module == "CDatagrams" }
        #expect(tooLong(files, Self.longestDatagramCode) == [])
    }

    @Test("a long file is found, and one of exactly 400 lines is not")
    func plantedLength() {
        func file(_ lines: Int) -> SourceTree.File {
            SourceTree.File(path: "Sources/STUN/Long.swift", text: String(repeating: "\n", count: lines))
        }
        #expect(tooLong([file(400)], Self.longestFile) == [])
        #expect(tooLong([file(401)], Self.longestFile) == ["Sources/STUN/Long.swift: 401"])
    }

    // MARK: Concurrency

    private func breaches(of word: String, in files: [SourceTree.File], allowedIn modules: Set<String>) -> [String] {
        files.filter { file in
            !modules.contains(file.module)
                && SwiftText(file.text).code.joined(separator: " ").filter { !$0.isWhitespace }.contains(word)
        }.map(\.path)
    }

    @Test("@unchecked Sendable stands only where C handles are wrapped")
    func uncheckedSendable() throws {
        let files = try tree.files(in: "Sources", ["swift"])
        #expect(breaches(of: "@uncheckedSendable", in: files, allowedIn: ["LibUV", "OpenSSL"]) == [])
    }

    @Test("nonisolated(unsafe) stands nowhere")
    func nonisolatedUnsafe() throws {
        let files = try tree.files(in: "Sources", ["swift"])
        #expect(breaches(of: "nonisolated(unsafe)", in: files, allowedIn: []) == [])
    }

    @Test("both are found where they are planted, and not in a comment")
    func plantedConcurrency() {
        func found(_ text: String, _ word: String, in module: String = "Bridge") -> Bool {
            let file = SourceTree.File(path: "Sources/\(module)/Planted.swift", text: text)
            return !breaches(of: word, in: [file], allowedIn: ["LibUV", "OpenSSL"]).isEmpty
        }
        #expect(found("final class A:\n    @unchecked\n    Sendable {}", "@uncheckedSendable"))
        #expect(!found("final class A: @unchecked Sendable {}", "@uncheckedSendable", in: "LibUV"))
        #expect(!found("// no @unchecked Sendable here", "@uncheckedSendable"))
        #expect(found("nonisolated(unsafe) var a = 1", "nonisolated(unsafe)"))
    }

    // MARK: Paths

    /// Folders of one machine or one person, put together here so that this file does not accuse itself.
    private static let foreignFolders = ["work", "home", "root", "Users"].map { "/" + $0 + "/" }

    private func absolutePaths(_ files: [SourceTree.File], _ folders: [String]) -> [String] {
        files.filter { file in folders.contains { file.text.contains($0) } }.map(\.path)
    }

    @Test("nothing names a folder of one machine")
    func paths() throws {
        let temporary = "/" + "tmp" + "/"
        let sources = try tree.files(in: "Sources", ["swift", "c", "h", "modulemap"])
        #expect(absolutePaths(sources, Self.foreignFolders + [temporary]) == [])
        #expect(absolutePaths(try tree.files(in: "Tests", ["swift", "py", "sh"]), Self.foreignFolders) == [])
    }

    @Test("a planted path is found", arguments: HouseRulesTests.foreignFolders)
    func plantedPath(folder: String) {
        let file = SourceTree.File(path: "Sources/STUN/Planted.swift", text: "let path = \"\(folder)somebody\"")
        #expect(absolutePaths([file], Self.foreignFolders) == [file.path])
    }
}
