import Testing
import Units

@testable import Conference

@Suite("Lock and removal")
struct RemovalTests {
    private func answer(
        _ fixture: RoomFixture, _ code: String?, role: Role = .point, kind: JoinRequest.Kind = .socket,
        secret: BindingSecret? = nil, token: String = "t", at now: Instant = .ms(50_000)
    ) throws -> Refusal? {
        let request = try fixture.request(
            code, role: role, kind: kind, sends: role.holdsSeat, secret: secret, token: token)
        return fixture.handle(.join(request), at: now).refusal
    }

    // MARK: Lock

    @Test("a locked room takes who was here and who runs it, nobody else", arguments: JoinRequest.Kind.allCases)
    func lock(kind: JoinRequest.Kind) throws {
        let fixture = try RoomFixture(points: 6)
        try fixture.connect("p1")
        let observer = try fixture.connect(nil, role: .observer)
        let gone = try fixture.connect("p2")
        fixture.handle(.left(gone.resource, .left), at: .zero)
        let effects = fixture.direct(.lock(true))
        #expect(effects.noticesToAll == [.locked] && fixture.changed == [.room] && fixture.room.isLocked)
        #expect(fixture.direct(.lock(true)).isEmpty)

        #expect(try answer(fixture, "p2", kind: kind) == nil)
        #expect(try answer(fixture, "p3", kind: kind) == .roomLocked)
        #expect(try answer(fixture, nil, role: .observer, kind: kind) == .roomLocked)
        #expect(try answer(fixture, nil, role: .observer, kind: kind, secret: observer.secret) == nil)
        #expect(try answer(fixture, "p4", role: .chair, kind: kind) == nil)
        for role in [Role.operator, .technician] { #expect(try answer(fixture, nil, role: role, kind: kind) == nil) }

        #expect(fixture.direct(.lock(false)).noticesToAll == [.unlocked])
        #expect(try answer(fixture, "p3", kind: kind) == nil)
    }

    @Test("a lock holds for the other parts of a seat too: media of who is in comes in")
    func lockParts() throws {
        let fixture = try RoomFixture()
        let socket = try fixture.connect("p1")
        fixture.direct(.lock(true))
        #expect(try answer(fixture, "p1", kind: .media, secret: socket.secret) == nil)
    }

    // MARK: Removal

    @Test("who is put out goes with all devices, and does not come back by any token until readmitted")
    func removal() throws {
        let fixture = try RoomFixture(mode: .conference)
        let point = try RoomFixture.point("p1")
        let socket = try fixture.connect("p1", token: "a")
        let media = try fixture.enter(try fixture.request("p1", secret: socket.secret, token: "b"), at: .zero)
        try fixture.connect("p2")
        try fixture.give("p1")
        let effects = fixture.direct(.remove(point, reason: "Sai điểm cầu"), at: .ms(9))
        #expect(Set(effects.compactMap(\.ended)) == [socket.resource, media.resource])
        for case .end(_, let reason) in effects { #expect(reason == .removed) }
        #expect(effects.noticesToStaff == [.removed(point)])
        #expect(fixture.holders.isEmpty && fixture.room.occupiedSeats == 1)
        let line = try fixture.line("p1")
        #expect(line.state == .absent && line.departure == .removed && line.isRemoved)
        #expect(fixture.room.removedPoints[point] == Removal(by: .operator, at: .ms(9), reason: "Sai điểm cầu"))

        for (role, token) in [(Role.point, "a"), (.point, "other"), (.chair, "other")] {
            #expect(try answer(fixture, "p1", role: role, token: token) == .removed)
        }
        #expect(try answer(fixture, "p1", secret: socket.secret) == .removed)
        #expect(try answer(fixture, "p3", token: "b") == .removed, "its token is worth nothing elsewhere")
        #expect(try answer(fixture, nil, role: .observer, token: "a") == .removed)
        #expect(try fixture.ask("p1") == .removed)
        let message = Command.message("Xin vào lại", to: .staff)
        #expect(fixture.order(message, by: try RoomFixture.actor(.point, "p3", token: "b")).refusal == .removed)

        let readmitted = fixture.direct(.readmit(point))
        #expect(readmitted.noticesToStaff == [.readmitted(point)])
        #expect(try fixture.line("p1").departure == nil && !fixture.line("p1").isRemoved)
        #expect(try answer(fixture, "p1", token: "a") == nil)
        #expect(try answer(fixture, "p3", token: "b") == nil)
    }

    @Test("a point can be put out before it comes")
    func beforehand() throws {
        let fixture = try RoomFixture()
        fixture.direct(.remove(try RoomFixture.point("p1"), reason: ""))
        #expect(try answer(fixture, "p1") == .removed)
        #expect(try fixture.line("p1").isRemoved && fixture.line("p1").state == .expected)
    }

    @Test("nobody puts out themselves, and no operator the chair")
    func chair() throws {
        let fixture = try RoomFixture()
        try fixture.connect("p0", role: .chair)
        try fixture.connect("p1", role: .chair)
        let remove = Command.remove(try RoomFixture.point("p0"), reason: "")
        #expect(fixture.order(remove, by: Actor(role: .operator)).refusal == .isChair)
        #expect(fixture.order(remove, by: try RoomFixture.actor(.chair, "p0")).refusal == .isChair)
        #expect(fixture.order(remove, by: try RoomFixture.actor(.chair, "p1")).refusal == nil)
        #expect(fixture.room.occupiedSeats == 1)
    }

    @Test("the reason is bounded, made harmless and told")
    func reason() throws {
        let fixture = try RoomFixture()
        let point = try RoomFixture.point("p1")
        let long = String(repeating: "ễ", count: 201)
        #expect(
            fixture.order(.remove(point, reason: long), by: Actor(role: .operator)).refusal == .textTooLong(limit: 200))
        #expect(fixture.order(.readmit(point), by: Actor(role: .operator)).refusal == .notRemoved)
        fixture.direct(.remove(point, reason: "Gây\u{1B}[2Jồn"))
        let removal = try #require(fixture.room.removedPoints[point])
        #expect(removal.reason == "Gây [2Jồn")
        #expect(removal.text(in: .vi).hasSuffix("Lý do: Gây [2Jồn") && removal.text(in: .en).contains("Reason: "))
        fixture.direct(.remove(point, reason: " "))
        #expect(fixture.room.removedPoints[point]?.text(in: .vi) == EndReason.removed.text(in: .vi))
    }

    @Test("blocked tokens are bounded: the oldest go, the seats stay blocked")
    func bounded() throws {
        var removals = Removals()
        let removal = Removal(by: .chair, at: .zero, reason: "")
        let points = try (0..<10).map { try RoomFixture.point("p\($0)") }
        let tokens = try (0..<5_000).map { try #require(TokenID("t\($0)")) }
        for (index, point) in points.enumerated() {
            removals.remove(point, removal, tokens: tokens[index * 500..<(index + 1) * 500])
        }
        #expect(removals.tokenCount == Removals.tokenLimit)
        #expect(!removals.blocks(tokens[0]) && !removals.blocks(tokens[903]))
        #expect(removals.blocks(tokens[904]) && removals.blocks(tokens[4_999]))
        #expect(points.allSatisfy { removals.blocks($0) })
        #expect(removals.readmit(points[9]) && !removals.blocks(tokens[4_999]) && removals.blocks(tokens[4_499]))
        #expect(removals.tokenCount == Removals.tokenLimit - 500)
    }
}
