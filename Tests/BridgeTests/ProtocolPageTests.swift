import Conference
import Foundation
import SDP
import Testing
import Units

/// Holds the media resource's protocol page against the program: strangers write clients from it.
@Suite("Protocol page")
struct ProtocolPageTests {
    private let page: Page

    init() throws { page = try Page() }

    // MARK: Codes

    @Test("every code of the program is on the page, and every code on the page exists")
    func codes() throws {
        let program = try Sources.codes
        #expect(program.count >= 30 && program.isSuperset(of: ["point-elsewhere", "stale", "sdp-malformed"]))
        let rows = page.errors.map(\.code)
        #expect(Set(rows).count == rows.count, "each code once")
        #expect(Set(rows).subtracting(program).sorted() == [], "on the page, not in the program")
        #expect(program.subtracting(rows).sorted() == [], "in the program, not on the page")
    }

    static let refusals: [Refusal] = [
        .tokenMissing, .tokenWrong, .tokenExpired, .tokenWrongRoom, .unknownRoom, .roomFull, .tokenFull, .pointMissing,
        .pointElsewhere, .roleCannotSend, .nothingToDo, .notAllowed, .programTooLong, .roomLocked, .removed,
    ]
    static let answerRefusals: [AnswerRefusal] = [
        .malformed(SDPError(.notUTF8, line: 0)), .badMid(section: 0), .noCommonCodec(mid: "0", kind: .video),
        .noBundle, .noRTCPMux(mid: "0"), .setupPassive, .badSetup("x"), .iceLite, .missingICE, .missingFingerprint,
        .nothingAllowed,
    ]

    @Test("the statuses on the page are the program's", arguments: refusals)
    func statuses(refusal: Refusal) throws {
        let row = try #require(page.errors.first { $0.code == refusal.code })
        #expect(row.status == refusal.status)
        let seconds = refusal.retryAfter.map { "`Retry-After: \($0.components.seconds)`" }
        if let seconds, refusal.status == 503 { #expect(row.text.contains(seconds)) }
        if let seconds { #expect(page.text.contains(seconds)) }
    }

    @Test("so are those of offers that get no answer", arguments: answerRefusals)
    func statuses(refusal: AnswerRefusal) throws {
        #expect(try #require(page.errors.first { $0.code == refusal.code }).status == refusal.status)
    }

    @Test("the reasons of an end are all there, and no other")
    func endReasons() throws {
        let departures = EndReason.Departure.allCases.map { EndReason.left($0).code }
        let ends: [EndReason] = [.replaced, .iceTimeout, .dtlsTimeout, .absent, .removed, .resumed, .shutDown]
        let line = try #require(page.text.firstMatch(of: /`departure` has it: ([^.]*)\./))
        let codes = line.1.matches(of: /`([a-z-]+)`/).map { String($0.1) }
        #expect(codes.sorted() == (departures + ends.map(\.code)).sorted())
    }

    @Test("states and roles are the program's")
    func words() {
        for state in PresenceState.allCases { #expect(page.text.contains("`\(state.rawValue)`")) }
        for role in Role.allCases {
            let row = page.rows.first { $0.first == "`\(role.rawValue)`" && $0.count == 5 }
            #expect(row?.dropFirst() == role.row[...], "\(role)")
        }
    }

    @Test("our own header fields are the program's")
    func fields() throws {
        let known = Set(try Sources.control.matches(of: /known\("(Diemcau-[A-Za-z]+)"\)/).map { String($0.1) })
        #expect(known.count == 3)
        #expect(Set(page.text.matches(of: /Diemcau-[A-Z][a-z]+/).map { String($0.0) }) == known)
    }

    // MARK: Examples

    @Test("every JSON example parses, and the program knows each of its keys")
    func json() throws {
        let examples = page.blocks("json")
        #expect(examples.count >= 4)
        let names = try Sources.names
        for example in examples {
            let keys = try JSONDecoder().decode(AnyJSON.self, from: Data(example.utf8)).keys
            #expect(!keys.isEmpty)
            #expect(keys.subtracting(names).sorted() == [])
        }
    }

    @Test("roster and room examples have every field that the program writes")
    func jsonFields() throws {
        let all = try page.blocks("json").reduce(into: Set<String>()) { keys, example in
            keys.formUnion(try JSONDecoder().decode(AnyJSON.self, from: Data(example.utf8)).keys)
        }
        let views = /(?s)struct RoomSummary.*?package struct RoomFigures/
        let text = try #require(try Sources.control.firstMatch(of: views)).0
        let fields = Set(text.matches(of: /\n +var ([a-zA-Z]+):/).map { String($0.1) })
        #expect(fields.count > 20)
        #expect(fields.subtracting(all).sorted() == [])
    }

    @Test("the answer on the page is the answer to the offer on the page")
    func exchange() throws {
        let blocks = page.blocks("sdp")
        try #require(blocks.count == 2)
        let offer = try SessionDescription(parsing: blocks[0])
        var random = Generator(state: 1)
        let (answer, negotiated) = try Self.policy().answer(to: offer, random: &random)
        let written = try SessionDescription(parsing: blocks[1])
        #expect(written == answer, "the page should say:\n\(answer)")
        #expect(negotiated.sections.map { $0.sending != nil } == [true, true, false])
        #expect(negotiated.sections.map { $0.receiving?.slot } == [0, 0, 1])
    }

    @Test("a refused offer would be noticed: the example without its bundle gets no answer")
    func control() throws {
        let offer = try #require(page.blocks("sdp").first).replacingOccurrences(of: "a=group:BUNDLE 0 1 2\n", with: "")
        var random = Generator(state: 1)
        let parsed = try SessionDescription(parsing: offer)
        #expect(throws: AnswerRefusal.noBundle) { try Self.policy().answer(to: parsed, random: &random) }
    }

    @Test("the fragment parses")
    func fragment() throws {
        let block = try #require(page.blocks("sdpfrag").first)
        let fragment = try ICEFragment(parsing: block)
        #expect(fragment.candidates.count == 1 && fragment.endsCandidates && fragment.mid == "0")
    }

    private static func policy() throws -> AnswerPolicy {
        AnswerPolicy(
            videoCodecs: [.vp8, .h264], allowsSending: true, allowsReceiving: true, isStrict: false, pictureSlots: 3,
            audioSlots: 3,
            credentials: try #require(ICECredentials(fragment: "serverfr", password: "serverpasswordserverpass")),
            fingerprint: Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 0x5E, count: 32)),
            candidates: [try #require(SocketAddress("192.0.2.7:8443"))], uplinkLimit: .kilobits(2_500))
    }
}

extension Role {
    /// The role's row of the page's table.
    fileprivate var row: [String] {
        [holdsSeat ? "one, its `point`" : "none", maySend ? "yes" : "no", "yes", mayChooseProgram ? "yes" : "no"]
    }
}

// MARK: - The page

/// The page, as far as it can be checked.
private struct Page {
    let text: String

    init() throws { text = try Sources.read("Sources/Bridge/Bridge.docc/MediaResource.md") }

    /// The cells of every table row.
    var rows: [[String]] {
        text.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
            line.dropFirst().dropLast().split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// The rows of the table of errors.
    var errors: [(status: Int, code: String, text: String)] {
        rows.compactMap { cells in
            guard cells.count == 4, let status = Int(cells[0]) else { return nil }
            return (status, cells[1].trimmingCharacters(in: ["`"]), cells[2])
        }
    }

    /// What stands in code blocks of one language.
    func blocks(_ language: String) -> [String] {
        text.components(separatedBy: "\n```\(language)\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first.map { $0 + "\n" }
        }
    }
}

/// The program's own text: some codes stand nowhere but where they are thrown.
private enum Sources {
    static func read(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// All of `Sources/Bridge/Control`.
    static var control: String {
        get throws {
            let names = [
                "ControlPlane+Media", "ControlPlane+Rooms", "ControlPlane+Routes", "ControlPlane", "FieldNames",
                "HTTPConnection", "ProblemDocument",
            ]
            return try names.map { try read("Sources/Bridge/Control/\($0).swift") }.joined()
        }
    }

    static var codes: Set<String> {
        get throws {
            var codes = Set(try control.matches(of: /ProblemDocument\(\s*[^,()"]+,\s*"([a-z-]+)"/).map { String($0.1) })
            for path in ["Sources/Conference/Refusal.swift", "Sources/SDP/AnswerRefusal.swift"] {
                let text = try read(path)
                let list = try #require(text.firstMatch(of: /(?s)var code: String \{(.*?)\n    \}/), "\(path)")
                codes.formUnion(list.1.matches(of: /"([a-z-]+)"/).map { String($0.1) })
            }
            return codes
        }
    }

    /// The names of all fields that are written or read as JSON.
    static var names: Set<String> {
        get throws {
            let text = try control + read("Sources/Tokens/TokenJSON.swift")
            let fields = text.matches(of: /\bvar ([a-zA-Z]+):/).map { String($0.1) }
            let lists = text.matches(of: /enum CodingKeys[^{]*\{ case ([a-z, ]+) \}/)
            let keys = lists.flatMap { $0.1.split(separator: ", ").map(String.init) }
            return Set(fields + keys + ["rooms"])
        }
    }
}

/// Any JSON, by its keys.
private struct AnyJSON: Decodable {
    var keys: Set<String> = []

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Key.self) {
            for key in container.allKeys {
                keys.insert(key.stringValue)
                keys.formUnion(try container.decode(AnyJSON.self, forKey: key).keys)
            }
        } else if var container = try? decoder.unkeyedContainer() {
            while !container.isAtEnd { keys.formUnion(try container.decode(AnyJSON.self).keys) }
        }
    }
}

/// A generator that anybody can run again.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
