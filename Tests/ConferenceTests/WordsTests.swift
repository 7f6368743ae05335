import Testing
import Units

@testable import Conference

/// What people write: delegates and messages; and what they are told.
@Suite("Words")
struct WordsTests {
    private static let people = [
        Delegate(name: "Nguyễn Văn An", post: "Chủ tịch"), Delegate(name: "Trần Thị Bình", post: ""),
    ]

    // MARK: Delegates

    @Test("delegates are on the line, stay when the device goes, and are replaced as a whole")
    func delegates() throws {
        let fixture = try RoomFixture()
        let admission = try fixture.connect("p1")
        _ = fixture.takeRosterChanges()
        let actor = try RoomFixture.actor(.point, "p1")
        #expect(fixture.order(.delegates(Self.people, of: nil), by: actor).isEmpty)
        #expect(try fixture.takeRosterChanges()?.changed == [fixture.line("p1")])
        #expect(try fixture.line("p1").delegates == Self.people)
        fixture.order(.delegates(Self.people, of: actor.point), by: actor)
        #expect(fixture.takeRosterChanges() == nil, "the same again is no change")
        fixture.handle(.left(admission.resource, .left), at: .ms(1))
        try fixture.connect("p1", at: .ms(2))
        #expect(try fixture.line("p1").delegates == Self.people)
        fixture.direct(.delegates([Self.people[1]], of: try RoomFixture.point("p1")))
        #expect(try fixture.line("p1").delegates == [Self.people[1]])
        fixture.order(.delegates([], of: nil), by: actor)
        #expect(try fixture.line("p1").delegates.isEmpty)
    }

    @Test("too many, too long, without a name: refused as a whole")
    func delegateBounds() throws {
        let fixture = try RoomFixture()
        let actor = try RoomFixture.actor(.point, "p1")
        func answer(_ delegates: [Delegate]) -> Refusal? {
            fixture.order(.delegates(delegates, of: nil), by: actor).refusal
        }
        let (full, over) = (String(repeating: "ữ", count: 100), String(repeating: "ữ", count: 101))
        #expect(answer(Array(repeating: Self.people[0], count: 40)) == nil)
        #expect(answer([Delegate(name: full, post: full)]) == nil)
        let kept = try fixture.line("p1").delegates
        #expect(answer(Array(repeating: Self.people[0], count: 41)) == .tooManyDelegates)
        #expect(answer([Self.people[0], Delegate(name: over, post: "")]) == .textTooLong(limit: 100))
        #expect(answer([Delegate(name: "An", post: over)]) == .textTooLong(limit: 100))
        #expect(answer([Delegate(name: " \n", post: "Chủ tịch")]) == .delegateNameMissing)
        #expect(try fixture.line("p1").delegates == kept)
        let stranger = try RoomFixture.point("zz")
        #expect(
            fixture.order(.delegates([], of: stranger), by: Actor(role: .operator)).refusal == .unknownPoint(stranger))
    }

    // MARK: Messages

    @Test("a message goes out as it came, without a trace in the room")
    func message() throws {
        let fixture = try RoomFixture()
        try fixture.connect("p1")
        let version = fixture.room.rosterVersion
        let staff = fixture.order(
            .message("Mất tiếng,\nxin kiểm tra", to: .staff), by: try RoomFixture.actor(.point, "p1"), at: .ms(7))
        let point = try RoomFixture.point("p1")
        #expect(
            staff == [
                .message(
                    RoomMessage(from: .point, point: point, to: .staff, text: "Mất tiếng,\nxin kiểm tra", at: .ms(7)))
            ])
        let reply = fixture.order(.message("Đã rõ", to: .point(point)), by: Actor(role: .technician), at: .ms(8))
        #expect(reply.messages.first?.point == nil && reply.messages.first?.to == .point(point))
        #expect(fixture.room.rosterVersion == version && fixture.changed.isEmpty)
    }

    @Test("empty, too long, to nobody")
    func messageBounds() throws {
        let fixture = try RoomFixture()
        let chair = try RoomFixture.actor(.chair, "p0")
        func answer(_ text: String, to target: MessageTarget = .all) -> Refusal? {
            fixture.order(.message(text, to: target), by: chair).refusal
        }
        #expect(answer("") == .messageEmpty && answer(" \n\u{3000}\t") == .messageEmpty)
        #expect(answer(String(repeating: "ế", count: 2_000)) == nil)
        #expect(answer(String(repeating: "e\u{302}\u{301}", count: 1_600)) == nil, "decomposed")
        #expect(answer(String(repeating: "ế", count: 2_001)) == .textTooLong(limit: 2_000))
        let stacked = "e" + String(repeating: "\u{301}", count: 5_000)
        #expect(stacked.count == 1 && answer(stacked) == .textTooLong(limit: 2_000))
        #expect(answer("Chào", to: .point(try RoomFixture.point("p1"))) == .nobodyThere)
        let stranger = try RoomFixture.point("zz")
        #expect(answer("Chào", to: .point(stranger)) == .unknownPoint(stranger))
    }

    @Test("nothing written reaches a terminal or a list as anything but letters")
    func cleaned() {
        #expect(CommandText.cleaned("a\u{1B}[31m\u{9B}b\u{7F}\u{0}") == "a [31m b  ")
        #expect(CommandText.cleaned("An\nBình\t") == "An Bình ")
        #expect(CommandText.cleaned("An\nBình\t", keepsLines: true) == "An\nBình ")
        #expect(CommandText.cleaned("\u{202E}gnảq\u{2066}\u{2029}") == " gnảq  ")
        #expect(CommandText.cleaned("Trần Thị Bưởi 👩🏽‍⚖️") == "Trần Thị Bưởi 👩🏽‍⚖️")
    }

    // MARK: What people are told

    private static let notices: [NoticeKind] = [
        .floorGiven, .floorTaken, .floorDenied, .floorReleased, .muted, .unmuted, .locked, .unlocked,
        .mode(.discussion), .mode(.lecture), .mode(.conference), .restarted, .stateLost,
    ]

    @Test("notices have a code of their own and a sentence in each language")
    func notices() {
        #expect(Set(Self.notices.map(\.code)).count == Self.notices.count)
        for notice in Self.notices {
            #expect(notice.text(in: .vi).hasSuffix(".") && notice.text(in: .vi).contains { !$0.isASCII })
            #expect(notice.text(in: .en).hasSuffix(".") && notice.text(in: .en).allSatisfy(\.isASCII))
        }
    }

    @Test("so have ends, and they say whether to come back")
    func ends() {
        let ends: [EndReason] =
            [.replaced, .iceTimeout, .dtlsTimeout, .absent, .removed, .resumed, .shutDown]
            + EndReason.Departure.allCases.map(EndReason.left)
        #expect(Set(ends.map(\.code)).count == ends.count)
        for end in ends {
            #expect(end.text(in: .vi).contains { !$0.isASCII } && end.text(in: .en).hasSuffix("."))
        }
        let final: Set<EndReason> = [
            .replaced, .removed, .resumed, .left(.left), .left(.deleted), .left(.closed),
        ]
        #expect(Set(ends.filter { !$0.invitesReturn }) == final)
    }
}
