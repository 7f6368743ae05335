import Testing

/// Holds the imports of `Sources` against ``ModuleMap``.
///
/// The compiler's own check of target dependencies sees neither C modules nor packages nor Foundation.
@Suite("Module map")
struct ModuleMapTests {
    private let tree = SourceTree()

    private func violations(in files: [SourceTree.File]) -> [String] {
        files.flatMap { file in
            SwiftText(file.text).imports
                .filter { !ModuleMap.allowed[file.module, default: []].contains($0) }
                .map { "\(file.path) imports \($0)" }
        }
    }

    @Test("no module imports what its row does not list")
    func imports() throws {
        let files = try tree.files(in: "Sources", ["swift"])
        #expect(violations(in: files) == [])
        let found = Set(files.flatMap { SwiftText($0.text).imports })
        #expect(files.count > 20 && found.isSuperset(of: ["Units", "Wire"]), "the check has really read the sources")
    }

    @Test("every folder of Sources has a row")
    func everyModuleIsMapped() throws {
        let modules = try tree.modules()
        #expect(modules.filter { ModuleMap.allowed[$0] == nil } == [])
        #expect(modules.contains("Units"))
    }

    @Test("rows name no module that imports the row's own: arrows go down, never round")
    func noCycles() {
        var layers: [String: Int] = [:]
        func depth(_ module: String, _ way: [String]) -> Int {
            if let known = layers[module] { return known }
            guard !way.contains(module) else {
                Issue.record("a circle: \((way + [module]).joined(separator: " → "))")
                return 0
            }
            let below = ModuleMap.allowed[module, default: []].map { depth($0, way + [module]) }
            layers[module] = (below.max() ?? -1) + 1
            return layers[module] ?? 0
        }
        for module in ModuleMap.allowed.keys { _ = depth(module, []) }
        #expect(layers["Units"] == 0)
    }

    @Test(
        "a planted import is found in whatever dress",
        arguments: [
            "import Foundation", "package import Foundation", "  internal   import Foundation",
            "@testable import Foundation", "@preconcurrency package import Foundation",
            "import struct Foundation.Data", "import Foundation.NSData", "#if os(Linux)\nimport Foundation\n#endif",
            "/* note */ import Foundation", "let text = \"//\"\nimport Foundation",
            "/* a /* b */ c */\nimport Foundation", "let text = \"\"\"\n  \"quoted\n  \"\"\"\nimport Foundation",
        ])
    func plantedImport(source: String) {
        let file = SourceTree.File(path: "Sources/STUN/Planted.swift", text: "import Units\n\(source)\n")
        #expect(violations(in: [file]) == ["Sources/STUN/Planted.swift imports Foundation"])
    }

    @Test("a C module is nobody's but its wrapper's", arguments: ["CLibuv", "CDatagrams", "COpenSSL"])
    func cModules(module: String) {
        let importers = ModuleMap.allowed.filter { $0.value.contains(module) }.keys.sorted()
        #expect(importers == [module == "COpenSSL" ? "OpenSSL" : "LibUV"])
    }

    @Test(
        "what is no import is not taken for one",
        arguments: [
            "// import Foundation", "/* import Foundation */", "/*\nimport Foundation\n*/",
            "let text = \"\"\"\n    import Foundation\n    \"\"\"", "let text = \"import Foundation\"",
            "/// import Foundation", "importantThing()", "let imports = 3",
        ])
    func noImport(source: String) {
        #expect(violations(in: [SourceTree.File(path: "Sources/STUN/Planted.swift", text: source)]) == [])
    }
}
