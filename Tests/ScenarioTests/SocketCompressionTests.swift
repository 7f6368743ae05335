import Bridge
import Conference
import HTTPTypes
import Signalling
import Testing
import Units
import WebSocket

@Suite("Sockets: compression")
struct SocketCompressionTests {
    /// Brings `payload` to the server as a compressed text message, whatever it is.
    private func deliver(_ payload: [UInt8], from socket: SimulatedSocket, in world: World) {
        let frame = FrameWriter.frame(.text, payload, mask: 0x1234_5678, isCompressed: true)
        world.control.receive(frame.span.bytes, on: socket.id, at: world.moment, random: &world.random)
        world.exchangeSockets()
    }

    /// A message that hardly gets shorter.
    private func words(_ world: World) -> String {
        String((0..<1_900).map { _ in Character(UnicodeScalar(UInt8.random(in: 97...122, using: &world.random))) })
    }

    @Test(
        "with and without compression the same comes, in a third of the bytes and less",
        arguments: [Role.observer, .technician])
    func same(role: Role) throws {
        let world = try World(points: 80)
        let plain = try world.enter(role, nil, id: "a")
        let packed = try world.enter(role, nil, id: "b", offersDeflate: true)
        let roster = try #require(packed.welcome?.roster)
        #expect(roster == plain.welcome?.roster && roster.points.count == 80)
        #expect(roster.points.allSatisfy { ($0.details != nil) == role.isStaff })
        #expect(packed.taken * 3 < plain.taken, "\(packed.taken), \(plain.taken) bytes")

        let desk = try world.enter(.operator)
        world.run(for: .seconds(1))
        for socket in [plain, packed] { socket.forgetReceived() }
        let before = (plain: plain.taken, packed: packed.taken)
        for number in 0..<10 {
            #expect(world.say(.message(String(repeating: "xin chào \(number) ", count: 180), to: .all), desk) == "ok")
        }
        for number in 1..<80 { try world.enter(.point, "p\(number)") }
        world.run(for: .seconds(2))
        #expect(packed.texts == plain.texts && packed.chat.count == 10)
        #expect(packed.rosterUpdates.count >= 1, "and whoever came is told of")
        #expect((packed.taken - before.packed) * 3 < plain.taken - before.plain)
        #expect(packed.mirror.roster == plain.mirror.roster)
    }

    @Test("the session's secret is not compressed with anything")
    func secret() throws {
        let world = try World(points: 80)
        let socket = try world.enter(.point, "p1", offersDeflate: true)
        let secret = try #require(socket.welcome?.binding.text)
        let pieces = socket.beginnings.map { String(decoding: $0, as: UTF8.self) }
        #expect(pieces.count { $0.contains(secret) } == 1, "it stands there as it is")
        #expect(!pieces.contains { $0.contains(#""code":"p50""#) }, "the control: the roster does not")
    }

    @Test("figures for those who watch are the same, too")
    func health() throws {
        let world = try World(points: 80)
        let watchers = try [false, true].map { try world.enter(.technician, nil, id: "w\($0)", offersDeflate: $0) }
        for watcher in watchers { watcher.report(.stats(nil, watch: true)) }
        world.exchangeSockets()
        world.run(for: .seconds(1))
        for watcher in watchers { watcher.forgetReceived() }
        let before = watchers.map(\.taken)
        world.run(for: .seconds(3))
        let figures = watchers.map { $0.events.compactMap { if case .health(let view) = $0 { view } else { nil } } }
        #expect(figures[0] == figures[1] && figures[0].count == 3 && figures[0][0].lines.count == 80)
        #expect((watchers[1].taken - before[1]) * 3 < watchers[0].taken - before[0])
    }

    @Test("who has lost events gets the whole roster compressed")
    func wholeRoster() throws {
        let world = try World(points: 80)
        let slow = try world.enter(.point, "p1", offersDeflate: true)
        let desks = try (0..<8).map { try world.enter(.operator, nil, id: "desk\($0)") }
        world.run(for: .seconds(1))
        slow.forgetReceived()
        slow.reads = false
        for _ in 0..<90 {
            for desk in desks { desk.command(.message(words(world), to: .all)) }
            world.exchangeSockets()
            world.run(for: .milliseconds(105))
        }
        world.resumeReading(slow)
        world.run(for: .seconds(1))
        #expect(world.control.resynchronisations == 1 && slow.closed == nil)
        let wholes = slow.rosterUpdates.filter { if case .whole = $0 { true } else { false } }
        let open = slow.mirror.roster.map { $0.seen(by: .everyone) }
        let fresh = try world.freshRoster(.observer)
        #expect(wholes.count == 1 && open == fresh)
        #expect(slow.mirror.roster[1].details?.contactTelephone == "0274 p1", "its own line, too")
    }

    @Test("a client may compress what it says")
    func client() throws {
        let world = try World()
        let socket = try world.openSocket(token: try world.token(.point, "p1"), offersDeflate: true)
        deliver(CompressedPayload.message(ClientMessage.hello(Hello()).encoded), from: socket, in: world)
        #expect(socket.welcome?.you.point?.rawValue == "p1")
        deliver(CompressedPayload.message(ClientMessage.leave.encoded), from: socket, in: world)
        #expect(socket.bye?.reason == .left)
    }

    @Test(
        "what is no DEFLATE, too much of it, or not agreed to ends this socket and no other",
        arguments: [0, 1, 2, 3] as [Int])
    func hostile(kind: Int) throws {
        let world = try World()
        let other = try world.enter(.operator)
        let socket = try world.enter(.point, "p1", offersDeflate: kind != 3)
        let hello = CompressedPayload.message(ClientMessage.hello(Hello()).encoded)
        let cases: [(payload: [UInt8], code: CloseCode)] = [
            ([0xFF, 0xFF], .invalidPayload),
            (CompressedPayload.message([UInt8](repeating: 0x20, count: 50_000_000)), .messageTooBig),
            (CompressedPayload.message([UInt8](repeating: 0x20, count: 200_000)), .messageTooBig),
            (hello, .protocolError),
        ]
        deliver(cases[kind].payload, from: socket, in: world)
        #expect(socket.closed?.code == cases[kind].code && socket.isOver)
        #expect(world.say(.message("vẫn nghe", to: .all), other) == "ok")
    }
}
