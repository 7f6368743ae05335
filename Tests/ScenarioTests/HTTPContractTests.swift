import Bridge
import Conference
import Foundation
import HTTP1
import HTTPTypes
import ICE
import OpenSSL
import RTP
import SDP
import SimulatedNetwork
import Testing
import Transport
import Units

@Suite("HTTP of the media resource")
struct HTTPContractTests {
    private let sdp = ["Content-Type": "application/sdp"]
    private let fragmentType = "application/trickle-ice-sdpfrag"
    private let media = "/v1/rooms/r/media"

    private func fragment(_ name: String) -> String {
        "a=ice-ufrag:\(name)\r\na=ice-pwd:0123456789abcdef01234567\r\n"
    }

    @Test("201 brings an absolute Location, a strong ETag, Accept-Patch, session and binding secret")
    func created() throws {
        let world = try World()
        let response = try world.offer(world.makeClient(), token: try world.token(.point, "p0"))
        #expect(response.status.code == 201)
        #expect(response.fields[.contentType] == "application/sdp")
        let location = try #require(response.fields[.location])
        #expect(location.hasPrefix("https://bridge.test:8443/v1/media/"))
        #expect(location.split(separator: "/").last?.count == 32, "128 random bits")
        let tag = try #require(response.fields[.eTag])
        #expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.count > 2)
        #expect(response.field("Accept-Patch") == fragmentType)
        #expect(response.field("Diemcau-Session")?.hasPrefix("b1-") == true)
        #expect((response.field("Diemcau-Binding") ?? "").count >= 32)
    }

    @Test("each way to be turned away has its status and its code")
    func refusals() throws {
        let world = try World(points: 2, pointLimit: 1)
        let client = world.makeClient()
        let offer = try client.makeOffer()
        let point = try world.token(.point, "p0")
        func post(
            _ path: String, _ token: String?, _ body: String? = nil, type: String? = "application/sdp"
        ) throws -> Response {
            try world.request(
                "POST", path, token: token, fields: type.map { ["Content-Type": $0] } ?? [:], body: body ?? offer)
        }
        func expect(_ response: Response, _ status: Int, _ code: String, _ place: SourceLocation = #_sourceLocation) {
            #expect(response.status.code == status && response.code == code, sourceLocation: place)
            #expect(response.fields[.contentType] == "application/problem+json", sourceLocation: place)
        }
        expect(try post(media, nil), 401, "token-missing")
        expect(try post(media, "x.y.z"), 401, "token-wrong")
        expect(try post(media, try world.token(.point, "p0", seconds: 0)), 401, "token-expired")
        expect(try post(media, try world.token(.point, "p0", room: "other")), 403, "token-wrong-room")
        expect(try post("/v1/rooms/other/media", try world.token(.point, "p0", room: "other")), 404, "unknown-room")
        expect(try post(media, point, type: "text/plain"), 415, "wrong-content-type")
        expect(try post(media, point, type: nil), 415, "wrong-content-type")
        expect(try post(media, point, "nonsense"), 400, "sdp-malformed")
        expect(try post(media, point, ""), 400, "sdp-malformed")
        expect(
            try post(media, point, offer.replacingOccurrences(of: "a=ice-ufrag", with: "a=ice-nothing")), 400,
            "missing-ice")
        expect(
            try post(media, point, offer.replacingOccurrences(of: "a=group:BUNDLE", with: "a=group:LS")), 406,
            "no-bundle")
        expect(
            try post(media, point, offer.replacingOccurrences(of: "setup:actpass", with: "setup:passive")), 422,
            "setup-passive")
        expect(
            try post(
                media, point, offer.replacingOccurrences(of: "a=msid-semantic", with: "a=ice-lite\r\na=msid-semantic")),
            422, "ice-lite")
        let foreign = offer.replacingOccurrences(of: "VP8/90000", with: "VP9/90000")
            .replacingOccurrences(of: "H264/90000", with: "AV1/90000")
        expect(try post("/v1/rooms/r/whip", point, foreign), 406, "no-common-codec")
        let unmuxed = offer.replacingOccurrences(of: "a=rtcp-mux\r\n", with: "")
        expect(try post("/v1/rooms/r/whep", point, unmuxed), 406, "no-rtcp-mux")
        expect(try post(media, try world.token(.point)), 403, "point-missing")
        expect(try post(media, try world.token(.point, "p9")), 403, "unknown-point")
        expect(try post("/v1/rooms/r/whip", try world.token(.observer)), 403, "role-cannot-send")
        expect(try post("/v1/rooms/r/nothing", point), 404, "not-found")
        expect(
            try world.request("POST", media, token: point, fields: sdp, body: offer, host: "evil.test"), 421,
            "wrong-host")

        // The offer above was turned away each time: this is the first that is let in, and the room is full then.
        #expect(try world.join("p0").location.isEmpty == false)
        let full = try post(media, try world.token(.point, "p1"))
        expect(full, 503, "room-full")
        #expect(full.fields[.retryAfter] != nil)
        #expect(world.counters().endpoints == 1)
    }

    @Test("401 asks for a bearer token, with the same body whether there is such a room or not")
    func unauthorized() throws {
        let world = try World()
        let real = try world.request("POST", media, fields: sdp, body: "v=0\r\n")
        let unreal = try world.request("POST", "/v1/rooms/nowhere/media", fields: sdp, body: "v=0\r\n")
        #expect(real == unreal)
        #expect(real.fields[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
        let other = try world.token(.point, "p0", room: "other")
        let known = try world.request("GET", "/v1/rooms/r/roster", token: other)
        let unknown = try world.request("GET", "/v1/rooms/nowhere/roster", token: other)
        #expect(known == unknown, "nor does a token of another room tell")
    }

    @Test("OPTIONS wants no token, is the same for any room, and says what can be posted")
    func options() throws {
        let world = try World()
        for route in ["media", "whip", "whep"] {
            let real = try world.request("OPTIONS", "/v1/rooms/r/\(route)", fields: ["Origin": "https://a.test"])
            let unreal = try world.request("OPTIONS", "/v1/rooms/no/\(route)", fields: ["Origin": "https://a.test"])
            #expect(real == unreal && real.status.code == 204)
            #expect(real.field("Accept-Post") == "application/sdp")
            #expect(real.fields[.accessControlAllowOrigin] == "*")
            #expect(real.fields[.accessControlAllowHeaders]?.contains("Authorization") == true)
            #expect(real.fields[.accessControlAllowMethods]?.contains("PATCH") == true)
            #expect(real.fields[.accessControlAllowCredentials] == nil)
        }
        let client = try world.join("p0")
        let resource = try world.request("OPTIONS", world.path(of: client))
        #expect(resource.status.code == 204 && resource.fields[.allow] == "PATCH, DELETE, OPTIONS")
    }

    @Test("other methods get 405 with Allow")
    func methods() throws {
        let world = try World()
        let token = try world.token(.point, "p0")
        for method in ["GET", "PUT", "DELETE", "PATCH"] {
            let response = try world.request(method, media, token: token)
            #expect(response.status.code == 405 && response.fields[.allow] == "POST, OPTIONS")
        }
        let client = try world.join("p0")
        for method in ["GET", "PUT", "POST"] {
            let response = try world.request(method, world.path(of: client), token: token)
            #expect(response.status.code == 405 && response.fields[.allow] == "PATCH, DELETE, OPTIONS")
        }
        #expect(try world.request("POST", "/v1/rooms/r/roster", token: token).status.code == 405)
    }

    @Test("errors carry CORS fields too, never with credentials")
    func crossOrigin() throws {
        let world = try World()
        let response = try world.request("POST", media, fields: ["Origin": "https://a.test"], body: "x")
        #expect(response.status.code == 401)
        #expect(response.fields[.accessControlAllowOrigin] == "*")
        let exposed = response.fields[.accessControlExposeHeaders] ?? ""
        for name in ["Location", "ETag", "Link", "Accept-Patch"] { #expect(exposed.contains(name)) }
        #expect(response.fields[.accessControlAllowCredentials] == nil)
        #expect(try world.request("POST", media, body: "x").fields[.accessControlAllowOrigin] == nil)
    }

    @Test("PATCH trickles, restarts, and says what is wrong")
    func patch() throws {
        let world = try World()
        let client = try world.join("p0")
        let watcher = try world.watch()
        world.run(for: .seconds(1))
        let token = try world.token(.point, "p0")
        let path = world.path(of: client)
        let own = fragment(client.credentials.fragment)
        func patch(
            _ body: String, match: String? = nil, type: String = "application/trickle-ice-sdpfrag",
            token other: String? = nil
        ) throws -> Response {
            var fields = ["Content-Type": type]
            fields["If-Match"] = match
            return try world.request("PATCH", path, token: other ?? token, fields: fields, body: body)
        }
        #expect(try patch(own, match: client.entityTag).status.code == 204)
        #expect(try patch(own).status.code == 428)
        #expect(try patch(own, match: "\"stale\"").status.code == 412)
        #expect(try patch(own, match: "*").status.code == 412, "the star is for restarts")
        #expect(try patch(own, match: client.entityTag, type: "application/sdp").status.code == 415)
        #expect(try patch("nonsense", match: client.entityTag).status.code == 400)
        #expect(try patch(own, match: client.entityTag, token: try world.token(.point, "p1")).status.code == 404)
        #expect(try patch(own, match: client.entityTag, token: try world.token(.observer)).status.code == 404)

        let restart = try patch(fragment("fresh"), match: "*")
        #expect(restart.status.code == 200 && restart.fields[.contentType] == fragmentType)
        let tag = try #require(restart.fields[.eTag])
        #expect(tag != client.entityTag)
        let answer = try ICEFragment(parsing: restart.body)
        #expect(answer.candidates.map(\.address) == world.addresses && answer.credentials.password.utf8.count >= 24)
        #expect(try patch(fragment("fresh"), match: client.entityTag).status.code == 412, "the old tag is stale")
        #expect(try patch(fragment("fresh"), match: tag).status.code == 204)

        // Until the new pair is nominated the old one goes on.
        watcher.forgetReceived()
        world.run(for: .seconds(8))
        #expect(client.isConnected && watcher.mainPicture.packets.count > 400)
    }

    @Test("DELETE wants a token of the same seat, answers 200 and then 404")
    func delete() throws {
        let world = try World()
        let client = try world.join("p0")
        let token = try world.token(.point, "p0", id: "another")
        #expect(try world.request("DELETE", world.path(of: client)).status.code == 401)
        #expect(try world.delete(client, token: try world.token(.point, "p1")).status.code == 404)
        #expect(try world.delete(client, token: token).status.code == 200)
        #expect(try world.delete(client, token: token).status.code == 404)
        let watcher = try world.watch()
        #expect(try world.delete(watcher, token: try world.token(.observer, id: "x")).status.code == 404)
        #expect(try world.delete(watcher, token: try world.token(.observer)).status.code == 200)
        #expect(world.counters().endpoints == 0)
    }

    @Test("an observer's token lets in as many receivers as it says")
    func observers() throws {
        let world = try World()
        let token = try world.token(.observer, id: "two", receivers: 2)
        for number in 0..<3 {
            let response = try world.offer(world.makeClient(.receiver), token: token)
            #expect(response.status.code == (number < 2 ? 201 : 503))
            if number == 2 { #expect(response.code == "token-full" && response.fields[.retryAfter] != nil) }
        }
    }

    @Test("only chair and operator choose who is seen")
    func program() throws {
        let world = try World()
        let path = "/v1/rooms/r/program"
        let body = "{\"points\": [\"p1\"]}"
        #expect(try world.request("POST", path, token: try world.token(.chair, "p0"), body: body).status.code == 200)
        #expect(try world.request("POST", path, token: try world.token(.operator), body: body).status.code == 200)
        for role in [Role.observer, .technician] {
            #expect(try world.request("POST", path, token: try world.token(role), body: body).code == "not-allowed")
        }
        #expect(try world.request("POST", path, token: try world.token(.operator), body: "[]").status.code == 400)
        let unknown = try world.request(
            "POST", path, token: try world.token(.operator), body: "{\"points\": [\"p99\"]}")
        #expect(unknown.code == "unknown-point")
    }
}
