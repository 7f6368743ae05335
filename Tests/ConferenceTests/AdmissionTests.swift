import Conference
import Testing
import Units

@Suite("Admission")
struct AdmissionTests {
    @Test("whoever has no business here is told why")
    func refusals() throws {
        let fixture = try RoomFixture(points: 1)
        func answer(_ request: JoinRequest) -> Refusal? {
            fixture.handle(.join(request), at: .zero).first?.refusal
        }
        let requests: [(JoinRequest, Refusal)] = [
            (try fixture.request("zz"), .unknownPoint(try RoomFixture.point("zz"))),
            (try fixture.request(nil), .pointMissing),
            (try fixture.request("p0", sends: false, receives: false), .nothingToDo),
            (try fixture.request(nil, role: .observer, receives: false), .roleCannotSend),
        ]
        for (request, refusal) in requests { #expect(answer(request) == refusal) }
        #expect(fixture.room.isEmpty && fixture.room.deadline == nil)
    }

    @Test("roles without a seat only receive, whatever they offer", arguments: [Role.observer, .operator, .technician])
    func onlyReceive(role: Role) throws {
        let fixture = try RoomFixture()
        let admission = try fixture.enter(try fixture.request("p0", role: role), at: .zero)
        #expect(!admission.sends && admission.receives && admission.point == nil)
        #expect(try fixture.line("p0").state == .expected)
        #expect(fixture.handle(.sources(admission.resource, .picture), at: .zero).isEmpty)
    }

    @Test("a full room refuses new points, takes reconnecting ones and those who run it")
    func pointLimit() throws {
        let fixture = try RoomFixture(pointLimit: 2)
        let first = try fixture.enter(try fixture.request("p0"), at: .zero)
        try fixture.enter(try fixture.request("p1"), at: .zero)
        let third = try fixture.request("p2")
        #expect(fixture.handle(.join(third), at: .zero) == [.refused(third.resource, .roomFull)])
        try fixture.enter(try fixture.request("p0", secret: first.secret), at: .zero)
        try fixture.enter(try fixture.request(nil, role: .operator), at: .zero)
        _ = fixture.handle(.shutDown, at: .zero)
        try fixture.enter(third, at: .zero)
    }

    @Test("observers, operators and technicians are counted apart")
    func otherLimits() throws {
        let fixture = try RoomFixture(observerLimit: 3)
        for role in [Role.observer, .operator, .technician] {
            let limit = role == .observer ? 3 : RoomDefinition.staffLimit
            for _ in 0..<limit { try fixture.enter(try fixture.request(nil, role: role), at: .zero) }
            let late = try fixture.request(nil, role: role)
            #expect(fixture.handle(.join(late), at: .zero) == [.refused(late.resource, .roomFull)])
        }
        #expect(fixture.room.attendance.observers == 3)
    }

    @Test("an observer's token lets in as many as it says, and its own device again")
    func tokenLimit() throws {
        let fixture = try RoomFixture()
        let first = try fixture.enter(
            try fixture.request(nil, role: .observer, token: "a", maximumReceivers: 2), at: .zero)
        try fixture.enter(try fixture.request(nil, role: .observer, token: "a", maximumReceivers: 2), at: .zero)
        let third = try fixture.request(nil, role: .observer, token: "a", maximumReceivers: 2)
        #expect(fixture.handle(.join(third), at: .zero) == [.refused(third.resource, .tokenFull)])
        try fixture.enter(try fixture.request(nil, role: .observer, token: "b", maximumReceivers: 2), at: .zero)

        let again = try fixture.request(
            nil, role: .observer, secret: first.secret, token: "a", maximumReceivers: 2)
        let effects = fixture.handle(.join(again), at: .zero)
        #expect(effects.first == .end(first.resource, .replaced))
        #expect(effects.last?.admission?.session == first.session)

        _ = fixture.handle(.left(again.resource, .deleted), at: .zero)
        try fixture.enter(third, at: .zero)
    }

    @Test("a room without a file lets nobody in and nobody down")
    func retired() throws {
        let fixture = try RoomFixture()
        let inside = try fixture.enter(try fixture.request("p0"), at: .zero)
        #expect(fixture.handle(.retire, at: .zero).isEmpty)
        let late = try fixture.request("p1")
        #expect(fixture.handle(.join(late), at: .zero) == [.refused(late.resource, .unknownRoom)])
        #expect(!fixture.room.isEmpty)
        #expect(
            fixture.handle(.left(inside.resource, .deleted), at: .zero)
                == [.end(inside.resource, .left(.deleted))])
        #expect(fixture.room.isEmpty && fixture.room.isRetired)
    }

    @Test("the end of the server is the end of everybody, in order of admission")
    func shutDown() throws {
        let fixture = try RoomFixture()
        let ids = try (0..<4).map { try fixture.enter(try fixture.request("p\($0)"), at: .zero).resource }
        #expect(fixture.handle(.shutDown, at: .zero) == ids.map { .end($0, .shutDown) })
        #expect(fixture.room.deadline == nil || fixture.run(to: .ms(100_000)).isEmpty)
    }
}
