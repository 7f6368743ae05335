import Conference
import Testing
import Units

@Suite("Sockets")
struct SocketTests {
    @Test("a socket is present at once, silent after 6 s, gone after 30 s")
    func phases() throws {
        let fixture = try RoomFixture()
        let admission = try fixture.connect("p1")
        #expect(!admission.sends && !admission.receives)
        #expect(try fixture.line("p1").state == .present && fixture.line("p1").role == .point)
        _ = fixture.run(to: .ms(5_999))
        #expect(try fixture.line("p1").state == .present)
        _ = fixture.run(to: .ms(6_000))
        #expect(try fixture.line("p1").state == .silent)
        fixture.handle(.activity(admission.resource, lastAuthenticated: .ms(7_000)), at: .ms(7_000))
        #expect(try fixture.line("p1").state == .present)
        #expect(fixture.run(to: .ms(37_000)) == [.end(admission.resource, .absent)])
        #expect(try fixture.line("p1").state == .absent)
    }

    @Test("presence is the better of media and socket")
    func presence() throws {
        let fixture = try RoomFixture()
        let socket = try fixture.connect("p1")
        let media = try fixture.request("p1", secret: socket.secret)
        fixture.handle(.join(media), at: .ms(100))
        #expect(try fixture.line("p1").state == .present, "ICE is under way, the socket is there")
        #expect(fixture.run(to: .ms(15_100)) == [.end(media.resource, .iceTimeout)])
        #expect(try fixture.line("p1").state == .silent)
        #expect(try fixture.line("p1").sessions == [socket.session])
    }

    @Test("media and socket of one device are one session, whichever comes first", arguments: JoinRequest.Kind.allCases)
    func oneSession(first: JoinRequest.Kind) throws {
        let fixture = try RoomFixture()
        let one = try fixture.enter(try fixture.request("p1", kind: first), at: .zero)
        let other: JoinRequest.Kind = first == .media ? .socket : .media
        let two = try fixture.enter(try fixture.request("p1", kind: other, secret: one.secret), at: .zero)
        #expect(one.session == two.session && one.secret == two.secret)
        #expect(fixture.room.attendance.seated == 1 && fixture.room.occupiedSeats == 1)
        #expect(try fixture.line("p1").sessions == [one.session])
    }

    @Test("a newer socket of the session goes on where the old one was")
    func resumed() throws {
        let fixture = try RoomFixture()
        let first = try fixture.connect("p1")
        let media = try fixture.enter(try fixture.request("p1", secret: first.secret), at: .zero)
        let again = try fixture.request("p1", kind: .socket, secret: first.secret)
        let effects = fixture.handle(.join(again), at: .ms(10))
        #expect(effects.first == .end(first.resource, .resumed))
        #expect(effects.last?.admission?.session == first.session)
        #expect(effects.compactMap(\.ended) == [first.resource], "media is left alone")
        #expect(try fixture.line("p1").takeovers == 0)
        #expect(fixture.changed.isEmpty)
        let newMedia = try fixture.request("p1", secret: first.secret)
        #expect(fixture.handle(.join(newMedia), at: .ms(20)).first == .end(media.resource, .replaced))
    }

    @Test("so do those without a seat", arguments: [Role.observer, .operator, .technician])
    func resumedWithoutSeat(role: Role) throws {
        let fixture = try RoomFixture()
        let first = try fixture.connect(nil, role: role)
        try fixture.enter(try fixture.request(nil, role: role, sends: false, secret: first.secret), at: .zero)
        let again = try fixture.request(nil, role: role, kind: .socket, secret: first.secret)
        let effects = fixture.handle(.join(again), at: .ms(10))
        #expect(effects.compactMap(\.ended) == [first.resource] && effects.first == .end(first.resource, .resumed))
        let census = fixture.room.attendance
        #expect(census.observers + census.operators + census.technicians == 1)
    }

    /// What stands on the seat, what comes, and whether they want the same part.
    struct Pair: Sendable {
        var old: JoinRequest.Kind
        var new: JoinRequest.Kind
    }

    static let pairs = JoinRequest.Kind.allCases.flatMap { old in
        JoinRequest.Kind.allCases.map { Pair(old: old, new: $0) }
    }

    @Test("a part of a seat is taken by the rules of the seat, other parts are free", arguments: pairs)
    func parts(pair: Pair) throws {
        let fixture = try RoomFixture()
        let old = try fixture.enter(try fixture.request("p1", kind: pair.old), at: .zero)
        let effects = fixture.handle(.join(try fixture.request("p1", kind: pair.new)), at: .ms(100))
        if pair.old == pair.new {
            #expect(effects.refusal == .pointElsewhere)
        } else {
            #expect(effects.compactMap(\.ended).isEmpty && effects.last?.admission != nil)
            #expect(try fixture.line("p1").sessions.contains(old.session))
            #expect(fixture.room.attendance.seated == 2 && fixture.room.occupiedSeats == 1)
        }
    }

    @Test("a takeover of the socket takes the whole session's place", arguments: Takeover.Cause.known)
    func takeover(cause: Takeover.Cause) throws {
        let fixture = try RoomFixture(allowsPointTakeover: true)
        let old = try fixture.connect("p1", role: .chair)
        let media = try fixture.enter(try fixture.request("p1", role: .chair, secret: old.secret), at: .zero)
        let quiet: UInt64 = cause == .silence ? 6_000 : 100
        // Another role does not join the session whose secret it knows: it takes its place.
        let request = try fixture.request(
            "p1", kind: .socket, secret: cause == .secret ? old.secret : nil, takeover: cause == .asked)
        let effects = fixture.handle(.join(request), at: .ms(quiet))
        #expect(Set(effects.compactMap(\.ended)) == [old.resource, media.resource])
        for case .end(_, let reason) in effects { #expect(reason == .replaced) }
        let line = try fixture.line("p1")
        #expect(line.takeovers == 1 && line.lastTakeover?.cause == cause && line.role == .point)
        #expect(fixture.room.attendance.seated == 1)
    }

    @Test("a session counts once against every limit")
    func countedOnce() throws {
        let fixture = try RoomFixture(pointLimit: 1, observerLimit: 1)
        let point = try fixture.connect("p1")
        try fixture.enter(try fixture.request("p1", secret: point.secret), at: .zero)
        let late = try fixture.request("p2", kind: .socket)
        #expect(fixture.handle(.join(late), at: .zero) == [.refused(late.resource, .roomFull)])

        let observer = try fixture.connect(nil, role: .observer, maximumReceivers: 1)
        let media = try fixture.request(
            nil, role: .observer, sends: false, secret: observer.secret, maximumReceivers: 1)
        try fixture.enter(media, at: .zero)
        #expect(fixture.room.attendance.observers == 1)
        let other = try fixture.request(nil, role: .observer, kind: .socket, maximumReceivers: 1)
        #expect(fixture.handle(.join(other), at: .zero) == [.refused(other.resource, .roomFull)])
        fixture.handle(.left(observer.resource, .left), at: .zero)
        #expect(fixture.room.attendance.observers == 1)
        fixture.handle(.left(media.resource, .left), at: .zero)
        #expect(fixture.room.attendance.observers == 0)
    }

    @Test("a token's limit is held against sessions, and follows a session to its newer token")
    func tokenLimit() throws {
        let fixture = try RoomFixture()
        let first = try fixture.connect(nil, role: .observer, token: "a", maximumReceivers: 1)
        let second = try fixture.request(nil, role: .observer, kind: .socket, token: "a", maximumReceivers: 1)
        #expect(fixture.handle(.join(second), at: .zero) == [.refused(second.resource, .tokenFull)])
        try fixture.connect(nil, role: .observer, secret: first.secret, token: "b", maximumReceivers: 1)
        try fixture.enter(second, at: .zero)
        let third = try fixture.request(nil, role: .observer, kind: .socket, token: "b", maximumReceivers: 1)
        #expect(fixture.handle(.join(third), at: .zero) == [.refused(third.resource, .tokenFull)])
    }
}

extension Takeover.Cause {
    fileprivate static let known: [Takeover.Cause] = [.secret, .silence, .asked]
}
