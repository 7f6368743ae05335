import CPages
import Foundation
import Testing

/// The table in C against the folder that it embeds.
@Suite("Table of pages")
struct PageTableTests {
    private let folder: PageFolder

    init() throws { folder = try PageFolder() }

    /// Under which path and type a file is served.
    private func address(of file: PageFolder.File) throws -> (path: String, type: String) {
        let types = ["html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"]
        let type = try #require(types[file.kind], "\(file.path): no type for it")
        guard file.kind == "html" else { return ("/\(file.path)", type) }
        return (file.name == "home.html" ? "/" : "/\(file.name.dropLast(5))", type)
    }

    @Test("every file of the folder is in the table, byte for byte, and nothing else is")
    func table() throws {
        var served = Dictionary(uniqueKeysWithValues: PageFolder.table().map { ($0.path, $0) })
        for file in folder.files {
            let (path, type) = try address(of: file)
            let entry = served.removeValue(forKey: path)
            #expect(entry?.bytes == file.bytes, "\(file.path) needs its lines in CPages.c")
            let given = entry?.type.split(separator: ";").first.map(String.init)
            #expect(given == type, "\(file.path)")
        }
        #expect(served.keys.sorted() == [], "in CPages.c, not in the folder")
    }

    @Test("the four pages are there, and past the end there is nothing")
    func pages() {
        let paths = Set(PageFolder.table().map(\.path))
        #expect(paths.isSuperset(of: ["/", "/join", "/host", "/monitor"]))
        #expect(cpages_at(cpages_count) == nil)
        #expect(cpages_at(.max) == nil)
    }

    @Test("no file is longer than 400 lines")
    func lengths() {
        for file in folder.files {
            #expect(file.text.split(separator: "\n", omittingEmptySubsequences: false).count <= 401, "\(file.path)")
        }
    }
}
