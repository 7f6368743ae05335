import Conference
import Configuration
import FoundationEssentials
import Testing

@Suite("RoomFolder")
struct RoomFolderTests {
    /// A folder that goes with the test.
    private final class Folder {
        let path: String

        init() throws {
            path = FileManager.default.temporaryDirectory.appending(path: "rooms-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ text: String, to name: String) throws {
            try Data(text.utf8).write(to: URL(filePath: path).appending(path: name))
        }

        func remove(_ name: String) throws {
            try FileManager.default.removeItem(at: URL(filePath: path).appending(path: name))
        }
    }

    private func room(_ id: String, title: String = "Phòng") -> String {
        """
        id: \(id)
        title: \(title)
        mode: discussion
        central: a
        roster:
          - {code: a, name: A, kind: central, level: 1}
          - {code: b, name: B, kind: commune, level: 2, parent: a}
        """
    }

    @Test("rooms come, change and go with their files")
    func follows() throws {
        let files = try Folder()
        var folder = RoomFolder(files.path)
        try files.write(room("one"), to: "one.yaml")
        #expect(folder.reload() == [])
        #expect(folder.rooms.map(\.id.rawValue) == ["one"])
        try files.write(room("two"), to: "two.yaml")
        try files.write(room("one", title: "Khác"), to: "one.yaml")
        #expect(folder.reload() == [])
        #expect(folder.rooms.map(\.title) == ["Khác", "Phòng"])
        try files.remove("one.yaml")
        #expect(folder.reload() == [])
        #expect(folder.rooms.map(\.id.rawValue) == ["two"])
    }

    @Test("a file that has become bad changes nothing, and is told once, until it is bad in another way")
    func keepsTheSound() throws {
        let files = try Folder()
        var folder = RoomFolder(files.path)
        try files.write(room("one"), to: "one.yaml")
        _ = folder.reload()
        try files.write(room("one", title: "Khác") + "\nmodee: lecture\n", to: "one.yaml")
        let problems = folder.reload()
        #expect(problems.map(\.key) == ["modee"])
        #expect(folder.rooms.map(\.title) == ["Phòng"], "the sound one stays")
        #expect(folder.reload() == [], "told already")
        try files.write("id: [", to: "one.yaml")
        #expect(!folder.reload().isEmpty)
        #expect(folder.rooms.map(\.title) == ["Phòng"])
        try files.write(room("one", title: "Mới"), to: "one.yaml")
        #expect(folder.reload() == [])
        #expect(folder.rooms.map(\.title) == ["Mới"])
    }

    @Test("a folder that can't be read for a moment takes no room away")
    func unreadable() throws {
        let files = try Folder()
        var folder = RoomFolder(files.path)
        try files.write(room("one"), to: "one.yaml")
        _ = folder.reload()
        try FileManager.default.removeItem(atPath: files.path)
        #expect(folder.reload().map(\.key) == ["rooms"])
        #expect(folder.rooms.count == 1)
    }
}
