import Foundation

/// The package's own files, found from where this one was compiled.
struct SourceTree {
    struct File: CustomStringConvertible {
        /// From the package's folder on, such as `Sources/Units/Instant.swift`.
        var path: String
        var text: String
        var description: String { path }
        /// The folder below `Sources` or `Tests`: the module's name, in `Sources`.
        var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
        var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count - 1 }
    }

    let root: URL

    init(from file: String = #filePath) {
        root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// The modules' names: every folder of `Sources`.
    func modules() throws -> [String] {
        let sources = root.appendingPathComponent("Sources").resolvingSymlinksInPath()
        return try FileManager.default.contentsOfDirectory(atPath: sources.path)
            .filter { !$0.hasPrefix(".") }
            .sorted()
    }

    /// Every file below `folder` whose name ends in one of `extensions`.
    func files(in folder: String, _ extensions: Set<String>) throws -> [File] {
        let base = root.appendingPathComponent(folder).resolvingSymlinksInPath()
        return try FileManager.default.subpathsOfDirectory(atPath: base.path)
            .filter { extensions.contains(URL(fileURLWithPath: $0).pathExtension) }
            .sorted()
            .map { path in
                let text = try String(contentsOf: base.appendingPathComponent(path), encoding: .utf8)
                return File(path: "\(folder)/\(path)", text: text)
            }
    }
}
