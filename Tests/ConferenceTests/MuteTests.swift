import Conference
import Testing
import Units

@Suite("Mutes")
struct MuteTests {
    private func fixture(_ mode: RoomMode = .discussion) throws -> RoomFixture {
        let fixture = try RoomFixture(mode: mode)
        for index in 0..<4 { try fixture.connect("p\(index)") }
        _ = fixture.takeRosterChanges()
        return fixture
    }

    private func points(_ codes: String...) throws -> Set<PointCode> { Set(try codes.map(RoomFixture.point)) }

    @Test("everybody is muted but the chair's seats, also who has not come yet")
    func all() throws {
        let fixture = try RoomFixture(points: 5)
        try fixture.connect("p2", role: .chair)
        try fixture.connect("p1")
        let effects = fixture.direct(.mute(.all))
        #expect(effects.voices == .everyone(except: try points("p1", "p3", "p4")))
        #expect(try effects.notices(to: "p1") == ["muted"] && effects.notices(to: "p0").isEmpty)
        #expect(try fixture.line("p4").muted && !fixture.line("p2").muted)
        try fixture.connect("p3")
        #expect(try fixture.line("p3").muted && !fixture.isHeard("p3"))
        #expect(fixture.direct(.unmute(.all)).voices == .everyone(except: []))
    }

    @Test("a mute is on the roster and in the voices at once, and told to the point once")
    func one() throws {
        let fixture = try fixture()
        let version = fixture.room.rosterVersion
        let mute = Command.mute(.points([try RoomFixture.point("p1")]))
        #expect(try fixture.direct(mute).notices(to: "p1") == ["muted"])
        #expect(fixture.room.rosterVersion > version)
        #expect(try fixture.takeRosterChanges()?.changed == [fixture.line("p1")])
        #expect(try fixture.line("p1").muted)
        #expect(fixture.direct(mute).isEmpty && fixture.takeRosterChanges() == nil)
        let effects = fixture.direct(.unmute(.points([try RoomFixture.point("p1")])))
        #expect(try effects.notices(to: "p1") == ["unmuted"])
        #expect(try !fixture.line("p1").muted && fixture.isHeard("p1"))
    }

    @Test("the muted do not lift it, whatever they do", arguments: [Role.point, .observer, .technician])
    func byTheMuted(role: Role) throws {
        let fixture = try fixture()
        let point = try RoomFixture.point("p1")
        fixture.direct(.mute(.points([point])))
        for target in [Command.MuteTarget.points([point]), .all] {
            #expect(fixture.order(.unmute(target), by: Actor(role: role, point: point)).refusal == .notAllowed)
        }
        try fixture.ask("p1")
        try fixture.connect("p1", takeover: true, at: .ms(6_000))
        #expect(try !fixture.isHeard("p1") && fixture.line("p1").muted)
    }

    @Test("who is given the floor is heard while it has it, and is mute again after", arguments: RoomMode.allCases)
    func floorLifts(mode: RoomMode) throws {
        let fixture = try fixture(mode)
        let point = try RoomFixture.point("p1")
        fixture.direct(.mute(.all))
        let given = fixture.direct(.give(point))
        #expect(try given.notices(to: "p1") == ["floor-given"])
        #expect(try fixture.isHeard("p1") && !fixture.line("p1").muted && given.voices?.hears(point) == true)
        let taken = fixture.direct(.take(point))
        #expect(try taken.notices(to: "p1") == ["floor-taken", "muted"])
        #expect(try !fixture.isHeard("p1") && fixture.line("p1").muted && taken.voices?.hears(point) == false)
    }

    @Test("a mute while one has the floor silences at once, and the floor stays", arguments: RoomMode.allCases)
    func muteWhileHolding(mode: RoomMode) throws {
        let fixture = try fixture(mode)
        let point = try RoomFixture.point("p1")
        try fixture.give("p1")
        let effects = fixture.direct(.mute(.points([point])))
        #expect(effects.voices?.hears(point) == false && fixture.holders == ["p1"])
        #expect(try fixture.line("p1").muted)
        fixture.direct(.unmute(.points([point])))
        #expect(try fixture.isHeard("p1"))
        fixture.direct(.take(point))
        #expect(try fixture.isHeard("p1") == (mode == .discussion))
    }

    @Test("only a chair mutes a seat of the chair, all or nothing")
    func chair() throws {
        let fixture = try fixture()
        let mute = Command.mute(.points([try RoomFixture.point("p1"), try RoomFixture.point("p0")]))
        #expect(fixture.order(mute, by: Actor(role: .operator)).refusal == .isChair)
        #expect(fixture.room.voicePlan == .everyone(except: []))
        let effects = fixture.order(mute, by: try RoomFixture.actor(.chair, "p0"))
        #expect(effects.voices == .everyone(except: try points("p0", "p1")))
    }

    @Test("strangers and too many points are refused as a whole")
    func bounds() throws {
        let fixture = try fixture()
        let (stranger, point) = (try RoomFixture.point("zz"), try RoomFixture.point("p1"))
        let chair = Actor(role: .operator)
        #expect(fixture.order(.mute(.points([point, stranger])), by: chair).refusal == .unknownPoint(stranger))
        let many = [PointCode](repeating: point, count: 5_001)
        #expect(fixture.order(.mute(.points(many)), by: chair).refusal == .tooManyPoints)
        #expect(fixture.order(.unmute(.points(many)), by: chair).refusal == .tooManyPoints)
        #expect(try fixture.isHeard("p1"))
        #expect(fixture.direct(.mute(.points([]))).isEmpty)
    }

    @Test("a point that the room file loses takes its mute along when it goes")
    func forgotten() throws {
        let fixture = try RoomFixture()
        let inside = try fixture.connect("p1")
        fixture.direct(.mute(.all))
        fixture.handle(.replace(try RoomFixture.definition(points: ["p0", "p2"])), at: .ms(1))
        #expect(fixture.room.voicePlan == .everyone(except: try points("p1", "p2")))
        let effects = fixture.handle(.left(inside.resource, .left), at: .ms(2))
        #expect(effects.voices == .everyone(except: try points("p2")))
        fixture.handle(.replace(try RoomFixture.definition(points: ["p0", "p1", "p2"])), at: .ms(3))
        #expect(try fixture.isHeard("p1"))
    }

    @Test("the room file's mode holds until another one is chosen, and again when it names another one")
    func modeOfTheFile() throws {
        let fixture = try fixture()
        let names = ["p0", "p1", "p2", "p3"]
        fixture.direct(.mode(.lecture))
        fixture.handle(.replace(try RoomFixture.definition(points: names, pointLimit: 50)), at: .ms(1))
        #expect(fixture.room.mode == .lecture)
        let effects = fixture.handle(.replace(try RoomFixture.definition(points: names, mode: .conference)), at: .ms(2))
        #expect(fixture.room.mode == .conference && effects.noticesToAll == [.mode(.conference)])
        #expect(fixture.changed.contains(.room))
    }

    @Test("the room file moves the central point, and its seat with it")
    func centralMoves() throws {
        let fixture = try fixture(.lecture)
        let effects = fixture.handle(
            .replace(try RoomFixture.definition(points: ["p2", "p0", "p1"], mode: .lecture)), at: .ms(1))
        #expect(effects.voices == .only(try points("p2")) && fixture.changed.contains(.room))
    }
}
