import Conference
import Testing
import Units

@Suite("Roster")
struct RosterTests {
    @Test("tells what has changed, once")
    func changes() throws {
        let fixture = try RoomFixture()
        #expect(fixture.takeRosterChanges() == nil)
        let before = fixture.room.rosterVersion
        try fixture.publish("p2", at: .ms(3))
        let changes = try #require(fixture.takeRosterChanges())
        #expect(changes.changed == [try fixture.line("p2")])
        #expect(changes.removed.isEmpty && !changes.isReordered)
        #expect(changes.version == fixture.room.rosterVersion && changes.version > before)
        #expect(changes.changed.first?.media == .picture)
        #expect(fixture.takeRosterChanges() == nil)
    }

    @Test("what repeats itself is no change")
    func noChange() throws {
        let fixture = try RoomFixture()
        let id = try fixture.enter(try fixture.request("p0"), at: .zero).resource
        _ = fixture.handle(.sources(id, .picture), at: .zero)
        let version = fixture.room.rosterVersion
        _ = fixture.handle(.sources(id, .picture), at: .ms(1))
        _ = fixture.handle(.pathChanged(id, "udp"), at: .ms(1))
        _ = fixture.handle(.activity(id, lastAuthenticated: .ms(1)), at: .ms(1))
        #expect(fixture.room.rosterVersion == version)
        _ = fixture.handle(.pathChanged(id, "tcp"), at: .ms(2))
        #expect(fixture.room.rosterVersion > version)
        #expect(try fixture.line("p0").path == "tcp")
    }

    @Test("a new room file adds and takes away points and leaves running media alone")
    func replace() throws {
        let fixture = try RoomFixture()
        try fixture.publish("p0", at: .zero)
        let inside = try fixture.enter(try fixture.request("p1"), at: .zero)
        _ = fixture.handle(.sources(inside.resource, .picture), at: .zero)
        _ = fixture.takeRosterChanges()

        let definition = try RoomFixture.definition(points: ["p3", "new", "p0"])
        #expect(fixture.handle(.replace(definition), at: .ms(9)).compactMap(\.ended).isEmpty)
        #expect(fixture.room.rosterLines.map(\.entry.code.description) == ["p3", "new", "p0", "p1"])
        let changes = try #require(fixture.takeRosterChanges())
        #expect(changes.isReordered)
        #expect(changes.removed.map(\.description) == ["p2"])
        #expect(Set(changes.changed.map(\.entry.code.description)) == ["new", "p1"])

        let stays = try fixture.line("p1")
        #expect(!stays.isExpected && stays.state == .present)
        #expect(fixture.room.picturePlan.map(\.description) == ["p0", "p1"])
        let back = try fixture.request("p1", secret: inside.secret)
        #expect(
            fixture.handle(.join(back), at: .ms(10)).first?.refusal == .unknownPoint(try RoomFixture.point("p1")))

        _ = fixture.handle(.left(inside.resource, .deleted), at: .ms(11))
        #expect(fixture.room.rosterLine(try RoomFixture.point("p1")) == nil)
        #expect(fixture.takeRosterChanges()?.removed.map(\.description) == ["p1"])
    }

    @Test("a point that is taken out and put back again is as before")
    func replaceTwice() throws {
        let fixture = try RoomFixture(points: 2)
        let inside = try fixture.enter(try fixture.request("p1"), at: .zero)
        let before = try fixture.line("p1")
        _ = fixture.handle(.replace(try RoomFixture.definition(points: ["p0"])), at: .ms(1))
        _ = fixture.handle(.replace(try RoomFixture.definition(points: ["p0", "p1"])), at: .ms(2))
        #expect(try fixture.line("p1") == before)
        #expect(before.sessions == [inside.session])
    }

    @Test("3,321 points come, publish and go without the room getting slow")
    func everybody() throws {
        let fixture = try RoomFixture(points: 3_321, pointLimit: 5_000)
        for index in 0..<3_321 { try fixture.publish("p\(index)", at: .ms(UInt64(index))) }
        #expect(fixture.room.occupiedSeats == 3_321)
        #expect(fixture.room.picturePlan.map(\.description) == (0..<7).map { "p\($0)" })
        #expect(fixture.takeRosterChanges()?.changed.count == 3_321)
        let ends = fixture.run(to: .ms(40_000)).compactMap(\.ended)
        #expect(Set(ends).count == 3_321 && ends.count == 3_321)
        #expect(fixture.room.isEmpty && fixture.room.picturePlan.isEmpty)
    }
}
