import Bridge
import Conference
import HTTP1
import HTTPTypes
import OpenSSL
import Signalling
import Testing
import Units
import WebSocket

/// What clients say over WebSockets.
extension World {
    static let socketPath = "/v1/rooms/\(roomID)/socket"

    /// What became of a wish for a socket.
    struct Upgrade {
        var response: Response
        var socket: SocketID?
        var handshake: ClientHandshake
        /// What the client sent behind it.
        var remainder: [UInt8]
    }

    /// Asks for a socket over a connection of its own, whatever the answer; `early` goes in the same packet.
    func upgrade(
        token: String?, path: String = World.socketPath, subprotocols: [String] = ["diemcau.v1"],
        origin: String? = nil, host: String = "bridge.test:8443", early: [UInt8] = [], offersDeflate: Bool = false
    ) throws -> Upgrade {
        let handshake = ClientHandshake(
            subprotocols: subprotocols, offersDeflate: offersDeflate, random: &random)
        let request = try handshake.request(
            authority: host, path: path, authorization: token.map { "Bearer \($0)" }, origin: origin)
        var connection = HTTPConnection(limits: MessageLimits(), requestTimeout: .seconds(10), at: now)
        let output = connection.receive((request.serialized + early).span.bytes, at: moment) {
            control.answer($0, at: moment, random: &random)
        }
        var parser = ResponseParser()
        parser.expect(.get)
        parser.append(output.span.bytes)
        guard case .response(let response, _)? = try parser.next() else {
            Issue.record("no answer")
            return Upgrade(response: Response(.badRequest), socket: nil, handshake: handshake, remainder: [])
        }
        #expect(parser.takeRemainder().isEmpty)
        return Upgrade(
            response: response, socket: connection.socket, handshake: handshake,
            remainder: connection.takeRemainder())
    }

    /// A connected socket that has said nothing yet.
    func openSocket(
        token: String, subprotocols: [String] = ["diemcau.v1"], offersDeflate: Bool = false
    ) throws -> SimulatedSocket {
        let isBrowser = subprotocols.count > 1
        let upgrade = try upgrade(
            token: isBrowser ? nil : token, subprotocols: subprotocols, offersDeflate: offersDeflate)
        let id = try #require(upgrade.socket, "\(upgrade.response.code ?? "")")
        let agreement = try upgrade.handshake.verify(upgrade.response, sha1: digest)
        #expect(agreement.subprotocol == "diemcau.v1" && agreement.deflates == offersDeflate)
        let socket = SimulatedSocket(id: id, seed: random.next(), deflates: offersDeflate, at: now)
        sockets[id] = socket
        return socket
    }

    private func digest(of bytes: [UInt8]) -> [UInt8] {
        let digest = sha1(bytes.span.bytes)
        return digest.indices.map { digest[$0] }
    }

    /// A socket that has said `hello`; what came of it is in the socket.
    @discardableResult
    func hello(_ hello: Hello = Hello(), token: String, offersDeflate: Bool = false) throws -> SimulatedSocket {
        let socket = try openSocket(token: token, offersDeflate: offersDeflate)
        socket.send(.hello(hello))
        exchangeSockets()
        return socket
    }

    /// A socket that is in the room; fails the test when it is turned away.
    @discardableResult
    func enter(
        _ role: Role, _ code: String? = nil, _ hello: Hello = Hello(), id: String? = nil, offersDeflate: Bool = false
    ) throws -> SimulatedSocket {
        let socket = try self.hello(hello, token: try token(role, code, id: id), offersDeflate: offersDeflate)
        try #require(socket.welcome != nil, "\(role) \(code ?? ""): \(socket.errors)")
        return socket
    }

    /// Comes back as the same device, with what it knew.
    func comeBack(_ old: SimulatedSocket, _ role: Role, _ code: String? = nil, id: String? = nil) throws
        -> SimulatedSocket
    {
        let welcome = try #require(old.welcome)
        let socket = try openSocket(token: try token(role, code, id: id))
        socket.inherit(old.mirror)
        socket.send(
            .hello(Hello(binding: welcome.binding, epoch: old.mirror.epoch, seq: old.mirror.seq)))
        exchangeSockets()
        return socket
    }

    /// The connection breaks; the server's system says so.
    func drop(_ socket: SimulatedSocket) {
        socket.isCut = true
        control.detach(socket.id, at: now)
        sockets[socket.id] = nil
    }

    /// Carries what clients and server have to say, until nobody has anything to say: only sockets that the server
    /// calls ready are asked, as its shell does.
    func exchangeSockets() {
        guard !sockets.isEmpty else { return }
        for _ in 0..<1_000 {
            var isBusy = false
            for socket in sockets.values where !socket.isCut {
                let bytes = socket.takeOutput()
                guard !bytes.isEmpty else { continue }
                control.receive(bytes.span.bytes, on: socket.id, at: moment, random: &random)
                isBusy = true
            }
            for id in control.takeReadySockets() {
                guard let socket = sockets[id], !socket.isCut else { continue }
                isBusy = drain(socket) || isBusy
            }
            guard isBusy else { return pump() }
        }
        Issue.record("sockets find no end")
    }

    /// Takes what the server has for one socket, as far as there is room on the way.
    @discardableResult
    func drain(_ socket: SimulatedSocket) -> Bool {
        var hasCome = false
        for _ in 0..<10_000 {
            guard socket.hasRoom, let bytes = control.output(of: socket.id, at: now) else { break }
            socket.take(bytes, at: now)
            hasCome = true
        }
        if control.isOver(socket.id, at: now) {
            socket.isOver = true
            control.detach(socket.id, at: now)
            sockets[socket.id] = nil
        }
        return hasCome
    }

    /// Has a socket that did not read read again.
    func resumeReading(_ socket: SimulatedSocket) {
        socket.reads = true
        socket.readAll(at: now)
        drain(socket)
        exchangeSockets()
    }

    /// A verb over HTTP: `ok` or the problem's code.
    func post(_ command: Command, token: String) throws -> String {
        let message = CommandMessage(command)
        let response = try request(
            "POST", "/v1/rooms/\(World.roomID)/\(message.verb.rawValue)", token: token,
            body: String(decoding: message.body, as: UTF8.self))
        exchangeSockets()
        return response.status == .ok ? "ok" : response.code ?? "\(response.status.code)"
    }

    /// A verb over a socket: `ok` or the error's code.
    func say(_ command: Command, _ socket: SimulatedSocket) -> String? {
        let id = socket.command(command)
        exchangeSockets()
        return socket.answer(to: id)
    }

    /// The whole roster as `role` gets it anew.
    func freshRoster(_ role: Role, _ code: String? = nil, id: String = "fresh") throws -> [RosterLineView] {
        let socket = try enter(role, code, id: id)
        defer { leave(socket) }
        return socket.mirror.roster
    }

    func leave(_ socket: SimulatedSocket) {
        socket.send(.leave)
        exchangeSockets()
    }

    func point(_ code: String) throws -> PointCode { try #require(PointCode(code)) }
}
