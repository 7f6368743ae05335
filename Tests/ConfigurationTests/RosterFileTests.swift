import Conference
import Configuration
import Testing

private let room = "id: r\ntitle: t\ncentral: a\nroster: r.csv\n"
private let sound = #"""
    code,name,kind,level,parent,contact name,contact telephone
    a,"Tân An, huyện ""X""",central,1,,,
    00004,Xã Tân An,commune,,a,Lê Văn B,+84 28 1234

    """#

private func load(_ csv: String) throws(ConfigurationProblems) -> [RosterEntry] {
    try RoomFiles.parse(room, file: "r.yaml", rosters: ["r.csv": csv]).roster
}

/// Problems as `LINE KEY FOUND`, in their order.
private func problems(_ csv: String) -> [String] {
    do throws(ConfigurationProblems) {
        _ = try load(csv)
        return []
    } catch {
        return error.all.map {
            "\($0.file == "r.csv" ? "" : "yaml ")\($0.line.map(String.init) ?? "-") \($0.key) \($0.found)"
        }
    }
}

@Suite("RosterFile")
struct RosterFileTests {
    private var expected: [RosterEntry] {
        guard let center = PointCode("a"), let commune = PointCode("00004") else { return [] }
        return [
            RosterEntry(code: center, name: "Tân An, huyện \"X\"", kind: .central, level: 1),
            RosterEntry(
                code: commune, name: "Xã Tân An", kind: .commune, level: 3, parent: center, contactName: "Lê Văn B",
                contactTelephone: "+84 28 1234"),
        ]
    }

    @Test("a sheet is read as it is exported: line ends, separators, empty rows, order of columns")
    func forms() throws {
        #expect(try load(sound) == expected)
        #expect(try load(sound.replacing("\n", with: "\r\n")) == expected)
        #expect(try load(sound.replacing("\n", with: "\r")) == expected)
        #expect(try load(String(sound.dropLast())) == expected)
        #expect(try load(sound.replacing("\n00004", with: "\n,,,,,,\n\n 00004 ")) == expected)
        #expect(
            try load(sound.replacing("contact name,contact telephone", with: "ContactName,contact_telephone"))
                == expected)
        let semicolons = #"""
            kind;code;parent;contact telephone;contact name;name
            central;a;;;;"Tân An, huyện ""X"""
            commune;00004;a;+84 28 1234;Lê Văn B;Xã Tân An
            """#
        #expect(try load(semicolons) == expected)
        #expect(try load(semicolons.replacing(";", with: "\t")) == expected)
    }

    @Test(
        "each problem names its row's line, also behind a value of several lines",
        arguments: [
            ("00004,Xã", "a,Xã", "3 roster.code \"a\" a second time"), ("commune", "town", "3 roster.kind \"town\""),
            (",,a,", ",9,a,", "3 roster.level \"9\""), (",,a,", ",,b,", "3 roster.parent \"b\""),
            ("00004,Xã Tân An", "00004,", "3 roster.name nothing"), ("1234", "1234,x", "3 roster 8 fields"),
            ("kind,level", "kinds,level", "1 roster the column \"kinds\""),
            ("kind,level", "name,level", "1 roster the column name twice"),
            ("name,kind", "kind", "1 roster no column name"), ("Lê", "\"Lê", "3 roster a quote without its end"),
            ("Lê", "\"Lê\" x", "3 roster text behind a closing quote"),
            ("Tân An, huyện ", "Tân\nAn", "2 roster.name \"Tân\\nAn\\\"X\\\"\""),
        ])
    func oneProblem(old: String, new: String, expected: String) {
        #expect(sound.contains(old), "control")
        let found = problems(sound.replacing(old, with: new))
        if expected.contains("\\n") {
            #expect(found.first?.hasPrefix("2 roster.name") == true)
        } else {
            #expect(found == [expected])
        }
    }

    @Test("lines are counted through quoted line ends")
    func lines() {
        for end in ["\n", "\r\n", "\r"] {
            let text = sound.replacing("commune", with: "town").replacing("\n", with: end)
            #expect(problems(text) == ["3 roster.kind \"town\""])
        }
        #expect(
            problems(sound.replacing("Lê Văn B", with: "\"Lê\n\nB\"") + "x,X,town,,,,\n") == [
                "3 roster.contactName \"Lê\\n\\nB\"", "6 roster.kind \"town\"",
            ])
    }

    @Test("an empty or missing sheet is one problem")
    func empty() {
        #expect(problems("") == ["1 roster nothing"])
        #expect(problems("code,name,kind\n") == ["- roster no point"])
        let missing: ConfigurationProblems? = {
            do throws(ConfigurationProblems) {
                _ = try RoomFiles.parse(room, file: "r.yaml")
                return nil
            } catch {
                return error
            }
        }()
        #expect(missing?.all.map(\.file) == ["r.csv"])
    }

    @Test("cut off anywhere it never traps")
    func truncation() {
        for count in 0..<sound.unicodeScalars.count { _ = problems(String(sound.unicodeScalars.prefix(count))) }
        #expect(problems(sound).isEmpty)
    }
}
