import Conference
import Testing
import Units

@Suite("Seats and sessions")
struct SeatTests {
    /// One newcomer at a seat on which somebody sits.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var isConnected = true
        /// Milliseconds since the holder's last authenticated packet.
        var quiet: UInt64 = 0
        var role = Role.point
        var showsSecret = false
        var asksTakeover = false
        var roomAllows = false
        /// What becomes of the newcomer, and by what right.
        var admitted: Bool
        var cause: Takeover.Cause?
        var keepsSession = false
    }

    static let cases: [Case] = [
        Case(testDescription: "another device, no reason", admitted: false),
        Case(testDescription: "the old one quiet for just under 6 s", quiet: 5_999, admitted: false),
        Case(testDescription: "the old one quiet for 6 s", quiet: 6_000, admitted: true, cause: .silence),
        Case(testDescription: "asks, a point, not allowed", asksTakeover: true, admitted: false),
        Case(
            testDescription: "asks, a point, room allows", asksTakeover: true, roomAllows: true, admitted: true,
            cause: .asked),
        Case(testDescription: "room allows, not asked", roomAllows: true, admitted: false),
        Case(testDescription: "a chair does not ask", role: .chair, admitted: false),
        Case(testDescription: "a chair asks", role: .chair, asksTakeover: true, admitted: true, cause: .asked),
        Case(testDescription: "shows the secret", showsSecret: true, admitted: true, keepsSession: true),
        Case(
            testDescription: "shows the secret in another role", role: .chair, showsSecret: true, admitted: true,
            cause: .secret),
        Case(testDescription: "a newer attempt replaces a pending one", isConnected: false, admitted: true),
    ]

    @Test("who gets a taken seat", arguments: cases)
    func takenSeat(test: Case) throws {
        let fixture = try RoomFixture(allowsPointTakeover: test.roomAllows)
        let first = try fixture.request("p0")
        let old = try #require(fixture.handle(.join(first), at: .zero).last?.admission)
        if test.isConnected { _ = fixture.handle(.connected(old.resource, path: "udp"), at: .zero) }

        let second = try fixture.request(
            "p0", role: test.role, secret: test.showsSecret ? old.secret : nil, takeover: test.asksTakeover)
        let effects = fixture.handle(.join(second), at: .ms(test.quiet))
        let line = try fixture.line("p0")
        guard test.admitted else {
            #expect(effects == [.refused(second.resource, .pointElsewhere)])
            #expect(line.sessions == [old.session] && line.takeovers == 0)
            return
        }
        let new = try #require(effects.last?.admission)
        #expect(effects == [.end(old.resource, .replaced), .admitted(new)])
        #expect((new.session == old.session) == test.keepsSession)
        #expect((new.secret == old.secret) == test.keepsSession)
        #expect(line.sessions == [new.session])
        #expect(line.lastTakeover?.cause == test.cause)
        #expect(line.takeovers == (test.cause == nil ? 0 : 1))
        #expect(line.state == .connecting)
    }

    @Test("the loser of a takeover does not throw the winner out before that one is connected")
    func loserComesBack() throws {
        let fixture = try RoomFixture()
        let loser = try fixture.enter(try fixture.request("p0", role: .chair), at: .zero)
        let winner = try fixture.request("p0", role: .chair, takeover: true)
        let admission = try #require(fixture.handle(.join(winner), at: .ms(100)).last?.admission)

        let back = try fixture.request("p0", role: .chair, secret: loser.secret)
        #expect(fixture.handle(.join(back), at: .ms(200)) == [.refused(back.resource, .pointElsewhere)])
        // Its own second attempt counts, and so does another device that asks in its turn.
        let again = try fixture.request("p0", role: .chair, secret: admission.secret)
        #expect(fixture.handle(.join(again), at: .ms(300)).last?.admission?.session == admission.session)
        let third = try fixture.request("p0", role: .chair, takeover: true)
        #expect(fixture.handle(.join(third), at: .ms(400)).last?.admission != nil)
    }

    @Test("an encoder and a player without secrets share a seat; a second encoder does not fit")
    func halves() throws {
        let fixture = try RoomFixture()
        let encoder = try fixture.enter(try fixture.request("p0", receives: false), at: .zero)
        let player = try fixture.enter(try fixture.request("p0", sends: false), at: .zero)
        #expect(encoder.session != player.session)
        #expect(try fixture.line("p0").sessions == [encoder.session, player.session])
        #expect(fixture.room.occupiedSeats == 1)
        for (sends, receives) in [(true, false), (false, true), (true, true)] {
            let third = try fixture.request("p0", sends: sends, receives: receives)
            #expect(
                fixture.handle(.join(third), at: .zero) == [.refused(third.resource, .pointElsewhere)])
        }
    }

    @Test("two resources joined by the secret are one session, and lose the seat together")
    func sessionLosesAsAWhole() throws {
        let fixture = try RoomFixture()
        let encoder = try fixture.enter(try fixture.request("p0", receives: false), at: .zero)
        let player = try fixture.enter(
            try fixture.request("p0", sends: false, secret: encoder.secret), at: .zero)
        #expect(player.session == encoder.session && player.secret == encoder.secret)
        let newcomer = try fixture.request("p0", receives: false)
        let effects = fixture.handle(.join(newcomer), at: .ms(6_000))
        #expect(Set(effects.compactMap(\.ended)) == [encoder.resource, player.resource])
        #expect(try fixture.line("p0").takeovers == 1)
    }

    @Test("one live half keeps the whole session on the seat")
    func liveHalfProtects() throws {
        let fixture = try RoomFixture()
        let encoder = try fixture.enter(try fixture.request("p0", receives: false), at: .zero)
        let player = try fixture.enter(
            try fixture.request("p0", sends: false, secret: encoder.secret), at: .zero)
        _ = fixture.handle(.activity(player.resource, lastAuthenticated: .ms(6_500)), at: .ms(7_000))
        let newcomer = try fixture.request("p0", receives: false)
        #expect(
            fixture.handle(.join(newcomer), at: .ms(7_000)) == [.refused(newcomer.resource, .pointElsewhere)])
    }

    @Test("a secret opens no other seat")
    func secretOfAnotherSeat() throws {
        let fixture = try RoomFixture()
        let here = try fixture.enter(try fixture.request("p0"), at: .zero)
        let there = try fixture.enter(try fixture.request("p1"), at: .zero)
        let thief = try fixture.request("p1", secret: here.secret)
        #expect(fixture.handle(.join(thief), at: .zero) == [.refused(thief.resource, .pointElsewhere)])
        #expect(try fixture.line("p1").sessions == [there.session])
        let free = try fixture.request("p2", secret: here.secret)
        let admission = try #require(fixture.handle(.join(free), at: .zero).last?.admission)
        #expect(admission.session == free.newSession && admission.secret == free.newSecret)
    }

    @Test("the secret of a session that has ended is worth nothing")
    func secretOfTheDead() throws {
        let fixture = try RoomFixture()
        let loser = try fixture.enter(try fixture.request("p0"), at: .zero)
        _ = try fixture.enter(try fixture.request("p0"), at: .ms(6_000))
        let back = try fixture.request("p0", secret: loser.secret)
        #expect(fixture.handle(.join(back), at: .ms(6_001)) == [.refused(back.resource, .pointElsewhere)])
    }
}
