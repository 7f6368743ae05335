import CPages
import Foundation

/// The folder of the pages, and the table that the program has of it.
struct PageFolder {
    struct File {
        /// Below the folder, such as `assets/dom.js`.
        var path: String
        var bytes: Data
        var text: String { String(decoding: bytes, as: UTF8.self) }
        var name: String { URL(fileURLWithPath: path).lastPathComponent }
        var kind: String { URL(fileURLWithPath: path).pathExtension }
    }

    let files: [File]

    init(from source: String = #filePath) throws {
        let root = URL(fileURLWithPath: source).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let base = root.appendingPathComponent("Sources/CPages/pages").resolvingSymlinksInPath()
        files = try FileManager.default.subpathsOfDirectory(atPath: base.path).sorted()
            .filter { !URL(fileURLWithPath: $0).pathExtension.isEmpty }
            .map { File(path: $0, bytes: try Data(contentsOf: base.appendingPathComponent($0))) }
    }

    /// The files whose names end in one of these.
    func files(_ kinds: String...) -> [File] { files.filter { kinds.contains($0.kind) } }

    /// The text of one file.
    func text(_ path: String) throws -> String {
        guard let file = files.first(where: { $0.path == path }) else { throw CocoaError(.fileNoSuchFile) }
        return file.text
    }

    /// What the program answers with.
    static func table() -> [(path: String, type: String, bytes: Data)] {
        (0..<cpages_count).compactMap { cpages_at($0)?.pointee }.map { file in
            (
                String(cString: file.path), String(cString: file.type),
                Data(UnsafeBufferPointer(start: file.bytes, count: Int(file.size)))
            )
        }
    }
}
