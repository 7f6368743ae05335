import Bridge
import Forwarding
import Testing
import Units

@Suite("Who may be heard")
struct VoiceRuleTests {
    /// Points that only send sound, as loud as `levels` say (dBov below overload), and one who listens.
    private func room(levels: [UInt8], loops: Int = 1) throws -> (World, [SimulatedClient], SimulatedClient) {
        let world = try World(loops: loops)
        var plan = SimulatedClient.Plan()
        plan.camera = nil
        let clients = try levels.indices.map { try world.join("p\($0)", plan) }
        for (client, level) in zip(clients, levels) { client.streams[0].level = level }
        return (world, clients, try world.watch())
    }

    private func rule(_ rule: VoiceRule, in world: World) { world.order(.voices(room: 0, rule)) }

    /// Whose sound reaches `client` between `start` and now.
    private func heard(by client: SimulatedClient, since start: Instant) -> Set<UInt8> {
        Set((0..<3).flatMap { client.sound($0).publishers(since: start) })
    }

    /// Packets that were under way when a rule came arrive within this.
    private static let underWay = Duration.milliseconds(30)

    @Test("the muted is off its slot at once, the other is heard on, and the speaker is another", arguments: [1, 2])
    func muting(loops: Int) throws {
        let (world, clients, watcher) = try room(levels: [10, 30, 40], loops: loops)
        world.run(for: .seconds(2))
        var start = world.now
        world.run(for: .milliseconds(200))
        #expect(heard(by: watcher, since: start) == [0, 1, 2])

        rule(.everyone(except: [0]), in: world)
        world.run(for: Self.underWay)
        start = world.now
        world.run(for: .seconds(2))
        for client in clients { #expect(!heard(by: client, since: start).contains(0)) }
        #expect(heard(by: watcher, since: start) == [1, 2], "the control")
        #expect(try world.speaker() == "p1")

        rule(.everyone(except: []), in: world)
        start = world.now
        world.run(for: .milliseconds(100))
        #expect(heard(by: watcher, since: start) == [0, 1, 2], "back with its next packets")
        world.run(for: .seconds(2))
        #expect(try world.speaker() == "p0")
    }

    @Test("not one packet of sound that comes after a rule that forbids it leaves the bridge", arguments: [1, 2])
    func atOnce(loops: Int) throws {
        let world = try World(loops: loops, delay: .zero)
        let clients = try (0..<2).map { try world.join("p\($0)") }
        for client in clients { client.streams[0].level = 10 }
        let watcher = try world.watch()
        world.run(for: .seconds(2))
        // The rule comes at any moment between packets and between the ticks of the bridge.
        for _ in 0..<12 {
            rule(.only([1]), in: world)
            let start = world.now
            world.run(for: .milliseconds(200))
            let marks = (0..<3).flatMap { watcher.sound($0).packets }.compactMap(\.mark)
            let later = marks.filter { $0.captured > start }
            #expect(Set(later.map(\.publisher)) == [1])
            #expect(later.count >= 8, "the control is heard without a break")
            rule(.everyone(except: []), in: world)
            world.run(for: .milliseconds(205))
        }
    }

    @Test("only those on the list are heard, whoever shouts; a longer list adds to it", arguments: [1, 2])
    func only(loops: Int) throws {
        let (world, clients, watcher) = try room(levels: [0, 0, 0, 30], loops: loops)
        rule(.only([3]), in: world)
        world.run(for: .seconds(2))
        var start = world.now
        world.run(for: .seconds(1))
        #expect(heard(by: watcher, since: start) == [3])
        #expect(heard(by: clients[3], since: start) == [])
        #expect(try world.speaker() == "p3")
        rule(.only([2, 3]), in: world)
        start = world.now
        world.run(for: .milliseconds(100))
        #expect(heard(by: watcher, since: start) == [2, 3])
        var speakers: [UInt32?] = []
        world.onEvent = { event in
            if case .speaking(_, let speaker) = event { speakers.append(speaker?.seat) }
        }
        rule(.only([]), in: world)
        #expect(speakers.last == .some(nil), "told at once")
        world.run(for: Self.underWay)
        start = world.now
        world.run(for: .seconds(1))
        #expect(heard(by: watcher, since: start) == [])
        #expect(Set(speakers) == [nil])
    }

    @Test("the muted on the main picture is seen and not heard on the place that would be its own", arguments: [1, 2])
    func mainPicture(loops: Int) throws {
        let world = try World(loops: loops)
        let clients = try (0..<2).map { try world.join("p\($0)") }
        for client in clients { client.streams[0].level = 10 }
        let watcher = try world.watch()
        try world.show(["p0"])
        world.run(for: .seconds(2))
        rule(.everyone(except: [0]), in: world)
        world.run(for: Self.underWay)
        let start = world.now
        world.run(for: .seconds(1))
        #expect(watcher.mainPicture.publishers(since: start) == [0])
        #expect(heard(by: watcher, since: start) == [1])
        #expect(watcher.sound(0).publishers(since: start).isEmpty || watcher.sound(0).publishers(since: start) == [1])
    }

    @Test("a rule that came before anybody did holds, and joining anew is no way round it", arguments: [1, 2])
    func beforeAnybody(loops: Int) throws {
        let world = try World(loops: loops)
        rule(.everyone(except: [0]), in: world)
        world.run(for: .seconds(1))
        let clients = try (0..<2).map { try world.join("p\($0)") }
        for client in clients { client.streams[0].level = 10 }
        let watcher = try world.watch()
        world.run(for: .seconds(2))
        #expect(heard(by: watcher, since: world.start) == [1])

        world.leave(clients[0])
        world.run(for: .seconds(1))
        let again = try world.join("p0", fields: ["Diemcau-Takeover": "yes"])
        again.streams[0].level = 0
        world.run(for: .seconds(2))
        #expect(heard(by: watcher, since: world.start) == [1])
        rule(.everyone(except: []), in: world)
        world.run(for: .milliseconds(200))
        #expect(heard(by: watcher, since: world.start) == [1, again.number])
    }

    @Test("what a muted device sends does not cross to another loop, not even from the main picture")
    func crossing() throws {
        let world = try World(loops: 2)
        let clients = try (0..<2).map { try world.join("p\($0)") }
        for client in clients { client.streams[0].level = 10 }
        for _ in 0..<2 { _ = try world.watch() }
        try world.show(["p0"])
        world.run(for: .seconds(2))
        rule(.everyone(except: [0]), in: world)
        world.run(for: .milliseconds(100))
        var crossed: Set<[UInt32]> = []
        world.onMessage = { message in
            guard case .packets(let batch) = message else { return }
            for record in batch.records {
                crossed.insert([record.source.resource, record.source.kind.isPicture ? 1 : 0])
            }
        }
        world.run(for: .seconds(1))
        #expect(crossed == [[1, 1], [2, 0], [2, 1]], "the picture of the one, all of the other")
    }
}
