import Bridge
import Conference
import Foundation
import HTTP1
import HTTPTypes
import Signalling
import Testing
import Units

@Suite("Pages and health over HTTP")
struct PagesAndHealthTests {
    private let pages = [
        "/": Page(type: "text/html; charset=utf-8", bytes: Array("<!doctype html>".utf8), entityTag: "\"t1\""),
        "/assets/join.js": Page(type: "text/javascript", bytes: Array("1".utf8), entityTag: "\"t2\""),
    ]

    @Test("a page comes without a token, with a policy that lets only our own scripts run")
    func page() throws {
        let world = try World(pages: pages)
        let response = try world.request("GET", "/")
        #expect(response.status == .ok && response.body == Array("<!doctype html>".utf8))
        #expect(response.fields[.contentType] == "text/html; charset=utf-8")
        let policy = try #require(response.field("Content-Security-Policy"))
        #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"))
        #expect(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"))
        #expect(response.field("X-Content-Type-Options") == "nosniff")
        #expect(response.field("Referrer-Policy") == "no-referrer", "a token in the fragment goes nowhere")
        #expect(response.fields[.cacheControl] == "no-cache" && response.fields[.eTag] == "\"t1\"")
        #expect(try world.request("GET", "/assets/join.js").fields[.contentType] == "text/javascript")
        #expect(try world.request("GET", "/?lang=en").status == .ok)
    }

    @Test("what the client has already is not sent again; other tags are not taken for it")
    func notModified() throws {
        let world = try World(pages: pages)
        for tag in ["\"t1\"", "W/\"t1\"", "\"x\", \"t1\"", "*"] {
            let response = try world.request("GET", "/", fields: ["If-None-Match": tag])
            #expect(response.status == .notModified && response.body.isEmpty, "\(tag)")
            #expect(response.fields[.eTag] == "\"t1\"")
        }
        for tag in ["\"t2\"", "t1", "\"t1", ""] {
            #expect(try world.request("GET", "/", fields: ["If-None-Match": tag]).status == .ok, "\(tag)")
        }
    }

    @Test("other methods, addresses and hosts are refused")
    func refused() throws {
        let world = try World(pages: pages)
        let post = try world.request("POST", "/")
        #expect(post.status.code == 405 && post.fields[.allow] == "GET, HEAD")
        #expect(try world.request("HEAD", "/").status == .ok)
        for path in ["/assets/", "/assets/../", "/join.js", "/assets/none.js"] {
            #expect(try world.request("GET", path).status.code == 404, "\(path)")
        }
        #expect(try world.request("GET", "/", host: "evil.test").status.code == 421)
    }

    private struct Health: Decodable {
        struct Line: Decodable {
            var point: String
            var state: String
        }
        var room: String
        var at: Int
        var lines: [Line]
    }

    private struct PointHealth: Decodable {
        struct Series: Decodable { var kbps: [Double?] }
        struct History: Decodable {
            var interval: Int
            var up: Series
            var down: Series
        }
        var point: String
        var state: String
        var history: History
    }

    @Test("health is for the staff alone: every line, or one with its history")
    func health() throws {
        let world = try World(points: 4)
        try world.join("p1")
        world.run(for: .seconds(8))
        let path = "/v1/rooms/r/health"
        for (role, code) in [(Role.chair, "p0" as String?), (.operator, nil), (.technician, nil)] {
            let response = try world.request("GET", path, token: try world.token(role, code))
            let health = try JSONDecoder().decode(Health.self, from: Data(response.body))
            #expect(health.room == "r" && health.at == world.moment.unixTime)
            #expect(health.lines.map(\.point) == ["p0", "p1", "p2", "p3"])
            #expect(health.lines[1].state == "good" && health.lines[2].state == "none")
        }
        for (role, code) in [(Role.point, "p1" as String?), (.observer, nil)] {
            let response = try world.request("GET", path, token: try world.token(role, code))
            #expect(response.status.code == 403 && response.code == "not-allowed")
        }
        let staff = try world.token(.technician)
        #expect(try world.request("GET", path).status.code == 401)
        #expect(try world.request("POST", path, token: staff).status.code == 405)
        let one = try world.request("GET", path + "?point=p1", token: staff)
        let line = try JSONDecoder().decode(PointHealth.self, from: Data(one.body))
        #expect(line.point == "p1" && line.state == "good" && line.history.interval == 1)
        #expect(line.history.up.kbps.count >= 5 && line.history.up.kbps.count <= 300)
        #expect(line.history.up.kbps.last??.isFinite == true && (line.history.up.kbps.last ?? 0) ?? 0 > 50)
        for unknown in ["p9", "", "%00", "p1%20"] {
            let response = try world.request("GET", path + "?point=\(unknown)", token: staff)
            #expect(response.status.code == 404 && response.code == "unknown-point", "\(unknown)")
        }
    }

    @Test("a client's report is in the next health line of its own point, and in nobody else's")
    func report() throws {
        let world = try World(points: 4)
        try world.join("p1")
        let point = try world.enter(.point, "p1")
        let technician = try world.enter(.technician)
        #expect(world.say(.stats(reports: false, watch: true), technician) == "ok")
        let id = point.report(.stats(ClientReport(fps: 24.5, freezes: 2)))
        world.run(for: .seconds(3))
        #expect(point.answer(to: id) == "ok")
        let lines = technician.events.compactMap { if case .health(let view) = $0 { view.lines } else { nil } }.last
        let reports = (lines ?? []).filter { $0.client != nil }
        #expect(reports.map(\.point.rawValue) == ["p1"] && reports.first?.client?.report.fps == 24.5)
        let forged = technician.report(.stats(ClientReport(fps: 1)))
        world.exchangeSockets()
        #expect(technician.answer(to: forged) == "not-allowed", "it has no line of its own")
    }

    @Test("the roster over HTTP shows a point its own private fields and nobody else's; staff see all")
    func roster() throws {
        let world = try World(points: 3)
        let socket = try world.enter(.point, "p2")
        world.run(for: .seconds(1))
        world.leave(socket)
        func text(_ role: Role, _ code: String? = nil) throws -> String {
            let response = try world.request("GET", "/v1/rooms/r/roster", token: try world.token(role, code))
            return String(decoding: response.body, as: UTF8.self)
        }
        let own = try text(.point, "p1")
        #expect(own.contains("0274 p1") && !own.contains("0274 p0") && !own.contains("0274 p2"))
        #expect(!own.contains("\"departure\""), "how another went is not theirs to know")
        #expect(!(try text(.observer, "p1").contains("0274")), "an observer's token with a point's code is no point")
        for role in [Role.operator, .technician] {
            let all = try text(role)
            #expect((0..<3).allSatisfy { all.contains("0274 p\($0)") } && all.contains("\"departure\":\"left\""))
        }
    }

    @Test("the roster is encoded once a second at most, however often it is asked for, and never an old one")
    func sharedRoster() throws {
        let world = try World(points: 40)
        func text(_ role: Role, _ code: String? = nil) throws -> String {
            let response = try world.request("GET", "/v1/rooms/r/roster", token: try world.token(role, code))
            return String(decoding: response.body, as: UTF8.self)
        }
        let before = world.control.encodedRosters
        for number in 0..<40 {
            let own = try text(.point, "p\(number)")
            #expect(own.contains("\"0274 p\(number)\"") && own.count { $0 == "{" } == 1 + 2 * 40)
            #expect(own.ranges(of: "0274").count == 1)
            _ = try text(.technician)
            _ = try text(.observer)
        }
        #expect(world.control.encodedRosters - before == 2)
        try world.join("p1")
        #expect(try text(.observer).contains("connecting"), "what has changed is seen at once")
        #expect(world.control.encodedRosters - before == 3)
        world.run(for: .seconds(2))
        #expect(try world.state("p1") == "present")
    }
}
