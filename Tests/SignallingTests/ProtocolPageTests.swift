import Conference
import Foundation
import Signalling
import Testing

/// Holds the protocol page against the program: strangers write clients from it.
@Suite("Protocol page")
struct ProtocolPageTests {
    private let page: Page

    init() throws { page = try Page() }

    // MARK: Examples

    private static let fromServer = ["Events", "Answers"]
    private static let fromClient = ["Beginning", "Commands"]
    private static let serverTypes = Set(ServerEvent.Kind.allCases.map(\.rawValue) + ["ok", "error"])
    private static let clientTypes = Set(Verb.allCases.map(\.rawValue) + ["hello", "leave"])

    @Test("every example parses into the type that its heading names, and is written as the same JSON again")
    func examples() throws {
        #expect(page.examples.count >= 35)
        for example in page.examples {
            let text = String(decoding: example.json, as: UTF8.self)
            let again: [UInt8]
            if Self.fromServer.contains(example.section) {
                let message = try ServerMessage(parsing: example.json)
                #expect(message.type == example.heading, "\(text)")
                again = message.encoded
            } else if Self.fromClient.contains(example.section) {
                let message = try ClientMessage(parsing: example.json)
                #expect(message.type == example.heading, "\(text)")
                again = message.encoded
            } else {
                #expect(example.heading == "history")
                let (line, history) = try HealthLine.parse(document: example.json)
                again = line.document(history: history)
            }
            let written = String(decoding: again, as: UTF8.self)
            #expect(try Self.value(again) == Self.value(example.json), "\(text)\n\(written)")
        }
    }

    private static func value(_ json: [UInt8]) throws -> AnyJSON {
        try JSONDecoder().decode(AnyJSON.self, from: Data(json))
    }

    @Test("every message type has an example, and every heading is a message type")
    func types() {
        #expect(missingTypes(page) == [])
    }

    @Test("a type without an example would be noticed")
    func typesControl() {
        let examples = page.text.replacingOccurrences(of: "\"type\":\"floor\"", with: "\"type\":\"room\"")
        #expect(missingTypes(Page(text: examples)) == ["floor"])
        let headings = page.text.replacingOccurrences(of: "### readmit", with: "### readmitted")
        #expect(missingTypes(Page(text: headings)) == ["readmit", "readmitted"])
    }

    /// Types without an example under a heading of theirs, and headings that are no types.
    private func missingTypes(_ page: Page) -> [String] {
        func check(_ sections: [String], _ types: Set<String>) -> [String] {
            let examples = page.examples.filter { sections.contains($0.section) }
            let shown = examples.filter { example in
                let message = try? JSONDecoder().decode([String: AnyJSON].self, from: Data(example.json))
                return message?["type"] == .string(example.heading)
            }
            let headings = Set(examples.map(\.heading))
            return (types.subtracting(shown.map(\.heading)).union(headings.subtracting(types))).sorted()
        }
        return check(Self.fromServer, Self.serverTypes) + check(Self.fromClient, Self.clientTypes)
    }

    // MARK: Codes

    static let refusals: [Refusal] = [
        .tokenMissing, .tokenWrong, .tokenExpired, .tokenWrongRoom, .unknownRoom, .roomFull, .tokenFull, .roomLocked,
        .removed, .pointMissing, .unknownPoint(code("1")), .pointElsewhere, .roleCannotSend, .nothingToDo, .notAllowed,
        .programTooLong, .badMessage, .unsupported, .tooManyCommands(retryAfter: .seconds(1)), .messageEmpty,
        .textTooLong(limit: 1), .tooManyDelegates, .delegateNameMissing, .tooManyPoints, .alreadyAsked, .alreadyHolds,
        .notQueued, .notHolding, .nobodyThere, .isChair, .floorFull, .notRemoved,
    ]

    @Test("the table of errors is the program's, codes and statuses")
    func errors() throws {
        let written = try Self.literals(in: "Conference/Refusal.swift")
        #expect(Set(Self.refusals.map(\.code)) == written, "the list above is complete")
        #expect(wrongErrors(page) == [])
    }

    @Test("a code that is missing, wrong or too much would be noticed")
    func errorsControl() {
        let row = "| `nobody-there` | 409 | no device of the point is in the room |\n"
        #expect(page.text.contains(row))
        let without = page.text.replacingOccurrences(of: row, with: "")
        #expect(wrongErrors(Page(text: without)) == ["nobody-there"])
        let other = page.text.replacingOccurrences(of: "| `is-chair` | 403 |", with: "| `is-chair` | 404 |")
        #expect(wrongErrors(Page(text: other)) == ["is-chair"])
        let more = page.text.replacingOccurrences(of: row, with: row + "| `no-such` | 400 | x |\n")
        #expect(wrongErrors(Page(text: more)) == ["no-such"])
    }

    private func wrongErrors(_ page: Page) -> [String] {
        let table = page.rows(of: "Errors").filter { $0.count == 3 && $0[0].hasPrefix("`") && $0[0] != "`code`" }
        let rows = Set(table.map { $0[0] + $0[1] })
        let program = Set(Self.refusals.map { "`\($0.code)`\($0.status)" })
        let wrong = rows.symmetricDifference(program).map { String($0.dropFirst().prefix { $0 != "`" }) }
        return Set(wrong).sorted()
    }

    @Test("commands name no error that does not exist, and every command's own errors are named somewhere")
    func namedErrors() throws {
        let part = try #require(page.text.components(separatedBy: "\n## ").first { $0.hasPrefix("Commands\n") })
        for refusal in Self.refusals where refusal.status == 409 && refusal != .pointElsewhere {
            #expect(part.contains("`\(refusal.code)`"), "\(refusal.code)")
        }
    }

    @Test("the notices and the reasons of a bye are the program's")
    func noticesAndReasons() throws {
        let rows = page.rows(of: "Events")
        let written = try Self.literals(in: "Conference/Notice.swift")
        let notices = rows.first { $0[0].contains("floor-given") }
        let index = try #require(rows.firstIndex { $0 == notices })
        let named = rows[index...].prefix { !$0[0].contains("reason") }.map { Page.names(in: $0[0]) }
        #expect(named.reduce([]) { $0.union($1) } == written)

        for reason in ByeReason.allCases {
            let row = try #require(rows.first { $0[0] == "`\(reason.rawValue)`" })
            #expect(row[2] == (reason.again ? "yes" : "no"), "\(reason)")
        }
    }

    @Test("states, kinds, roles and limits on the page are the program's")
    func words() {
        var words: Set<String> = []
        words.formUnion(PresenceState.allCases.map(\.rawValue))
        words.formUnion(PointKind.allCases.map(\.rawValue))
        words.formUnion(RoomMode.allCases.map(\.rawValue))
        words.formUnion(SlotView.Kind.allCases.map(\.rawValue))
        words.formUnion(SlotView.Source.allCases.map(\.rawValue))
        words.formUnion(SlotView.State.allCases.map(\.rawValue))
        words.formUnion(HealthState.allCases.map(\.rawValue))
        words.formUnion(ClientReport.Limit.allCases.map(\.rawValue))
        #expect(words.subtracting(Page.names(in: page.text)).sorted() == [])
        let text = page.text.replacingOccurrences(of: "\n", with: " ")
        #expect(text.contains("At most \(CommandRate.burst) commands at once and \(CommandRate.perSecond) a second"))
        #expect(text.contains("More than \(CommandRate.refusalLimit) refused in a row"))
        #expect(text.contains("(1,024, 1 MiB)"))
        #expect(EventLog.Limits.shared == EventLog.Limits(events: 1_024, bytes: 1 << 20))
        #expect(text.contains("0 to \(ClientMessage.idLimit)"))
        #expect(ClientMessage.sizeLimit == 256 << 10 && ServerMessage.sizeLimit == 4 << 20)
    }

    /// The codes that a source file spells out.
    private static func literals(in file: String) throws -> Set<String> {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: "../../Sources/\(file)"), encoding: .utf8)
        return Set(text.matches(of: /: "([a-z-]+)"/).map { String($0.1) })
    }
}

extension ServerMessage {
    fileprivate var type: String {
        switch self {
        case .event(_, let event): event.kind.rawValue
        case .ok: "ok"
        case .error: "error"
        }
    }
}

extension ClientMessage {
    fileprivate var type: String {
        switch self {
        case .hello: "hello"
        case .leave: "leave"
        case .command(_, let message): message.verb.rawValue
        }
    }
}
