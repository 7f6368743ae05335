import Signalling
import Testing
import Units

@testable import Conference

@Suite("RosterLineChange")
struct RosterLineChangeTests {
    private let line = RosterLineView(
        code: code("1"), name: "A", kind: .commune, level: 3, parent: code("79"), state: .present, since: 5,
        audio: true,
        role: .point, details: RosterLineView.Private(contactName: "B", path: "udp"))

    private func text(_ change: RosterLineChange?) -> String {
        let points = change.map { [$0] } ?? []
        let delta = RosterUpdate.changes(RosterDelta(version: 2, points: points))
        return String(decoding: ServerMessage.event(seq: 1, .roster(delta)).encoded, as: UTF8.self)
    }

    @Test("only what differs is told, and nothing when nothing does")
    func minimal() {
        #expect(RosterLineChange(from: line, to: line) == nil)
        var other = line
        other.muted = true
        other.since = 6
        let expected = #"[{"code":"1","since":6,"muted":true}]"#
        #expect(text(RosterLineChange(from: line, to: other)).contains(expected))
    }

    @Test("a value that has gone is told as null")
    func gone() {
        var other = line
        other.role = nil
        other.parent = nil
        other.details?.path = nil
        let expected = #"[{"code":"1","parent":null,"role":null,"path":null}]"#
        #expect(text(RosterLineChange(from: line, to: other)).contains(expected))
    }

    @Test("what a reader may not see, a change does not tell")
    func privacy() throws {
        var other = line
        other.details?.path = "udp 192.0.2.7:50000"
        #expect(RosterLineChange(from: line.seen(by: .everyone), to: other.seen(by: .everyone)) == nil)
        let own = try #require(RosterLineChange(from: line.seen(by: .own), to: other.seen(by: .own)))
        #expect(own.ownPart == own)
        let open = RosterLineChange(from: nil, to: line.seen(by: .everyone))
        #expect(!text(open).contains("contact") && !text(open).contains("path"))
        #expect(open?.ownPart == nil)
    }

    @Test(
        "changes, written and read, make every reader's roster what it should be",
        arguments: 1...100 as ClosedRange<UInt64>)
    func follows(seed: UInt64) throws {
        var random = Generator(state: seed)
        let seesAll = seed % 2 == 0
        var before: [RosterLineView] = []
        var reader = RosterSnapshot(version: 0, points: [])
        for version in 1...20 as ClosedRange<UInt64> {
            var after = before
            for index in after.indices where Bool.random(using: &random) {
                let number = Int(after[index].code.rawValue.dropFirst()) ?? 0
                after[index] = makeLine(number, using: &random, details: seesAll)
            }
            after.removeAll { _ in Int.random(in: 0..<8, using: &random) == 0 }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let number = Int.random(in: 0..<1_000, using: &random)
                guard !before.contains(where: { $0.code == code("p\(number)") }),
                    !after.contains(where: { $0.code == code("p\(number)") })
                else { continue }
                after.append(makeLine(number, using: &random, details: seesAll))
            }
            var delta = RosterDelta(version: version)
            delta.removed = before.map(\.code).filter { point in !after.contains { $0.code == point } }
            delta.points = after.compactMap { line in
                RosterLineChange(from: before.first { $0.code == line.code }, to: line)
            }
            let sent = ServerMessage.event(seq: version, .roster(.changes(delta)))
            let received = try ServerMessage(parsing: sent.encoded)
            #expect(received == sent)
            guard case .event(_, .roster(let update)) = received else { return }
            let isWhole = reader.apply(update)
            #expect(isWhole)
            #expect(reader == RosterSnapshot(version: version, points: after))
            before = after
        }
        #expect(try ServerMessage(parsing: whole(reader).encoded) == whole(reader))
    }

    private func whole(_ roster: RosterSnapshot) -> ServerMessage { .event(seq: 1, .roster(.whole(roster))) }

    @Test("a line of the room is a line of the roster")
    func fromRoom() {
        let entry = RosterEntry(
            code: code("1"), name: "A", kind: .province, level: 2, parent: code("79"), contactName: "B",
            contactTelephone: "C")
        let line = RosterLine(
            entry: entry, isExpected: true, state: .absent, since: .zero,
            media: SentMedia(audio: true, video: false, screen: true), path: "udp", sessions: [], takeovers: 2,
            lastTakeover: nil, departure: .iceTimeout, muted: true, role: nil,
            delegates: [Delegate(name: "D", post: "E")], isRemoved: true)
        let details = RosterLineView.Private(
            contactName: "B", contactTelephone: "C", path: "udp", departure: "ice-timeout", takeovers: 2,
            delegateList: [Delegate(name: "D", post: "E")], removed: true)
        let view = RosterLineView(
            code: code("1"), name: "A", kind: .province, level: 2, parent: code("79"), state: .absent, since: 9,
            audio: true, screen: true, muted: true, delegates: 1, details: details)
        #expect(RosterLineView(line, since: 9) == view)
        #expect(view.seen(by: .everyone).details == nil && view.seen(by: .own) == view && view.seen(by: .staff) == view)
    }
}
