import Conference
import Testing
import Units

/// Floor, place in the queue and seat, when the line drops and when somebody goes.
@Suite("Floor and the end of a session")
struct FloorEndTests {
    /// How somebody goes.
    enum Way: CaseIterable, Sendable {
        case leaves, closes, fails, deletes, isLost, isRemoved, shutDown
    }

    private func go(_ way: Way, _ id: MediaResourceID, _ fixture: RoomFixture) throws {
        switch way {
        case .leaves: fixture.handle(.left(id, .left), at: .ms(1_000))
        case .closes: fixture.handle(.left(id, .closed), at: .ms(1_000))
        case .fails: fixture.handle(.left(id, .failed), at: .ms(1_000))
        case .deletes: fixture.handle(.left(id, .deleted), at: .ms(1_000))
        case .isLost: _ = fixture.run(to: .ms(30_000))
        case .isRemoved: fixture.direct(.remove(try RoomFixture.point("p1"), reason: ""), at: .ms(1_000))
        case .shutDown: fixture.handle(.shutDown, at: .ms(1_000))
        }
    }

    @Test("every way to go frees seat and floor", arguments: Way.allCases, JoinRequest.Kind.allCases)
    func freesHolder(way: Way, kind: JoinRequest.Kind) throws {
        let fixture = try RoomFixture(mode: .conference)
        let admission = try fixture.enter(try fixture.request("p1", kind: kind), at: .zero)
        try fixture.give("p1")
        #expect(try fixture.isHeard("p1"))
        try go(way, admission.resource, fixture)
        #expect(fixture.holders.isEmpty && fixture.room.occupiedSeats == 0)
        #expect(try !fixture.isHeard("p1"))
        #expect(fixture.room.isEmpty && fixture.room.attendance.seated == 0)
        #expect(fixture.changed.isSuperset(of: [.floor, .attendance]))
    }

    @Test("and the place in the queue", arguments: Way.allCases)
    func freesQueue(way: Way) throws {
        let fixture = try RoomFixture()
        let admission = try fixture.connect("p1")
        try fixture.connect("p2", at: .zero)
        try fixture.ask("p1")
        try go(way, admission.resource, fixture)
        #expect(fixture.queue.isEmpty)
    }

    @Test("a seat that goes from one device to another keeps its floor; the last one takes it along")
    func takeoverKeeps() throws {
        let fixture = try RoomFixture(mode: .conference)
        try fixture.connect("p1")
        try fixture.give("p1")
        _ = fixture.run(to: .ms(7_000))
        let second = try fixture.connect("p1", at: .ms(7_000))
        #expect(fixture.holders == ["p1"])
        #expect(try fixture.line("p1").lastTakeover?.cause == .silence)
        fixture.handle(.left(second.resource, .left), at: .ms(8_000))
        #expect(fixture.holders.isEmpty)
    }

    @Test("media alone keeps the floor that was asked for over the socket")
    func mediaKeeps() throws {
        let fixture = try RoomFixture(mode: .conference)
        let socket = try fixture.connect("p1")
        let media = try fixture.enter(try fixture.request("p1", secret: socket.secret), at: .zero)
        try fixture.give("p1")
        fixture.handle(.left(socket.resource, .closed), at: .ms(10))
        #expect(fixture.holders == ["p1"])
        fixture.handle(.left(media.resource, .deleted), at: .ms(20))
        #expect(fixture.holders.isEmpty)
    }

    @Test("the place is kept for 30 s of silence, and then gone")
    func thirtySeconds() throws {
        let fixture = try RoomFixture()
        try fixture.connect("p1")
        try fixture.connect("p2", at: .ms(500))
        try fixture.ask("p1")
        try fixture.ask("p2", at: .ms(500))
        #expect(fixture.run(to: .ms(29_999)).compactMap(\.ended).isEmpty)
        #expect(fixture.queue == ["p1", "p2"])
        #expect(try fixture.line("p1").state == .silent)
        _ = fixture.run(to: .ms(30_000))
        #expect(fixture.queue == ["p2"])
    }

    @Test("whoever comes back within 30 s has the place again", arguments: [6_001, 29_999] as [UInt64])
    func comesBack(at time: UInt64) throws {
        let fixture = try RoomFixture()
        let first = try fixture.connect("p1")
        try fixture.connect("p2", at: .ms(time - 1))
        try fixture.ask("p1")
        try fixture.ask("p2", at: .ms(time - 1))
        _ = fixture.run(to: .ms(time))
        let second = try fixture.connect("p1", secret: first.secret, at: .ms(time))
        #expect(second.session == first.session)
        #expect(fixture.queue == ["p1", "p2"])
        #expect(fixture.run(to: .ms(time + 5_000)).compactMap(\.ended).isEmpty)
        _ = fixture.run(to: .ms(time + 30_000))
        #expect(fixture.queue.isEmpty)
    }
}
