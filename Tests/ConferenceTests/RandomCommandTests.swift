import Conference
import Testing
import Units

@Suite("A conference in which anything happens")
struct RandomCommandTests {
    /// What the test knows by itself of one room.
    private struct World {
        let fixture: RoomFixture
        var random: SeededRandom
        var model: RoomModel
        /// In order of admission.
        var alive: [Admission] = []
        var now = Instant.zero
        /// As the effects told.
        var voices: VoicePlan

        var points: [PointCode] { fixture.room.rosterLines.map(\.entry.code) }

        mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &random) }
        mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }
    }

    @Test("floor, mutes, voices, locks and counts stay in order", arguments: 1...60 as ClosedRange<UInt64>)
    func invariants(seed: UInt64) throws {
        let mode = RoomMode.allCases[Int(seed % 3)]
        let fixture = try RoomFixture(
            points: 7, pointLimit: 6, observerLimit: 3, allowsPointTakeover: seed % 2 == 0, mode: mode)
        fixture.random = SeededRandom(state: ~seed)
        var world = World(
            fixture: fixture, random: SeededRandom(state: seed),
            model: RoomModel(mode: mode, chairs: [try RoomFixture.point("p0")]), voices: fixture.room.voicePlan)
        for _ in 0..<250 {
            world.now = world.now.advanced(by: .milliseconds(Int.random(in: 0...2_500, using: &world.random)))
            book(world.fixture.run(to: world.now), &world)
            try step(&world)
            check(world)
        }
        book(world.fixture.handle(.shutDown, at: world.now), &world)
        #expect(world.alive.isEmpty && fixture.room.isEmpty)
        #expect(fixture.holders.isEmpty && fixture.queue.isEmpty)
        #expect(fixture.room.attendance.seated == 0 && fixture.room.attendance.observers == 0)
    }

    // MARK: What happens

    private func step(_ world: inout World) throws {
        let someone = world.pick(world.alive)?.resource
        switch Int.random(in: 0..<12, using: &world.random) {
        case 0..<3: try join(&world)
        case 3:
            guard let someone else { return }
            let effects = world.fixture.handle(
                .left(someone, world.pick(EndReason.Departure.allCases) ?? .left), at: world.now)
            book(effects, &world)
        case 4, 5:
            for id in world.alive.map(\.resource) where !world.chance(3) {
                book(
                    world.fixture.handle(.activity(id, lastAuthenticated: world.now), at: world.now), &world)
            }
        case 6:
            guard let someone else { return }
            book(world.fixture.handle(.connected(someone, path: "udp"), at: world.now), &world)
        default: try command(&world)
        }
    }

    private func join(_ world: inout World) throws {
        let secret = world.chance(2) ? world.pick(world.alive)?.secret : nil
        let point = "p\(Int.random(in: 0..<7, using: &world.random))"
        let role = world.pick([Role.point, .point, .point, .chair, .observer, .operator]) ?? .point
        let request = try world.fixture.request(
            point, role: role, kind: world.chance(2) ? .media : .socket, secret: secret, takeover: world.chance(2),
            token: "\(role)-\(point)", maximumReceivers: 2)
        let isKnown = world.fixture.room.rosterLine(try RoomFixture.point(point))?.state != .expected
        let resumes = secret.map { shown in
            world.alive.contains { $0.secret == shown && $0.role == role && $0.point == nil }
        }
        let effects = world.fixture.handle(.join(request), at: world.now)
        if let admission = effects.lazy.compactMap(\.admission).first {
            #expect(admission.point.map(world.model.removed.contains) != true, "put out, and in again")
            if world.model.isLocked {
                #expect(role.isStaff || (role == .point && isKnown) || (role == .observer && resumes == true))
            }
        } else {
            #expect(effects.refusal != nil)
        }
        book(effects, &world)
    }

    private func command(_ world: inout World) throws {
        let point = try RoomFixture.point("p\(Int.random(in: 0..<8, using: &world.random))")
        let role = world.pick(Role.allCases + [.point, .chair, .operator]) ?? .point
        let actor = Actor(role: role, point: point)
        let other = try RoomFixture.point("p\(Int.random(in: 0..<7, using: &world.random))")
        let chair = try RoomFixture.point("p0")
        // Floor and mutes are what the others depend on: they come more often.
        let rows = CommandTable.answers.map(\.row) + ["ask", "ask", "ask", "give", "give", "give", "take", "mute"]
        guard let row = world.pick(rows) else { return }
        if row == "remove" && !world.chance(3) { return }
        let command = try CommandTable.command(row, other: other, chair: chair)
        let before = world.fixture.room
        let effects = world.fixture.order(command, by: actor, at: world.now)
        if effects.refusal != nil {
            #expect(effects.count == 1 && world.fixture.room.floor == before.floor)
            #expect(world.fixture.room.rosterVersion == before.rosterVersion)
            #expect(world.fixture.room.voicePlan == before.voicePlan && world.fixture.room.mode == before.mode)
        } else {
            world.model.book(command, by: actor, points: world.points)
        }
        book(effects, &world)
    }

    // MARK: What is kept

    private func book(_ effects: [BridgeRoom.Effect], _ world: inout World) {
        for effect in effects {
            switch effect {
            case .admitted(let admission): world.alive.append(admission)
            case .end(let id, _):
                #expect(world.alive.contains { $0.resource == id }, "ended twice")
                world.alive.removeAll { $0.resource == id }
            case .voices(let plan):
                #expect(plan != world.voices, "told, but not changed")
                world.voices = plan
            case .refused, .rejected, .picturePlan, .changed, .notice, .message: break
            }
        }
        let seated = Dictionary(grouping: world.alive.filter { $0.point != nil }, by: { $0.point })
        for point in world.points where seated[point] == nil { world.model.forget(point) }
        let chairs = world.points.filter { point in seated[point]?.contains { $0.role == .chair } == true }
        world.model.chairs = Set(chairs + [world.fixture.room.definition.central])
        if world.model.mode == .lecture {
            world.model.keepOnlyChairs(and: world.model.holders.last { !world.model.chairs.contains($0) })
        }
    }

    private func check(_ world: World) {
        world.model.check(world.fixture.room)
        let broken = rules(world).filter { !$0.value }.map(\.key)
        #expect(broken.isEmpty)
    }

    /// What must hold at all times, in one expectation: expectations are slow.
    private func rules(_ world: World) -> KeyValuePairs<String, Bool> {
        let room = world.fixture.room
        let (holders, queue) = (room.floor.holders.map(\.point), room.floor.queue.map(\.point))
        let there = Set(world.alive.compactMap(\.point))
        let sockets = Dictionary(grouping: world.alive.filter { !$0.sends && !$0.receives }, by: \.session)
        return [
            "voices are told when they change": room.voicePlan == world.voices,
            "voices follow from what everybody sees": room.voicePlan == plan(room),
            "nobody is twice on the floor": Set(holders + queue).count == holders.count + queue.count,
            "a lecture has one holder": room.mode != .lecture || holders.count { !room.isChairSeat($0) } <= 1,
            "the floor is for who is there": there.isSuperset(of: holders + queue),
            "who was put out is not there": there.isDisjoint(with: room.removedPoints.keys),
            "seats are counted": room.occupiedSeats == there.count && room.occupiedSeats <= 6,
            "points are counted": room.attendance.seated == sessions(world) { $0.holdsSeat },
            "observers are counted": room.attendance.observers == sessions(world) { $0 == .observer },
            "operators are counted": room.attendance.operators == sessions(world) { $0 == .operator },
            "a session has one socket": sockets.values.allSatisfy { $0.count == 1 },
        ]
    }

    private func sessions(_ world: World, of isWanted: (Role) -> Bool) -> Int {
        Set(world.alive.filter { isWanted($0.role) }.map(\.session)).count
    }

    /// The voice plan, worked out from nothing but what everybody can see.
    private func plan(_ room: BridgeRoom) -> VoicePlan {
        let lines = room.rosterLines
        let silenced = Set(lines.filter(\.muted).map(\.entry.code))
        guard room.mode != .discussion else { return .everyone(except: silenced) }
        let chairs = lines.filter { $0.role == .chair }.map(\.entry.code) + [room.definition.central]
        return .only(Set(chairs + room.floor.holders.map(\.point)).subtracting(silenced))
    }
}
