import Conference
import Testing
import Units

@Suite("Floor")
struct FloorTests {
    private func fixture(_ mode: RoomMode, points: Int = 5) throws -> RoomFixture {
        let fixture = try RoomFixture(points: points, mode: mode)
        for index in 0..<points { try fixture.connect("p\(index)") }
        return fixture
    }

    @Test("requests wait in the order in which they came, with their time", arguments: RoomMode.allCases)
    func queue(mode: RoomMode) throws {
        let fixture = try fixture(mode)
        for (index, code) in ["p3", "p1", "p2"].enumerated() {
            #expect(try fixture.ask(code, at: .ms(UInt64(index))) == nil)
            #expect(fixture.changed == [.floor])
        }
        #expect(fixture.queue == ["p3", "p1", "p2"])
        #expect(fixture.room.floor.queue.map(\.since) == [.ms(0), .ms(1), .ms(2)])
        #expect(try fixture.ask("p1", at: .ms(9)) == .alreadyAsked)
        #expect(fixture.changed.isEmpty)
        fixture.order(.withdraw, by: try RoomFixture.actor(.point, "p1"))
        #expect(fixture.queue == ["p3", "p2"])
        #expect(fixture.order(.withdraw, by: try RoomFixture.actor(.point, "p1")).refusal == .notQueued)
    }

    @Test("lecture: giving replaces, the chair beside it is not counted")
    func lecture() throws {
        let fixture = try fixture(.lecture)
        try fixture.give("p0")
        try fixture.give("p1", at: .ms(5))
        #expect(fixture.holders == ["p0", "p1"])
        let effects = fixture.direct(.give(try RoomFixture.point("p2")), at: .ms(7))
        #expect(try effects.notices(to: "p1") == ["floor-taken"] && effects.notices(to: "p2") == ["floor-given"])
        #expect(fixture.holders == ["p0", "p2"] && fixture.room.floor.holders.last?.since == .ms(7))
        #expect(effects.voices == .only(try Set(["p0", "p2"].map(RoomFixture.point))))
        #expect(try !fixture.isHeard("p1") && fixture.isHeard("p0"))
        fixture.direct(.take(try RoomFixture.point("p0")))
        try fixture.give("p0")
        #expect(fixture.holders == ["p2", "p0"], "nor does the chair push anybody off")
    }

    @Test("conference: as many as sixteen hold it")
    func conference() throws {
        let fixture = try fixture(.conference, points: 18)
        for index in 1...16 { try fixture.give("p\(index)") }
        #expect(fixture.holders.count == 16)
        try fixture.ask("p17")
        let give = Command.give(try RoomFixture.point("p17"))
        #expect(fixture.order(give, by: Actor(role: .operator)).refusal == .floorFull)
        #expect(fixture.queue == ["p17"])
        fixture.direct(.take(try RoomFixture.point("p4")))
        fixture.direct(give)
        #expect(fixture.holders.last == "p17" && fixture.queue.isEmpty)
        let effects = fixture.direct(.take(nil))
        #expect(try fixture.holders.isEmpty && effects.voices == .only([RoomFixture.point("p0")]))
        #expect(fixture.direct(.take(nil)).isEmpty, "nobody holds it any more: nothing happens")
    }

    @Test("discussion: the floor is an order of speech, everybody is heard")
    func discussion() throws {
        let fixture = try fixture(.discussion)
        let effects = fixture.direct(.give(try RoomFixture.point("p1")))
        #expect(effects.voices == nil && fixture.room.voicePlan == .everyone(except: []))
    }

    @Test("granted by request or without, taken from a holder or denied to who waits")
    func giveAndTake() throws {
        let fixture = try fixture(.conference)
        try fixture.ask("p1")
        try fixture.ask("p2")
        try fixture.give("p1")
        try fixture.give("p3")
        #expect(fixture.holders == ["p1", "p3"] && fixture.queue == ["p2"])
        let denied = fixture.direct(.take(try RoomFixture.point("p2")))
        #expect(try denied.notices(to: "p2") == ["floor-denied"])
        #expect(denied.voices == nil)
        let revoked = fixture.direct(.take(try RoomFixture.point("p3")))
        #expect(try revoked.notices(to: "p3") == ["floor-taken"])
        let released = fixture.order(.withdraw, by: try RoomFixture.actor(.point, "p1"))
        #expect(try released.notices(to: "p1") == ["floor-released"])
        #expect(fixture.holders.isEmpty && fixture.queue.isEmpty)
    }

    @Test("going over to lecture leaves it with whoever got it last, and with the chair")
    func modeChange() throws {
        let fixture = try fixture(.conference)
        for code in ["p2", "p0", "p1"] { try fixture.give(code) }
        let effects = fixture.direct(.mode(.lecture))
        #expect(fixture.holders == ["p0", "p1"] && fixture.changed == [.floor, .room])
        #expect(try effects.notices(to: "p2") == ["floor-taken"])
        #expect(effects.noticesToAll == [.mode(.lecture)])
        #expect(effects.voices == .only(try Set(["p0", "p1"].map(RoomFixture.point))))
        #expect(fixture.direct(.mode(.lecture)).isEmpty)
        #expect(fixture.direct(.mode(.discussion)).voices == .everyone(except: []))
    }

    @Test("a chair anywhere is heard without the floor, for as long as it sits there")
    func chairSeat() throws {
        let fixture = try RoomFixture(mode: .lecture)
        #expect(fixture.room.voicePlan == .only([try RoomFixture.point("p0")]), "the central point, before it comes")
        let request = try fixture.request("p2", role: .chair, kind: .socket)
        let effects = fixture.handle(.join(request), at: .zero)
        #expect(effects.voices == .only(try Set(["p0", "p2"].map(RoomFixture.point))))
        #expect(try fixture.line("p2").role == .chair)
        let gone = fixture.handle(.left(request.resource, .left), at: .ms(1))
        #expect(gone.voices == .only([try RoomFixture.point("p0")]))
        #expect(try fixture.line("p2").role == nil)
    }

    @Test("a holder whose chair leaves the seat to a point counts again")
    func chairBecomesPoint() throws {
        let fixture = try RoomFixture(mode: .lecture)
        let chair = try fixture.enter(try fixture.request("p1", role: .chair, receives: false), at: .zero)
        try fixture.connect("p1")
        try fixture.connect("p2")
        try fixture.give("p1")
        try fixture.give("p2")
        #expect(fixture.holders == ["p1", "p2"])
        let effects = fixture.handle(.left(chair.resource, .deleted), at: .ms(1))
        #expect(fixture.holders == ["p2"])
        #expect(try effects.notices(to: "p1") == ["floor-taken"])
    }

    @Test("nobody there, or nobody of that code: no floor")
    func absent() throws {
        let fixture = try RoomFixture()
        #expect(try fixture.ask("p1") == .nobodyThere)
        let (point, stranger) = (try RoomFixture.point("p1"), try RoomFixture.point("zz"))
        for (command, refusal) in [
            (Command.give(point), Refusal.nobodyThere), (.give(stranger), .unknownPoint(stranger)),
            (.take(stranger), .unknownPoint(stranger)), (.take(point), .notHolding),
        ] {
            #expect(fixture.order(command, by: Actor(role: .operator)).refusal == refusal)
        }
    }

    @Test("whoever is not heard does not get the main picture by speaking")
    func unheardSpeaker() throws {
        let fixture = try RoomFixture(mode: .lecture)
        for code in ["p0", "p1", "p2"] { try fixture.publish(code, at: .zero) }
        fixture.handle(.speaking(try RoomFixture.point("p1")), at: .ms(10))
        _ = fixture.run(to: .ms(3_000))
        #expect(fixture.room.speaker == nil)
        try fixture.give("p1", at: .ms(3_000))
        fixture.handle(.speaking(try RoomFixture.point("p1")), at: .ms(3_000))
        _ = fixture.run(to: .ms(5_000))
        #expect(fixture.room.speaker?.description == "p1")
    }
}
