import Conference
import Testing
import Units

@Suite("A room in which anything happens")
struct RandomRoomTests {
    /// What the test itself knows: what was let in and is not yet told to have ended.
    private struct Ledger {
        var alive: [MediaResourceID: Admission] = [:]
        var gone: Set<MediaResourceID> = []
        var sendingPicture: Set<MediaResourceID> = []

        mutating func book(_ effects: [BridgeRoom.Effect]) {
            for effect in effects {
                switch effect {
                case .admitted(let admission): alive[admission.resource] = admission
                case .end(let id, _):
                    #expect(alive.removeValue(forKey: id) != nil, "ended without having been let in, or twice")
                    #expect(gone.insert(id).inserted)
                case .refused(let id, _): #expect(alive[id] == nil)
                case .rejected, .picturePlan, .voices, .changed, .notice, .message: break
                }
            }
        }
    }

    @Test("seats, counts, ends and plan stay in order", arguments: 1...100 as ClosedRange<UInt64>)
    func invariants(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        let fixture = try RoomFixture(
            points: 8, pointLimit: 6, observerLimit: 3, pictureSlots: Int.random(in: 1...4, using: &random),
            programDefault: seed % 2 == 0 ? ["p1", "p2"] : [], allowsPointTakeover: seed % 3 == 0)
        fixture.random = SeededRandom(state: ~seed)
        var ledger = Ledger()
        var now = Instant.zero
        for _ in 0..<400 {
            now = now.advanced(by: .milliseconds(Int.random(in: 0...1_500, using: &random)))
            let event = try self.event(fixture, ledger, at: now, &random)
            ledger.book(fixture.handle(event, at: now))
            if case .sources(let id, let media) = event {
                if media.video { ledger.sendingPicture.insert(id) } else { ledger.sendingPicture.remove(id) }
            }
            if Bool.random(using: &random) { ledger.book(fixture.run(to: now)) }
            try check(fixture.room, ledger)
        }
        ledger.book(fixture.handle(.shutDown, at: now))
        #expect(ledger.alive.isEmpty && fixture.room.isEmpty && fixture.room.occupiedSeats == 0)
        #expect(fixture.room.attendance.seated == 0 && fixture.room.picturePlan.isEmpty)
    }

    private func event(
        _ fixture: RoomFixture, _ ledger: Ledger, at now: Instant, _ random: inout SeededRandom
    ) throws -> BridgeRoom.Event {
        let known = (ledger.alive.keys.map(\.self) + ledger.gone.prefix(3)).sorted { "\($0)" < "\($1)" }
        let someone = known.randomElement(using: &random) ?? MediaResourceID(using: &random)
        let somewhere = try RoomFixture.point("p\(Int.random(in: 0..<9, using: &random))")
        switch Int.random(in: 0..<16, using: &random) {
        case 0..<5: return .join(try randomRequest(fixture, ledger, &random))
        case 5: return .iceConnected(someone)
        case 6, 7: return .connected(someone, path: "udp")
        case 8: return .activity(someone, lastAuthenticated: now)
        case 9, 10: return .sources(someone, Bool.random(using: &random) ? .picture : .nothing)
        case 11: return .left(someone, .closed)
        case 12: return .speaking(Bool.random(using: &random) ? somewhere : nil)
        case 13: return .command(.program([somewhere, try RoomFixture.point("p0")]), by: Actor(role: .operator))
        case 14:
            let points = (0..<8).filter { _ in Bool.random(using: &random) }.map { "p\($0)" }
            return .replace(
                try RoomFixture.definition(points: points + ["x"], pointLimit: 6, observerLimit: 3, pictureSlots: 2))
        default: return .tick
        }
    }

    private func randomRequest(
        _ fixture: RoomFixture, _ ledger: Ledger, _ random: inout SeededRandom
    ) throws -> JoinRequest {
        let secrets = ledger.alive.values.map(\.secret).sorted { $0.text < $1.text }
        return try fixture.request(
            "p\(Int.random(in: 0..<8, using: &random))",
            role: [.point, .point, .chair, .observer, .operator].randomElement(using: &random) ?? .point,
            kind: Int.random(in: 0..<4, using: &random) == 0 ? .socket : .media,
            sends: Bool.random(using: &random), receives: Bool.random(using: &random),
            secret: Bool.random(using: &random) ? secrets.randomElement(using: &random) : nil,
            takeover: Bool.random(using: &random), maximumReceivers: 2)
    }

    private func check(_ room: BridgeRoom, _ ledger: Ledger) throws {
        let seated = ledger.alive.values.filter { $0.point != nil }
        for (_, holders) in Dictionary(grouping: seated, by: \.point) {
            #expect(holders.count { $0.sends } <= 1 && holders.count { $0.receives } <= 1)
        }
        let observers = Set(ledger.alive.values.filter { $0.role == .observer }.map(\.session))
        #expect(Set(seated.map(\.point)).count == room.occupiedSeats)
        #expect(room.occupiedSeats <= 6 && room.attendance.seated == Set(seated.map(\.session)).count)
        #expect(room.attendance.observers == observers.count)
        #expect(room.attendance.observers <= 2, "the token's limit")
        #expect(room.isEmpty == ledger.alive.isEmpty)

        let plan = room.picturePlan
        #expect(Set(plan).count == plan.count)
        #expect(plan.count <= room.definition.pictureSlots + BridgeRoom.planReserve)
        for point in plan {
            let line = try #require(room.rosterLine(point))
            #expect(line.media.video)
            #expect(seated.contains { $0.point == point && ledger.sendingPicture.contains($0.resource) })
        }
        for line in room.rosterLines {
            let hasHolders = seated.contains { $0.point == line.entry.code }
            #expect(hasHolders == !line.sessions.isEmpty)
            switch line.state {
            case .expected, .absent: #expect(!hasHolders)
            case .connecting, .present, .silent: #expect(hasHolders)
            }
        }
    }
}
