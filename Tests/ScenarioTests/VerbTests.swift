import Bridge
import Conference
import HTTP1
import HTTPTypes
import Signalling
import Testing
import Units

@Suite("Verbs, over the socket and over HTTP")
struct VerbTests {
    private enum Way: CaseIterable { case socket, http }

    private struct Step {
        var who: String
        var command: Command
        var outcome: String
    }

    /// Everybody who takes part, by name.
    private struct Cast {
        let world: World
        var sockets: [String: SimulatedSocket] = [:]
        var tokens: [String: String] = [:]

        init() throws {
            world = try World(points: 6, mode: .conference)
            let roles: [(String, Role, String?)] = [
                ("chair", .chair, "p0"), ("operator", .operator, nil), ("p1", .point, "p1"), ("p2", .point, "p2"),
                ("observer", .observer, nil), ("technician", .technician, nil),
            ]
            for (name, role, code) in roles {
                tokens[name] = try world.token(role, code)
                sockets[name] = try world.enter(role, code)
            }
        }

        func carryOut(_ step: Step, _ way: Way) throws -> String? {
            switch way {
            case .socket: world.say(step.command, try #require(sockets[step.who]))
            case .http: try world.post(step.command, token: try #require(tokens[step.who]))
            }
        }
    }

    private func script() throws -> [Step] {
        func point(_ number: Int) throws -> PointCode { try #require(PointCode("p\(number)")) }
        let (p0, p1, p2, p5, p9) = (try point(0), try point(1), try point(2), try point(5), try point(9))
        let many = Array(repeating: Delegate(name: "a", post: ""), count: 41)
        let long = String(repeating: "x", count: 2_001)
        let steps: [(String, Command, String)] = [
            ("p1", .ask, "ok"), ("p1", .ask, "already-asked"), ("observer", .ask, "not-allowed"), ("p2", .ask, "ok"),
            ("p2", .give(p1), "not-allowed"), ("chair", .give(p9), "unknown-point"),
            ("chair", .give(p5), "nobody-there"), ("chair", .give(p1), "ok"), ("p1", .ask, "already-holds"),
            ("operator", .give(p1), "already-holds"), ("p2", .withdraw, "ok"), ("p2", .withdraw, "not-queued"),
            ("operator", .take(p2), "not-holding"), ("technician", .take(p1), "not-allowed"),
            ("operator", .take(p1), "ok"), ("chair", .give(p1), "ok"), ("chair", .take(nil), "ok"),
            ("operator", .mute(.points([p1])), "ok"), ("operator", .mute(.points([p0])), "is-chair"),
            ("p1", .unmute(.all), "not-allowed"), ("chair", .mute(.all), "ok"),
            ("technician", .mute(.all), "not-allowed"), ("operator", .unmute(.points([p2])), "ok"),
            ("operator", .program([p1, p2]), "ok"), ("operator", .program([p9]), "unknown-point"),
            ("p1", .program([p1]), "not-allowed"), ("operator", .mode(.lecture), "ok"),
            ("p2", .mode(.discussion), "not-allowed"), ("chair", .lock(true), "ok"),
            ("p1", .lock(false), "not-allowed"),
            ("p1", .delegates([Delegate(name: "Trần Văn C", post: "Phó")], of: nil), "ok"),
            ("p1", .delegates([], of: p2), "not-allowed"),
            ("operator", .delegates([Delegate(name: "Lê D", post: "")], of: p2), "ok"),
            ("technician", .delegates([], of: p2), "not-allowed"),
            ("p1", .delegates(many, of: nil), "too-many-delegates"), ("p1", .message("a", to: .all), "not-allowed"),
            ("p1", .message("xin nói", to: .staff), "ok"), ("technician", .message("nghe rõ", to: .all), "ok"),
            ("chair", .message(" ", to: .all), "message-empty"), ("chair", .message(long, to: .all), "text-too-long"),
            ("chair", .message("a", to: .point(p5)), "nobody-there"),
            ("observer", .message("a", to: .staff), "not-allowed"),
            ("technician", .remove(p2, reason: ""), "not-allowed"), ("operator", .remove(p0, reason: ""), "is-chair"),
            ("chair", .remove(p2, reason: long), "text-too-long"), ("chair", .readmit(p2), "not-removed"),
            ("chair", .remove(p2, reason: "ồn"), "ok"), ("p1", .readmit(p2), "not-allowed"),
            ("operator", .readmit(p2), "ok"), ("operator", .readmit(p2), "not-removed"),
        ]
        return steps.map { Step(who: $0.0, command: $0.1, outcome: $0.2) }
    }

    @Test("each verb has the same outcome and the same consequences either way")
    func table() throws {
        let casts = [Way.socket: try Cast(), .http: try Cast()]
        let steps = try script()
        for (number, step) in steps.enumerated() {
            var seen: [[SimulatedSocket]] = []
            for way in Way.allCases {
                let cast = try #require(casts[way])
                let outcome = try cast.carryOut(step, way)
                #expect(outcome == step.outcome, "\(number): \(step.who) \(step.command) over \(way)")
                cast.world.run(for: .milliseconds(205))
                seen.append(cast.sockets.sorted { $0.key < $1.key }.map(\.value))
            }
            for (one, other) in zip(seen[0], seen[1]) {
                #expect(one.mirror == other.mirror, "\(number): \(step.who) \(step.command)")
                #expect(one.events == other.events || one.welcome != other.welcome)
                #expect(one.chat == other.chat && one.notices == other.notices, "\(number): \(step.command)")
            }
        }
        let verbs = Set(steps.map(\.command.verb))
        #expect(verbs == Set(Verb.allCases).subtracting([.stats]))
        for verb in verbs {
            #expect(steps.contains { $0.command.verb == verb && $0.outcome == "ok" }, "\(verb)")
            #expect(steps.contains { $0.command.verb == verb && $0.outcome != "ok" }, "\(verb)")
        }
    }

    @Test("errors of a verb are problem documents with the code's status, in the language that is asked for")
    func problems() throws {
        let world = try World(points: 4)
        let chair = try world.token(.chair, "p0")
        func post(_ verb: String, _ body: String, _ token: String? = nil, language: String? = nil) throws -> Response {
            try world.request(
                "POST", "/v1/rooms/r/\(verb)", token: token ?? chair,
                fields: language.map { ["Accept-Language": $0] } ?? [:], body: body)
        }
        func text(_ response: Response) -> String { String(decoding: response.body, as: UTF8.self) }
        #expect(try post("ask", "").code == "nobody-there")
        let vi = try post("give", "{\"point\":\"p1\"}")
        let en = try post("give", "{\"point\":\"p1\"}", language: "en-GB,en;q=0.9")
        #expect(vi.status.code == 409 && en.status.code == 409 && vi.code == en.code)
        let fr = try post("give", "{\"point\":\"p1\"}", language: "fr")
        #expect(text(vi) != text(en) && text(vi) == text(fr))
        #expect(try post("give", "{").status.code == 400 && post("give", "{}").code == "bad-message")
        #expect(try post("give", "{\"point\":\"p1\",\"point\":\"p1\"}").code == "bad-message")
        #expect(try post("stats", "{\"watch\":true}").code == "unsupported")
        #expect(try post("dance", "{}").status.code == 404)
        #expect(try post("lock", "", "x.y.z").code == "token-wrong")
        #expect(try world.request("POST", "/v1/rooms/r/lock").code == "token-missing")
        #expect(try world.request("GET", "/v1/rooms/r/lock", token: chair).status.code == 405)
        #expect(try world.request("OPTIONS", "/v1/rooms/r/lock").status.code == 204)
        let gone = try post("lock", "", try world.token(.chair, "p0", seconds: 0), language: "vi")
        #expect(gone.status.code == 401 && gone.code == "token-expired")
        #expect(try post("lock", "").status == .ok, "the control: an empty body locks")
        #expect(try text(post("lock", "")) == "{\"type\":\"ok\"}")
    }

    @Test("over HTTP too a participant gives 20 commands at once and 10 a second, good and bad ones alike")
    func rate() throws {
        let world = try World(points: 4)
        let token = try world.token(.operator)
        var codes: [String] = []
        for number in 0..<30 {
            codes.append(
                try world.request(
                    "POST", "/v1/rooms/r/lock", token: token, body: number % 2 == 0 ? "" : "{"
                ).code ?? "ok")
        }
        #expect(codes.prefix(20).allSatisfy { $0 != "too-many-commands" })
        #expect(codes.dropFirst(20).allSatisfy { $0 == "too-many-commands" })
        let refused = try world.request("POST", "/v1/rooms/r/lock", token: token)
        #expect(refused.status.code == 429 && refused.fields[.retryAfter] == "1")
        let other = try world.token(.operator, id: "other")
        #expect(try world.request("POST", "/v1/rooms/r/lock", token: other).status == .ok, "others are not touched")
        world.run(for: .seconds(1))
        #expect(try world.request("POST", "/v1/rooms/r/lock", token: token).status == .ok)
    }

    @Test("a token that runs out while its socket is open gives no more commands; what is told goes on")
    func expiry() throws {
        let world = try World(points: 4)
        let socket = try world.hello(token: try world.token(.operator, seconds: 5))
        #expect(world.say(.lock(true), socket) == "ok")
        world.run(for: .seconds(6))
        #expect(world.say(.lock(false), socket) == "token-expired")
        #expect(world.say(.stats(reports: false, watch: true), socket) == "token-expired")
        #expect(socket.closed == nil && socket.mirror.room?.locked == true)
    }

    @Test("what goes on outlives its token; what is lost comes back to its session with another one of the same seat")
    func afterExpiry() throws {
        let world = try World(points: 4)
        let point = try world.point("p1")
        let token = try world.token(.point, "p1", seconds: 4)
        let client = world.makeClient(.receiver)
        #expect(try world.offer(client, token: token).status == .created)
        let socket = try world.hello(Hello(binding: BindingSecret(client.secret)), token: token)
        let desk = try world.enter(.operator)
        #expect(world.say(.ask, socket) == "ok")
        world.run(for: .seconds(6))
        #expect(world.say(.withdraw, socket) == "token-expired" && client.isConnected)
        #expect(world.say(.message("nghe rõ không", to: .point(point)), desk) == "ok" && socket.chat.count == 1)
        world.drop(socket)
        world.run(for: .seconds(33))
        #expect(try world.upgrade(token: token).response.code == "token-expired")
        #expect(try world.offer(world.makeClient(), token: token).code == "token-expired")
        #expect(client.isConnected && desk.mirror.floor?.queue.map(\.point) == [point])
        let back = try world.comeBack(socket, .point, "p1", id: "another")
        #expect(back.welcome?.resumed == true && back.welcome?.session == socket.welcome?.session)
        #expect(world.say(.withdraw, back) == "ok" && desk.mirror.floor?.queue.isEmpty == true)
    }
}
