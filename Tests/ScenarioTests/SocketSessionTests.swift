import Bridge
import Conference
import HTTP1
import HTTPTypes
import OpenSSL
import Signalling
import Testing
import Tokens
import Transport
import Units
import WebSocket

@Suite("Sockets: coming and going")
struct SocketSessionTests {
    @Test("hello is answered by welcome: who I am, the room, and every point without what is private")
    func welcome() throws {
        let world = try World(points: 4)
        let socket = try world.enter(.point, "p1", Hello(language: .en, device: "browser"))
        let welcome = try #require(socket.welcome)
        #expect(welcome.epoch == "e1" && !welcome.resumed && welcome.at == world.moment.unixTime)
        #expect(welcome.you.role == .point && welcome.you.point?.rawValue == "p1")
        #expect(welcome.you.verbs == [.ask, .withdraw, .delegates, .message, .stats])
        #expect(welcome.room.id.rawValue == "r" && welcome.room.present == 1 && welcome.room.mode == .discussion)
        let roster = try #require(welcome.roster)
        #expect(roster.points.map(\.code.rawValue) == ["p0", "p1", "p2", "p3"])
        #expect(roster.points.allSatisfy { $0.details == nil }, "what all points share holds nothing private")
        #expect(roster.points[1].state == .present && roster.points[1].role == .point, "I see myself there at once")
        #expect(socket.mirror.lines[try world.point("p1")]?.details?.contactTelephone == "0274 p1", "told to me alone")

        let staff = try world.enter(.technician)
        #expect(staff.welcome?.you.point == nil)
        #expect(
            staff.mirror.roster.allSatisfy { $0.details?.contactTelephone.hasPrefix("0274") == true }, "the control")
        #expect(try world.state("p1") == "present", "a socket alone is presence")
        #expect(try world.state("p2") == "expected")
    }

    @Test("a browser's token comes as a second subprotocol, of which only diemcau.v1 is answered")
    func browser() throws {
        let world = try World()
        let token = try world.token(.point, "p1")
        let socket = try world.openSocket(token: token, subprotocols: ["diemcau.v1", "diemcau.token.\(token)"])
        socket.send(.hello(Hello()))
        world.exchangeSockets()
        #expect(socket.welcome?.you.point?.rawValue == "p1")
        let upgrade = try world.upgrade(token: nil, subprotocols: ["diemcau.v1", "diemcau.token.\(token)"])
        for field in upgrade.response.fields { #expect(!field.value.contains(token), "\(field.name)") }
        for note in world.control.takeNotes() {
            #expect(!"\(note)".contains(token) && !"\(note)".contains(token.suffix(20)), "nothing for the log")
        }
    }

    @Test("a hello that comes in one packet with the request is not lost")
    func early() throws {
        let world = try World()
        let frame = FrameWriter.text(ClientMessage.hello(Hello()).encoded, mask: 0x1234_5678)
        let upgrade = try world.upgrade(token: try world.token(.point, "p1"), early: frame)
        let socket = SimulatedSocket(id: try #require(upgrade.socket), seed: 1, at: world.now)
        world.sockets[socket.id] = socket
        #expect(upgrade.remainder == frame)
        world.control.receive(
            upgrade.remainder.span.bytes, on: socket.id, at: world.moment, random: &world.random)
        world.exchangeSockets()
        #expect(socket.welcome?.you.point?.rawValue == "p1")
    }

    @Test("each wrong upgrade has its status and code, and leaves no socket behind")
    func refusedUpgrades() throws {
        let world = try World()
        let point = try world.token(.point, "p1")
        func refuse(
            _ token: String?, _ status: Int, _ code: String, path: String = World.socketPath,
            subprotocols: [String] = ["diemcau.v1"], origin: String? = nil, host: String = "bridge.test:8443",
            _ place: SourceLocation = #_sourceLocation
        ) throws {
            let reply = try world.upgrade(
                token: token, path: path, subprotocols: subprotocols, origin: origin, host: host)
            #expect(reply.response.status.code == status, sourceLocation: place)
            #expect(reply.response.code == code, sourceLocation: place)
            #expect(reply.socket == nil, sourceLocation: place)
        }
        try refuse(nil, 401, "token-missing")
        try refuse("x.y.z", 401, "token-wrong")
        try refuse(try world.token(.point, "p1", seconds: 0), 401, "token-expired")
        try refuse(try world.token(.point, "p1", room: "other"), 403, "token-wrong-room")
        try refuse(
            try world.token(.point, "p1", room: "other"), 404, "unknown-room", path: "/v1/rooms/other/socket")
        try refuse(point, 421, "wrong-host", host: "evil.test")
        try refuse(point, 403, "other-origin", origin: "https://evil.test")
        try refuse(point, 400, "no-subprotocol", subprotocols: ["chat"])
        try refuse(point, 400, "no-subprotocol", subprotocols: [])
        try refuse(nil, 401, "token-missing", subprotocols: ["diemcau.v1", "diemcau.v2"])
        let plain = try world.request("GET", World.socketPath, token: point)
        #expect(plain.status.code == 426 && plain.fields[.upgrade] == "websocket", "RFC 9110 §15.5.22")
        #expect(plain.field("Sec-WebSocket-Version") == "13", "RFC 6455 §4.4")
        #expect(try world.request("POST", World.socketPath, token: point).status.code == 405)
        #expect(world.control.socketCount == 0)
        _ = try world.openSocket(token: point)
        #expect(world.control.socketCount == 1, "the control")
    }

    @Test("who does not greet within 5 s is closed; who greets within them is not")
    func noHello() throws {
        let world = try World()
        let mute = try world.openSocket(token: try world.token(.point, "p1"))
        let slow = try world.openSocket(token: try world.token(.point, "p2"))
        world.run(for: .milliseconds(4_900))
        #expect(mute.closed == nil && slow.closed == nil)
        slow.send(.hello(Hello()))
        world.run(for: .milliseconds(200))
        #expect(mute.closed?.code == .policyViolation && mute.isOver)
        #expect(slow.welcome != nil && slow.closed == nil)
        #expect(world.control.socketCount == 1)
        #expect(try world.state("p1") == "expected")
    }

    @Test("a first message that is no hello ends it; a second hello is a bad message and changes nothing")
    func wrongOrder() throws {
        let world = try World()
        let eager = try world.openSocket(token: try world.token(.point, "p1"))
        eager.command(.ask)
        world.exchangeSockets()
        #expect(eager.errors.map(\.code) == ["bad-message"] && eager.closed?.code == .policyViolation)

        let socket = try world.enter(.point, "p2")
        let session = socket.welcome?.session
        socket.send(.hello(Hello(takeover: true)))
        world.exchangeSockets()
        #expect(socket.errors.map(\.code) == ["bad-message"] && socket.errors[0].id == nil && socket.closed == nil)
        #expect(world.say(.ask, socket) == "ok", "it goes on")
        #expect(
            socket.events.compactMap { if case .welcome(let other) = $0 { other.session } else { nil } } == [session])
    }

    @Test("binary messages end it with 1003, a broken frame with 1002; the session stays for who comes back")
    func wrongFrames() throws {
        let world = try World()
        for (index, isBinary) in [true, false].enumerated() {
            let socket = try world.enter(.point, "p\(index + 1)")
            if isBinary {
                socket.send(binary: [1, 2, 3])
            } else {
                let unmasked: [UInt8] = [0x81, 0x00]
                world.control.receive(unmasked.span.bytes, on: socket.id, at: world.moment, random: &world.random)
            }
            world.exchangeSockets()
            world.run(for: .milliseconds(20))
            #expect(socket.closed?.code.rawValue == [1_003, 1_002][index] && socket.isOver)
            let again = try world.comeBack(socket, .point, "p\(index + 1)")
            #expect(again.welcome?.resumed == true && again.welcome?.session == socket.welcome?.session)
        }
    }

    @Test("a server that closes is answered, and lets go at once; one that is not answered lets go after 5 s")
    func closing() throws {
        let world = try World()
        let polite = try world.enter(.point, "p1")
        world.leave(polite)
        #expect(polite.bye?.reason == .left && polite.closed?.code == .normal)
        world.run(for: .milliseconds(20))
        #expect(polite.isOver, "no need to wait for anything")

        let stubborn = try world.enter(.point, "p2")
        stubborn.reads = false
        stubborn.send(binary: [1])
        world.run(for: .seconds(1))
        #expect(!stubborn.isOver)
        world.run(for: .seconds(5))
        #expect(stubborn.isOver && world.control.socketCount == 0)
    }

    @Test("who never reads and never writes is given up: not even its last words are kept")
    func neverReads() throws {
        let world = try World(points: 40)
        let socket = try world.enter(.observer)
        let reader = try world.enter(.technician)
        socket.reads = false
        // Fills the way, so that not even the close frame gets through.
        socket.take(Array(repeating: 0, count: SimulatedSocket.highWater), at: world.now)
        world.run(for: .seconds(27))
        #expect(socket.isOver)
        #expect(world.control.socketCount == 1 && !reader.isOver, "who reads stays")
    }

    @Test("who is turned away is told why, in words of the language it asked for")
    func languages() throws {
        let world = try World()
        let first = try world.enter(.point, "p1")
        for (language, word) in [(Language.vi, "điểm cầu"), (.en, "point")] {
            let socket = try world.hello(Hello(language: language), token: try world.token(.point, "p1"))
            let error = try #require(socket.errors.first)
            #expect(error.code == "point-elsewhere" && error.id == nil && error.retryAfter == 6)
            #expect(error.text.lowercased().contains(word), "\(error.text)")
            #expect(socket.closed?.code == .policyViolation && socket.welcome == nil)
        }
        #expect(first.closed == nil && first.bye == nil)
    }

    @Test("socket and media of one device are one session, whichever comes first", arguments: [true, false])
    func binding(socketFirst: Bool) throws {
        let world = try World()
        let client: SimulatedClient
        let socket: SimulatedSocket
        if socketFirst {
            socket = try world.enter(.point, "p1")
            let secret = try #require(socket.welcome?.binding.text)
            client = try world.join("p1", fields: ["Diemcau-Binding": secret])
        } else {
            client = try world.join("p1")
            socket = try world.enter(.point, "p1", Hello(binding: BindingSecret(client.secret)))
        }
        world.run(for: .seconds(1))
        #expect(client.isConnected && client.secret == socket.welcome?.binding.text)
        #expect(socket.bye == nil && socket.closed == nil)
        let line = try #require(socket.mirror.lines[try world.point("p1")])
        #expect(line.audio && line.video && line.role == .point && line.details?.takeovers == 0)

        // The session goes as one.
        world.leave(socket)
        #expect(socket.bye?.reason == .left)
        world.run(for: .seconds(1))
        #expect(client.transport?.state == .closed(.peerClosed))
        #expect(try world.state("p1") == "absent")
        #expect(world.counters().endpoints == 0)
    }

    @Test("without the secret two devices share a seat by its parts, and each goes alone")
    func twoDevices() throws {
        let world = try World()
        let client = try world.join("p1")
        let socket = try world.enter(.point, "p1")
        #expect(socket.welcome?.binding.text != client.secret)
        world.run(for: .seconds(1))
        world.leave(socket)
        world.run(for: .seconds(1))
        #expect(client.isConnected && client.transport?.state != .closed(.peerClosed))
        #expect(try world.state("p1") == "present")
    }
}
