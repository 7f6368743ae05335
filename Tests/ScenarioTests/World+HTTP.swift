import Bridge
import Conference
import Foundation
import HTTP1
import HTTPTypes
import SimulatedNetwork
import Testing
import Tokens
import Units
import Wire

/// What clients ask over HTTP.
extension World {
    func token(
        _ role: Role, _ code: String? = nil, room: String = World.roomID, id: String? = nil,
        seconds: Int = 3_600, receivers: Int? = nil
    ) throws -> String {
        let issued = moment.unixTime - 10
        return try issuer.token(
            for: TokenClaims(
                tokenID: try #require(TokenID(id ?? "t-\(role)-\(code ?? "")")), issuedAt: issued,
                expires: issued + 10 + seconds,
                room: try #require(RoomID(room)), point: try code.map { try #require(PointCode($0)) }, role: role,
                maximumReceivers: receivers))
    }

    /// Sends a request as text through the real parser.
    func request(
        _ method: String, _ target: String, token: String? = nil, fields: [String: String] = [:], body: String = "",
        host: String = "bridge.test:8443"
    ) throws -> Response {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n"
        if let token { text += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        if !body.isEmpty || method == "POST" || method == "PATCH" { text += "Content-Length: \(body.utf8.count)\r\n" }
        text += "\r\n" + body
        var parser = RequestParser()
        parser.append(Array(text.utf8).span.bytes)
        guard case .request(let request)? = try parser.next() else {
            Issue.record("not a whole request: \(text)")
            return Response(.badRequest)
        }
        let response = control.answer(request, at: moment, random: &random).response
        pump()
        return response
    }

    /// Joins, whatever the answer.
    @discardableResult
    func offer(
        _ client: SimulatedClient, token: String, route: String = "media", fields: [String: String] = [:]
    ) throws -> Response {
        var fields = fields
        fields["Content-Type"] = "application/sdp"
        let text = try client.makeOffer()
        let response = try request(
            "POST", "/v1/rooms/\(World.roomID)/\(route)", token: token, fields: fields, body: text)
        guard response.status == .created else { return response }
        client.location = try #require(response.fields[.location])
        client.entityTag = try #require(response.fields[.eTag])
        client.secret = response.field("Diemcau-Binding") ?? ""
        try client.accept(String(decoding: response.body, as: UTF8.self), at: now)
        return response
    }

    /// Joins as point `code`; fails the test when it is refused.
    @discardableResult
    func join(
        _ code: String, _ plan: SimulatedClient.Plan = .init(), role: Role = .point, route: String = "media",
        fields: [String: String] = [:], _ change: (SimulatedClient) -> Void = { _ in }
    ) throws -> SimulatedClient {
        let client = makeClient(plan)
        change(client)
        let response = try offer(
            client, token: try token(role, role.holdsSeat ? code : nil), route: route, fields: fields)
        try #require(response.status == .created, "\(code): \(String(decoding: response.body, as: UTF8.self))")
        return client
    }

    func watch(_ plan: SimulatedClient.Plan = .receiver) throws -> SimulatedClient {
        try join("", plan, role: .observer)
    }

    func delete(_ client: SimulatedClient, token: String) throws -> Response {
        try request("DELETE", path(of: client), token: token)
    }

    func path(of client: SimulatedClient) -> String {
        client.location.replacingOccurrences(of: "https://bridge.test:8443", with: "")
    }

    /// Puts points on the programme.
    func show(_ codes: [String]) throws {
        let list = codes.map { "\"\($0)\"" }.joined(separator: ",")
        let response = try request(
            "POST", "/v1/rooms/\(World.roomID)/program", token: try token(.operator),
            body: "{\"points\": [\(list)]}")
        try #require(response.status == .ok, "\(String(decoding: response.body, as: UTF8.self))")
    }

    struct RosterLine: Decodable {
        struct Media: Decodable {
            var audio: Bool
            var video: Bool
            var layers: Int
            var codec: String?
        }
        var code: String
        var state: String
        var media: Media
        var path: String?
        var takeovers: Int
        var departure: String?
    }

    func roster() throws -> [String: RosterLine] {
        struct View: Decodable { var points: [RosterLine] }
        let response = try request("GET", "/v1/rooms/\(World.roomID)/roster", token: try token(.operator))
        let view = try JSONDecoder().decode(View.self, from: Data(response.body))
        return Dictionary(view.points.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Who speaks, by the room's view.
    func speaker() throws -> String? {
        struct View: Decodable { var speaker: String? }
        let response = try request("GET", "/v1/rooms/\(World.roomID)", token: try token(.operator))
        return try JSONDecoder().decode(View.self, from: Data(response.body)).speaker
    }

    func state(_ code: String) throws -> String? { try roster()[code]?.state }
}

extension Response {
    func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }

    /// The stable code of a problem document.
    var code: String? {
        struct Problem: Decodable { var code: String }
        return try? JSONDecoder().decode(Problem.self, from: Data(body)).code
    }
}
