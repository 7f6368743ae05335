import Conference
import Configuration
import Foundation
import Testing
import Units

/// The project's own folder, from this file's place in it.
let projectFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private let sound = """
    id: r
    title: Hội nghị
    mode: lecture
    central: 00004
    roster:
      - {code: 00004, name: Phường Ba Đình, kind: central}
      - {code: b, name: Tân An, kind: commune, level: 2, parent: 00004, contactName: Lê, contactTelephone: "0123"}
      - {code: c, name: Tân An, kind: commune, parent: b}
    limits: {points: 2, observers: 0, uplinkKilobits: 64}
    videoCodecs: [h264, VP8]
    audioSlots: 8
    pictureSlots: 16
    programDefault: [b, c]
    allowPointTakeover: true
    """

/// Problems as `LINE KEY FOUND`, in their order.
private func problems(_ text: String, rosters: [String: String] = [:]) -> [String] {
    do throws(ConfigurationProblems) {
        _ = try RoomFiles.parse(text, file: "r.yaml", rosters: rosters)
        return []
    } catch {
        return error.all.map { "\($0.line.map(String.init) ?? "-") \($0.key) \($0.found)" }
    }
}

@Suite("RoomFiles")
struct RoomFilesTests {
    @Test("the reference room has its 171 points")
    func reference() throws {
        let room = try RoomFiles.load(projectFolder.appending(path: "Rooms/hcmc-168.yaml").path)
        #expect(room.id == RoomID("hcmc-168") && room.mode == .conference && room.central == PointCode("79"))
        #expect(room.roster.count == 171 && room.pointLimit == 171)
        #expect(room.roster.count { $0.kind == .commune } == 168)
        #expect(room.roster.prefix(3).map(\.code.rawValue) == ["79", "79-BRVT", "79-BD"])
        #expect(room.roster.first { $0.code.rawValue == "26740" }?.name == "Phường Sài Gòn")
        #expect(room.roster.first { $0.code.rawValue == "25747" }?.parent == PointCode("79-BD"))
        #expect(room.videoCodecs == [.vp8, .h264] && room.audioSlots == 3 && room.pictureSlots == 3)
        #expect(room.uplinkLimit == .kilobits(2_500))
    }

    @Test("all rooms of the project are sound, and the demonstration room has five points")
    func project() throws {
        let folder = RoomFiles.loadAll(in: projectFolder.appending(path: "Rooms").path)
        #expect(folder.problems == [])
        #expect(folder.rooms.map(\.room.id.rawValue) == ["demo", "hcmc-168"])
        #expect(folder.rooms.first?.room.roster.count == 5)
    }

    @Test("every key means what it says; codes keep their zeros, names need not be unique")
    func everyKey() throws {
        let room = try RoomFiles.parse(sound, file: "r.yaml")
        let center = try #require(PointCode("00004"))
        let codes = ["b", "c"].compactMap(PointCode.init)
        let expected = RoomDefinition(
            id: try #require(RoomID("r")), title: "Hội nghị", mode: .lecture, central: center,
            roster: [
                RosterEntry(code: center, name: "Phường Ba Đình", kind: .central, level: 1),
                RosterEntry(
                    code: codes[0], name: "Tân An", kind: .commune, level: 2, parent: center, contactName: "Lê",
                    contactTelephone: "0123"),
                RosterEntry(code: codes[1], name: "Tân An", kind: .commune, level: 3, parent: codes[0]),
            ],
            pointLimit: 2, observerLimit: 0, uplinkLimit: .kilobits(64), videoCodecs: [.h264, .vp8], audioSlots: 8,
            pictureSlots: 16, programDefault: codes, allowsPointTakeover: true)
        #expect(room == expected)
    }

    @Test("what is left out is filled in")
    func defaults() throws {
        let text =
            "id: r\ntitle: t\ncentral: a\nroster: [{code: a, name: A, kind: central}]\nlimits:\nprogramDefault:\n"
        let room = try RoomFiles.parse(text, file: "r.yaml")
        #expect(room.pointLimit == 1 && room.observerLimit == 100 && room.uplinkLimit == .kilobits(2_500))
        #expect(room.mode == .discussion && room.videoCodecs == [.vp8, .h264] && room.programDefault.isEmpty)
        #expect(room.audioSlots == 3 && room.pictureSlots == 3 && !room.allowsPointTakeover)
    }

    @Test(
        "one wrong value is one problem with its line, key and what was found",
        arguments: [
            ("id: r", "id: a b", "1 id \"a b\""), ("title: Hội nghị", "title: \"\"", "2 title \"\""),
            ("title: Hội nghị", "title: \"a\\tb\"", "2 title \"a\\tb\""),
            ("mode: lecture", "mode: party", "3 mode \"party\""), ("mode: lecture", "mode: [lecture]", "3 mode a list"),
            ("central: 00004", "central: 4", "4 central \"4\""),
            ("central: 00004", "central: b", "4 central a point of kind commune"),
            ("parent: b", "parent: x", "8 roster.parent \"x\""), ("parent: b", "parent: c", "8 roster.parent \"c\""),
            ("code: c", "code: b", "8 roster.code \"b\" a second time"), ("code: c", "code: ç", "8 roster.code \"ç\""),
            ("code: c, ", "", "8 roster.code nothing"), ("level: 2", "level: 6", "7 roster.level \"6\""),
            ("kind: central", "kind: centre", "6 roster.kind \"centre\""),
            ("contactName", "contactname", "7 roster.contactname an unknown key"),
            ("points: 2", "points: 0", "9 limits.points \"0\""),
            ("points: 2", "points: 1e2", "9 limits.points \"1e2\""),
            ("points: 2", "point: 2", "9 limits.point an unknown key"),
            ("observers: 0", "observers: -1", "9 limits.observers \"-1\""),
            ("Kilobits: 64", "Kilobits: 63", "9 limits.uplinkKilobits \"63\""),
            ("Kilobits: 64", "Kilobits: 99999999999999999999", "9 limits.uplinkKilobits \"99999999999999999999\""),
            ("[h264, VP8]", "[h264, AV1]", "10 videoCodecs \"AV1\""),
            ("[h264, VP8]", "[]", "10 videoCodecs an empty list"),
            ("[h264, VP8]", "[vp8, VP8]", "10 videoCodecs vp8 a second time"),
            ("[h264, VP8]", "vp8", "10 videoCodecs \"vp8\""),
            ("audioSlots: 8", "audioSlots: 9", "11 audioSlots \"9\""),
            ("pictureSlots: 16", "pictureSlots: 1", "13 programDefault 2 points"),
            ("[b, c]", "[b, x]", "13 programDefault \"x\""), ("[b, c]", "[b, b]", "13 programDefault b a second time"),
            ("Takeover: true", "Takeover: yes", "14 allowPointTakeover \"yes\""),
            ("audioSlots: 8", "audioSlot: 8", "11 audioSlot an unknown key"),
            ("audioSlots: 8", "mode: lecture", "1 file the key mode twice"),
        ])
    func oneProblem(old: String, new: String, expected: String) throws {
        #expect(sound.contains(old), "control")
        let found = problems(sound.replacing(old, with: new))
        if expected.contains("twice") {
            #expect(found.count == 1 && found[0].contains("twice"))
        } else {
            // Without its code the point c is missing where the programme names it.
            #expect(found == [expected] + (old.hasPrefix("code: c") ? ["13 programDefault \"c\""] : []))
        }
    }

    @Test("all problems come at once, in the order of their lines, with what would do")
    func allAtOnce() throws {
        let text = sound.replacing("lecture", with: "x").replacing("level: 2", with: "level: 0")
            .replacing("parent: b", with: "parent: z").replacing("audioSlots", with: "audioSlotts")
        #expect(
            problems(text) == [
                "3 mode \"x\"", "7 roster.level \"0\"", "8 roster.parent \"z\"", "11 audioSlotts an unknown key",
            ])
        #expect {
            try RoomFiles.parse(text, file: "r.yaml")
        } throws: { error in
            let all = (error as? ConfigurationProblems)?.all ?? []
            return all.last?.allowed == "audioSlots"
                && all.first?.description
                    == "r.yaml:3: mode: \"x\" is not allowed; expected discussion, lecture, conference"
        }
    }

    @Test("points in a ring are all reported, those that only lead into it are not")
    func ring() {
        let text = sound.replacing("parent: 00004", with: "parent: c")
            .replacing("limits:", with: "  - {code: d, name: D, kind: commune, parent: c}\nlimits:")
        #expect(problems(text) == ["7 roster.parent \"c\"", "8 roster.parent \"b\""])
    }

    @Test(
        "what is no room file is one problem",
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000), "", "- a", "text",
            "id: [", "\tid: r", "id: r\n  x: y", "a: *b", "? [a]\n: b",
        ])
    func noRoom(text: String) {
        #expect(!problems(text).isEmpty)
    }

    @Test("cut off at any place it is sound or has problems, and never traps")
    func truncation() {
        for count in 0..<sound.unicodeScalars.count {
            _ = problems(String(sound.unicodeScalars.prefix(count)))
        }
        #expect(problems(sound).isEmpty)
    }

    @Test("a folder gives its sound rooms and the others' problems; an id counts once")
    func folder() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rooms-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in [
            ("a.yaml", sound), ("b.yaml", sound.replacing("lecture", with: "x")), ("c.yml", sound), ("d.csv", "x"),
            (".e.yaml", "x"), ("f.yaml", sound.replacing("id: r", with: "id: f")),
        ] {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        let result = RoomFiles.loadAll(in: folder.path)
        #expect(result.rooms.map(\.room.id.rawValue) == ["r", "f"])
        #expect(result.problems.map(\.key) == ["mode", "id"])
        #expect(result.problems.map { URL(filePath: $0.file).lastPathComponent } == ["b.yaml", "c.yml"])
        #expect(RoomFiles.loadAll(in: folder.appending(path: "none").path).problems.count == 1)
        #expect(throws: ConfigurationProblems.self) { try RoomFiles.load(folder.appending(path: "none.yaml").path) }
    }

    @Test("the schema for editors knows the same keys as the reader")
    func schema() throws {
        let data = try Data(contentsOf: projectFolder.appending(path: "Rooms/room.schema.json"))
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        for key in properties.keys {
            #expect(!problems(sound + "\n\(key)x: 1").contains { $0.contains("\(key) an unknown key") })
            #expect(sound.contains("\n\(key):") || key == "id", "\(key) is read")
        }
        #expect(properties.count == 11)
    }
}
