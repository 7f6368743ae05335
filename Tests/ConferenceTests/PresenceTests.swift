import Conference
import Testing
import Units

@Suite("Presence")
struct PresenceTests {
    private func pending(_ fixture: RoomFixture) throws -> MediaResourceID {
        let request = try fixture.request("p0")
        _ = fixture.handle(.join(request), at: .zero)
        return request.resource
    }

    @Test("no ICE for 15 s is the end, and the point is expected as before")
    func iceTimeout() throws {
        let fixture = try RoomFixture()
        let id = try pending(fixture)
        #expect(fixture.room.deadline == .ms(15_000))
        #expect(fixture.handle(.tick, at: .ms(14_999)).isEmpty)
        #expect(try fixture.line("p0").state == .connecting)
        #expect(fixture.run(to: .ms(15_000)) == [.end(id, .iceTimeout)])
        #expect(try fixture.line("p0").state == .expected)
        #expect(try fixture.line("p0").departure == .iceTimeout)
        #expect(fixture.room.deadline == nil)
    }

    @Test("no DTLS 10 s after ICE is the end, however often checks come")
    func dtlsTimeout() throws {
        let fixture = try RoomFixture()
        let id = try pending(fixture)
        for second in 14..<24 as Range<UInt64> {
            #expect(fixture.run(to: .ms(second * 1_000)).isEmpty)
            _ = fixture.handle(.iceConnected(id), at: .ms(second * 1_000))
            _ = fixture.handle(.activity(id, lastAuthenticated: .ms(second * 1_000)), at: .ms(second * 1_000))
        }
        #expect(fixture.run(to: .ms(23_999)).isEmpty)
        #expect(fixture.run(to: .ms(24_000)) == [.end(id, .dtlsTimeout)])
    }

    @Test("present, silent after 6 s, absent after 30 s")
    func silence() throws {
        let fixture = try RoomFixture()
        let id = try pending(fixture)
        _ = fixture.handle(.iceConnected(id), at: .ms(100))
        _ = fixture.handle(.connected(id, path: "udp 192.0.2.7:5000"), at: .ms(200))
        var line = try fixture.line("p0")
        #expect(line.state == .present && line.since == .ms(200) && line.path == "udp 192.0.2.7:5000")

        _ = fixture.handle(.activity(id, lastAuthenticated: .ms(900)), at: .ms(1_000))
        #expect(fixture.run(to: .ms(6_899)).isEmpty)
        #expect(try fixture.line("p0").state == .present)
        #expect(fixture.run(to: .ms(6_900)).isEmpty)
        line = try fixture.line("p0")
        #expect(line.state == .silent && line.since == .ms(6_900))
        #expect(fixture.run(to: .ms(30_899)).isEmpty)
        #expect(fixture.run(to: .ms(30_900)) == [.end(id, .absent)])
        line = try fixture.line("p0")
        #expect(line.state == .absent && line.sessions.isEmpty && line.departure == .absent)
        #expect(fixture.handle(.activity(id, lastAuthenticated: .ms(30_900)), at: .ms(31_000)).isEmpty)
    }

    @Test("one packet ends the silence; an older snapshot does not bring it back")
    func returns() throws {
        let fixture = try RoomFixture()
        let id = try fixture.enter(try fixture.request("p0"), at: .zero).resource
        #expect(fixture.run(to: .ms(10_000)).isEmpty)
        #expect(try fixture.line("p0").state == .silent)
        _ = fixture.handle(.activity(id, lastAuthenticated: .ms(3_000)), at: .ms(10_500))
        #expect(try fixture.line("p0").state == .silent, "heard before the silence was declared, told after")
        _ = fixture.handle(.activity(id, lastAuthenticated: .ms(11_000)), at: .ms(11_000))
        #expect(try fixture.line("p0").state == .present)
        _ = fixture.handle(.activity(id, lastAuthenticated: .ms(2_000)), at: .ms(12_000))
        #expect(fixture.run(to: .ms(16_999)).isEmpty)
        #expect(try fixture.line("p0").state == .present)
        _ = fixture.run(to: .ms(17_000))
        #expect(try fixture.line("p0").state == .silent)
    }

    @Test("a snapshot from ahead of our clock counts as now")
    func snapshotAhead() throws {
        let fixture = try RoomFixture()
        let id = try fixture.enter(try fixture.request("p0"), at: .zero).resource
        _ = fixture.handle(.activity(id, lastAuthenticated: .distantFuture), at: .ms(1_000))
        _ = fixture.run(to: .ms(7_000))
        #expect(try fixture.line("p0").state == .silent)
    }

    @Test("leaving by DELETE, close_notify or failure ends at once", arguments: EndReason.Departure.allCases)
    func leaving(departure: EndReason.Departure) throws {
        let fixture = try RoomFixture()
        let id = try fixture.enter(try fixture.request("p0"), at: .zero).resource
        #expect(fixture.handle(.left(id, departure), at: .ms(5)) == [.end(id, .left(departure))])
        #expect(fixture.handle(.left(id, departure), at: .ms(6)).isEmpty, "told once")
        let line = try fixture.line("p0")
        #expect(line.state == .absent && line.since == .ms(5) && line.departure == .left(departure))
    }

    @Test("a seat is as present as its best half")
    func bestHalf() throws {
        let fixture = try RoomFixture()
        let encoder = try fixture.enter(try fixture.request("p0", receives: false), at: .zero)
        let player = try fixture.enter(try fixture.request("p0", sends: false), at: .ms(4_000))
        _ = fixture.run(to: .ms(6_000))
        #expect(try fixture.line("p0").state == .present)
        _ = fixture.handle(.left(player.resource, .deleted), at: .ms(7_000))
        #expect(try fixture.line("p0").state == .silent)
        #expect(fixture.run(to: .ms(30_000)) == [.end(encoder.resource, .absent)])
    }
}
