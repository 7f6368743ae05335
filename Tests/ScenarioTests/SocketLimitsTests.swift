import Bridge
import Conference
import HTTP1
import HTTPTypes
import Signalling
import Testing
import Units
import WebSocket

@Suite("Sockets: limits")
struct SocketLimitsTests {
    @Test("a socket that never reads costs the server nothing, and gets a whole roster when it reads again")
    func slowReader() throws {
        let world = try World(points: 171)
        let slow = try world.enter(.observer)
        let desk = try world.enter(.operator)
        let reader = try world.enter(.technician)
        world.run(for: .seconds(1))
        slow.forgetReceived()
        slow.reads = false
        let before = slow.taken
        // Each announces other delegates each time: 10,000 changes of lines.
        var changes = 0
        for round in 0..<59 {
            for number in 0..<171 {
                let token = try world.token(.operator, nil, id: "desk\(round * 171 + number)")
                let names = Array(repeating: "{\"name\":\"Đại biểu \(round)\",\"post\":\"\"}", count: 1 + round % 2)
                    .joined(separator: ",")
                let answer = try world.request(
                    "POST", "/v1/rooms/r/delegates", token: token,
                    body: "{\"point\":\"p\(number)\",\"delegates\":[\(names)]}")
                if answer.status == .ok { changes += 1 }
            }
            world.exchangeSockets()
            // It says something now and then: a page whose machine sleeps, but whose system answers.
            if round % 10 == 0 { slow.report(.stats(nil, watch: true)) }
            world.run(for: .milliseconds(250))
            #expect(world.control.outputCount(of: slow.id) < 4_096)
        }
        #expect(changes > 10_000)
        let held = slow.taken - before
        #expect(held <= SimulatedSocket.highWater + (64 << 10), "\(held) bytes were written for who does not read")
        #expect(
            reader.mirror.roster.allSatisfy { $0.details?.delegateList.first?.name == "Đại biểu 58" }, "the control")

        let kept = slow.unreadBytes
        world.resumeReading(slow)
        world.run(for: .seconds(2))
        #expect(kept > 0 && slow.closed == nil)
        #expect(world.control.resynchronisations == 1)
        #expect(slow.rosterUpdates.contains { if case .whole = $0 { true } else { false } })
        #expect(slow.mirror.roster == reader.mirror.roster.map { $0.seen(by: .everyone) })
        #expect(world.say(.message("vẫn nghe", to: .all), desk) == "ok" && slow.chat.map(\.text) == ["vẫn nghe"])
    }

    @Test("who has lost events gets room, floor and a whole roster, once, and goes on from there")
    func wholeRoster() throws {
        let world = try World(points: 6)
        let slow = try world.enter(.point, "p1")
        let desks = try (0..<8).map { try world.enter(.operator, nil, id: "desk\($0)") }
        world.run(for: .seconds(1))
        slow.forgetReceived()
        slow.reads = false
        for number in 0..<110 {
            for desk in desks {
                desk.command(.message(String(repeating: "y", count: 1_990) + "\(number % 10)", to: .all))
            }
            world.exchangeSockets()
            world.run(for: .milliseconds(105))
        }
        try world.enter(.point, "p2")
        world.run(for: .seconds(1))
        #expect(world.control.resynchronisations == 0)
        world.resumeReading(slow)
        world.run(for: .seconds(1))
        #expect(world.control.resynchronisations == 1)
        let wholes = slow.rosterUpdates.filter { if case .whole = $0 { true } else { false } }
        #expect(wholes.count == 1)
        #expect(slow.chat.count < 200, "the rest is lost: the server keeps no queue")
        let fresh = try world.freshRoster(.observer)
        #expect(slow.mirror.roster.map { $0.seen(by: .everyone) } == fresh)
        #expect(slow.mirror.lines[try world.point("p1")]?.details != nil, "its own line has its private fields still")
        #expect(slow.seqs == slow.seqs.sorted())
        #expect(world.say(.ask, slow) == "ok" && slow.mirror.floor?.queue.count == 1)
    }

    @Test("a quiet roster and very many messages: who comes then is welcomed once, not for ever")
    func quietRoster() throws {
        let world = try World(points: 4, observers: 1_000)
        let desks = try (0..<8).map { try world.enter(.operator, nil, id: "desk\($0)") }
        let early = try world.enter(.observer)
        for number in 0..<150 {
            for desk in desks { desk.command(.message("\(number)", to: .all)) }
            world.run(for: .milliseconds(105))
        }
        #expect(early.chat.count > 1_100, "more than the log holds")
        let late = try world.enter(.observer)
        world.run(for: .seconds(1))
        #expect(late.welcome != nil && late.chat.isEmpty && late.rosterUpdates.isEmpty)
        #expect(world.control.resynchronisations == 0)
        #expect(world.say(.message("xin chào", to: .all), desks[0]) == "ok" && late.chat.count == 1)
    }

    @Test("10,000 commands a second from one client: others are served in the same turn, it is told and closed")
    func flood() throws {
        let world = try World(points: 6)
        let quiet = try world.enter(.point, "p2")
        let flooder = try world.enter(.point, "p1")
        // One turn's worth: 5 ms of 10,000 a second, and the other's one command among them.
        var first: [UInt64] = []
        for _ in 0..<50 { first.append(flooder.command(.stats(reports: true, watch: nil))) }
        let ask = quiet.command(.ask)
        world.exchangeSockets()
        #expect(quiet.answer(to: ask) == "ok", "in the same turn")
        let answers = first.compactMap { flooder.answer(to: $0) }
        #expect(answers.count == 50, "each gets exactly one answer")
        #expect(
            answers.prefix(20).allSatisfy { $0 == "ok" }
                && answers.dropFirst(20).allSatisfy { $0 == "too-many-commands" })
        #expect(flooder.errors.allSatisfy { ($0.retryAfter ?? 0) >= 1 && !$0.text.isEmpty })
        var turns = 0
        while flooder.closed == nil, turns < 100 {
            for _ in 0..<50 { flooder.command(.stats(reports: true, watch: nil)) }
            world.run(for: .milliseconds(5))
            turns += 1
        }
        #expect(flooder.bye?.reason == .tooMany && flooder.bye?.again == false)
        #expect(flooder.closed?.code == .policyViolation && turns < 10)
        #expect(flooder.errors.count < 300, "no answers without end")
        #expect(world.say(.withdraw, quiet) == "ok" && quiet.closed == nil)
        #expect(try world.state("p1") == "present", "its session is kept for a while")

        // Coming back does not help: the token is known.
        let again = try world.comeBack(flooder, .point, "p1")
        var oks = 0
        for _ in 0..<30 { if world.say(.stats(reports: true, watch: nil), again) == "ok" { oks += 1 } }
        #expect(oks < 10, "\(oks)")
        world.run(for: .seconds(3))
        #expect(world.say(.stats(reports: true, watch: nil), again) == "ok", "and is forgiven")
    }

    @Test("bad messages are held to the same rate; a few are answered, with the id where it can be read")
    func badMessages() throws {
        let world = try World(points: 4)
        let socket = try world.enter(.point, "p1")
        for text in [
            "{", "[]", "{\"type\":\"ask\"}", "{\"type\":\"ask\",\"id\":-1}", "{\"type\":\"dance\",\"id\":7}",
            "{\"type\":\"give\",\"id\":8}", "{\"type\":\"ask\",\"id\":9,\"id\":9}", "",
        ] { socket.send(text: text) }
        world.exchangeSockets()
        #expect(socket.errors.count == 8 && socket.oks.isEmpty && socket.closed == nil)
        #expect(socket.errors.map(\.code).filter { $0 == "unsupported" }.count == 1)
        #expect(socket.errors.compactMap(\.id) == [7, 8])
        #expect(world.say(.ask, socket) == "ok", "it goes on")
        for _ in 0..<1_000 { socket.send(text: "{") }
        world.exchangeSockets()
        #expect(socket.bye?.reason == .tooMany && socket.closed != nil && socket.errors.count < 260)
    }

    @Test("hellos are held to a rate too, for whoever has a seat")
    func helloFlood() throws {
        let world = try World(points: 4)
        let other = try world.enter(.point, "p2")
        var refused = 0
        var device = try world.enter(.point, "p1")
        for _ in 0..<40 {
            let socket = try world.openSocket(token: try world.token(.point, "p1"))
            socket.send(.hello(Hello(binding: device.welcome?.binding)))
            world.exchangeSockets()
            if socket.welcome == nil {
                #expect(socket.errors.map(\.code) == ["too-many-commands"] && socket.closed != nil)
                refused += 1
            } else {
                device = socket
            }
        }
        #expect(refused >= 15 && refused < 40)
        #expect(device.closed == nil && other.closed == nil, "the last that came in stays")
        #expect(try world.enter(.point, "p3").welcome != nil, "others come in meanwhile")
        world.run(for: .seconds(3))
        #expect(try world.comeBack(device, .point, "p1").welcome != nil)
    }

    @Test("observers and staff come in by sessions, up to their limits; a session with media and socket counts once")
    func limits() throws {
        let world = try World(points: 4, observers: 3)
        let media = try world.watch()
        let joined = try world.enter(.observer, nil, Hello(binding: BindingSecret(media.secret)))
        #expect(joined.mirror.room?.observers == 1)
        for _ in 0..<2 { try world.enter(.observer) }
        let full = try world.hello(token: try world.token(.observer))
        #expect(full.errors.map(\.code) == ["room-full"] && full.errors.first?.retryAfter == 30)
        world.leave(joined)
        #expect(try world.enter(.observer).welcome != nil, "one place is free again")
        let two = try world.token(.observer, id: "two", receivers: 1)
        let other = try World(points: 4)
        let token = try other.token(.observer, id: "two", receivers: 1)
        #expect(try other.hello(token: token).welcome != nil && !two.isEmpty)
        #expect(try other.hello(token: token).errors.map(\.code) == ["token-full"])
        for number in 0..<RoomDefinition.staffLimit { try other.enter(.technician, id: "t\(number)") }
        let more = try other.hello(token: try other.token(.technician, id: "more"))
        #expect(more.errors.map(\.code) == ["room-full"])
        #expect(try other.enter(.point, "p1").welcome != nil, "seats are counted apart")
    }
}
