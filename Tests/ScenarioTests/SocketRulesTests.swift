import Bridge
import Conference
import HTTP1
import HTTPTypes
import OpenSSL
import Signalling
import Testing
import Transport
import Units
import WebSocket

@Suite("Sockets: what chair and operator decide is carried out")
struct SocketRulesTests {
    /// Whose sound reaches `client` in the next second.
    private func heard(by client: SimulatedClient, in world: World) -> [UInt8] {
        world.run(for: .milliseconds(60))
        let start = world.now
        world.run(for: .seconds(1))
        return Set((0..<3).flatMap { client.sound($0).publishers(since: start) }).sorted()
    }

    @Test("mute, floor and mode are kept by the relay, whatever devices send", arguments: [1, 2])
    func enforced(loops: Int) throws {
        let world = try World(points: 4, loops: loops)
        var plan = SimulatedClient.Plan()
        plan.camera = nil
        let senders = try (0..<3).map { try world.join("p\($0)", plan, role: $0 == 0 ? .chair : .point) }
        for sender in senders { sender.streams[0].level = 20 }
        let watcher = try world.watch()
        let chair = try world.enter(.chair, "p0", Hello(binding: BindingSecret(senders[0].secret)))
        let point = try world.enter(.point, "p1", Hello(binding: BindingSecret(senders[1].secret)))
        world.run(for: .seconds(1))
        #expect(heard(by: watcher, in: world) == [0, 1, 2])
        func say(_ command: Command) { #expect(world.say(command, chair) == "ok", "\(command)") }
        let p1 = try world.point("p1")

        say(.mute(.points([p1])))
        #expect(point.noticeCodes == ["muted"] && point.mirror.lines[p1]?.muted == false, "the line is gathered")
        #expect(heard(by: watcher, in: world) == [0, 2])
        #expect(point.mirror.lines[p1]?.muted == true)
        #expect(world.say(.unmute(.all), point) == "not-allowed")
        #expect(heard(by: watcher, in: world) == [0, 2])
        say(.give(p1))
        #expect(heard(by: watcher, in: world) == [0, 1, 2], "the floor given after the mute lifts it")
        say(.take(p1))
        #expect(heard(by: watcher, in: world) == [0, 2])
        say(.unmute(.all))
        #expect(heard(by: watcher, in: world) == [0, 1, 2])

        say(.mute(.all))
        #expect(heard(by: watcher, in: world) == [0], "all but the chair")
        say(.unmute(.all))
        say(.mode(.lecture))
        #expect(heard(by: watcher, in: world) == [0])
        say(.give(p1))
        #expect(heard(by: watcher, in: world) == [0, 1])
        say(.give(try world.point("p2")))
        #expect(heard(by: watcher, in: world) == [0, 2], "one at most besides the chair")
        say(.mode(.discussion))
        #expect(heard(by: watcher, in: world) == [0, 1, 2])
    }

    @Test("a floor holder's device that goes silent is silenced for good when its session ends")
    func floorGone() throws {
        let world = try World(points: 4, mode: .conference)
        var plan = SimulatedClient.Plan()
        plan.camera = nil
        let sender = try world.join("p1", plan)
        sender.streams[0].level = 20
        let watcher = try world.watch()
        let chair = try world.enter(.chair, "p0")
        world.run(for: .seconds(1))
        #expect(heard(by: watcher, in: world).isEmpty)
        #expect(world.say(.give(try world.point("p1")), chair) == "ok")
        #expect(heard(by: watcher, in: world) == [0])
        world.leave(sender)
        world.run(for: .seconds(1))
        #expect(chair.mirror.floor?.holders.isEmpty == true)
        let again = try world.join("p1", plan)
        again.streams[0].level = 20
        world.run(for: .seconds(1))
        #expect(heard(by: watcher, in: world).isEmpty, "the floor does not come back with the point")
    }

    @Test("a locked room takes back who was there, and staff; nobody else until it is opened")
    func lock() throws {
        let world = try World(points: 5)
        let desk = try world.enter(.operator)
        let known = try world.enter(.point, "p1")
        world.run(for: .seconds(1))
        world.leave(known)
        #expect(world.say(.lock(true), desk) == "ok")
        let stranger = try world.hello(Hello(language: .en), token: try world.token(.point, "p2"))
        #expect(stranger.errors.map(\.code) == ["room-locked"] && stranger.closed?.code == .policyViolation)
        #expect(try world.offer(world.makeClient(), token: try world.token(.point, "p2")).status.code == 423)
        #expect(try world.hello(token: try world.token(.observer)).errors.map(\.code) == ["room-locked"])
        #expect(try world.enter(.point, "p1").welcome?.room.locked == true)
        #expect(try world.enter(.technician).welcome != nil)
        #expect(try world.enter(.chair, "p3").welcome != nil)
        #expect(world.say(.lock(false), desk) == "ok")
        #expect(try world.enter(.point, "p2").welcome?.room.locked == false)
    }

    @Test("who is put out is told why; socket and media end, and it stays out by any token until readmitted")
    func removal() throws {
        let world = try World(points: 5)
        let chair = try world.enter(.chair, "p0")
        let client = try world.join("p1")
        let other = try world.join("p2")
        let hello = Hello(binding: BindingSecret(client.secret), language: .en)
        let socket = try world.enter(.point, "p1", hello)
        let bystander = try world.enter(.point, "p2", Hello(binding: BindingSecret(other.secret)))
        world.run(for: .seconds(1))
        #expect(world.say(.remove(try world.point("p1"), reason: "sai điểm cầu"), chair) == "ok")
        #expect(socket.bye?.reason == .removed && socket.bye?.again == false)
        #expect(socket.bye?.text.contains("sai điểm cầu") == true, "\(socket.bye?.text ?? "")")
        #expect(socket.closed?.code == .normal)
        world.run(for: .seconds(1))
        #expect(client.transport?.state == .closed(.peerClosed) && other.isConnected && bystander.closed == nil)
        #expect(chair.mirror.lines[try world.point("p1")]?.details?.removed == true)
        #expect(chair.noticeCodes == ["point-removed"] && bystander.noticeCodes.isEmpty)

        func tries() throws -> [String] {
            let token = try world.token(.point, "p1")
            let another = try world.token(.point, "p1", id: "another")
            return [
                try world.hello(token: token).errors.first?.code ?? "welcome",
                try world.hello(Hello(binding: socket.welcome?.binding), token: another).errors.first?.code
                    ?? "welcome",
                try world.offer(world.makeClient(), token: another).code ?? "created",
                try world.post(.ask, token: token),
            ]
        }
        #expect(try tries() == ["removed", "removed", "removed", "removed"])
        #expect(try world.offer(world.makeClient(), token: try world.token(.point, "p1")).status.code == 403)
        #expect(world.say(.readmit(try world.point("p1")), chair) == "ok")
        #expect(try world.enter(.point, "p1").welcome?.you.point?.rawValue == "p1")
        world.run(for: .seconds(1))
        #expect(chair.mirror.lines[try world.point("p1")]?.details?.removed == false)
    }

    @Test("whoever loses the seat is told so once, with all its parts, and is not to come back by itself")
    func replaced() throws {
        let world = try World(points: 4, allowsPointTakeover: true)
        let client = try world.join("p1")
        let socket = try world.enter(.point, "p1", Hello(binding: BindingSecret(client.secret)))
        world.run(for: .seconds(1))
        let polite = try world.hello(token: try world.token(.point, "p1"))
        #expect(polite.errors.map(\.code) == ["point-elsewhere"] && socket.bye == nil)
        let taker = try world.enter(.point, "p1", Hello(takeover: true))
        #expect(socket.bye?.reason == .replaced && socket.bye?.again == false && socket.closed?.code == .normal)
        world.run(for: .seconds(1))
        #expect(client.transport?.state == .closed(.peerClosed))
        let line = taker.mirror.lines[try world.point("p1")]
        #expect(taker.closed == nil && line?.details?.takeovers == 1)
        #expect(socket.events.count { if case .bye = $0 { true } else { false } } == 1)
    }

    @Test("a server that goes down says so to everybody, and that they may come back")
    func shutdown() throws {
        let world = try World(points: 4)
        let sockets = [try world.enter(.chair, "p0"), try world.enter(.point, "p1"), try world.enter(.observer)]
        world.run(for: .seconds(1))
        #expect(sockets.allSatisfy { $0.bye == nil })
        world.control.shutDown(at: world.now)
        world.exchangeSockets()
        for socket in sockets {
            #expect(socket.bye?.reason == .shutdown && socket.bye?.again == true && socket.closed?.code == .goingAway)
        }
        #expect(world.control.keptListeners == 0)
    }

    @Test("a room whose file is gone goes with its last socket")
    func retired() throws {
        let world = try World(points: 4)
        let socket = try world.enter(.point, "p1")
        world.control.setRooms([], at: world.now)
        #expect(world.control.roomIDs.count == 1, "whoever is there stays")
        #expect(try world.hello(token: try world.token(.point, "p2")).errors.map(\.code) == ["unknown-room"])
        world.leave(socket)
        #expect(socket.bye?.reason == .left && world.control.roomIDs.isEmpty)
    }

    @Test("whoever was the last of a room whose file is gone is still told why, and the command is answered")
    func lastPutOut() throws {
        let world = try World(points: 4, loops: 2)
        let client = try world.join("p1")
        let hello = Hello(binding: BindingSecret(client.secret), language: .en)
        let socket = try world.enter(.point, "p1", hello)
        world.run(for: .seconds(1))
        world.control.setRooms([], at: world.now)
        let command = Command.remove(try world.point("p1"), reason: "phòng đã đóng")
        #expect(try world.post(command, token: try world.token(.operator)) == "ok")
        #expect(socket.bye?.reason == .removed && socket.bye?.text.contains("phòng đã đóng") == true)
        world.run(for: .seconds(1))
        #expect(client.transport?.state == .closed(.peerClosed) && world.control.roomIDs.isEmpty)
        #expect(try world.post(.lock(true), token: try world.token(.operator)) == "unknown-room", "the control")
    }
}
