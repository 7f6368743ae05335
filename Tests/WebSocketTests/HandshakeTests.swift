import HTTP1
import HTTPTypes
import OpenSSL
import SimulatedNetwork
import Testing
import Units
import WebSocket

@Suite("Handshake")
struct HandshakeTests {
    private static let lines = [
        "Host: server.example.com", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
    ]

    private func digest(_ bytes: [UInt8]) -> [UInt8] {
        let digest = sha1(bytes.span.bytes)
        return digest.indices.map { digest[$0] }
    }

    private func request(
        _ lines: [String], start: String = "GET /chat HTTP/1.1", content: String = ""
    ) throws -> Request {
        var parser = RequestParser()
        let text = ([start] + lines).joined(separator: "\r\n") + "\r\n\r\n" + content
        parser.append(Array(text.utf8).span.bytes)
        guard case .request(let request)? = try parser.next() else {
            throw HTTPError(.badRequest, "the test's request is not whole")
        }
        return request
    }

    /// The standard's request with the line of that field replaced by others.
    private func replacing(_ name: String, by lines: String...) -> [String] {
        Self.lines.filter { !$0.hasPrefix("\(name):") } + lines
    }

    private func refusal(_ request: Request) -> HandshakeRefusal? {
        do throws(HandshakeRefusal) {
            _ = try WebSocketHandshake.check(request)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Server

    @Test("the standard's example: RFC 6455 §1.3")
    func example() throws {
        let offered = Self.lines + ["Sec-WebSocket-Protocol: chat, superchat", "Origin: http://example.com"]
        let offer = try WebSocketHandshake.check(request(offered))
        #expect(offer.key == "dGhlIHNhbXBsZSBub25jZQ==" && offer.subprotocols == ["chat", "superchat"])
        let response = WebSocketHandshake.response(accepting: offer, subprotocol: "chat", sha1: digest)
        #expect(response.fields[.secWebSocketAccept] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        let bytes = response.serialized(for: .get, date: "Sun, 06 Nov 1994 08:49:37 GMT", keepsAlive: true)
        let head = String(decoding: bytes, as: UTF8.self)
        let expected = [
            "HTTP/1.1 101 Switching Protocols", "Date: Sun, 06 Nov 1994 08:49:37 GMT", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "Sec-WebSocket-Protocol: chat",
        ]
        #expect(head == expected.joined(separator: "\r\n") + "\r\n\r\n", "no length, nothing behind the head")
    }

    @Test("what came behind the request is the connection's")
    func remainder() throws {
        var parser = RequestParser()
        let head = (["GET / HTTP/1.1"] + Self.lines).joined(separator: "\r\n") + "\r\n\r\n"
        parser.append((Array(head.utf8) + masked(.text, "early")).span.bytes)
        _ = try parser.next()
        var connection = WebSocketConnection(role: .server, at: .zero)
        #expect(connection.receive(parser.takeRemainder().span.bytes, at: .zero) == [.text(Array("early".utf8))])
    }

    @Test("subprotocols keep their order and case, over several lines")
    func subprotocols() throws {
        let token = "diemcau.token.eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.Zm9-_A"
        let offer = try WebSocketHandshake.check(
            request(
                Self.lines + ["Sec-WebSocket-Protocol: diemcau.v1 ,, \(token)", "Sec-WebSocket-Protocol: \t other"]))
        #expect(offer.subprotocols == ["diemcau.v1", token, "other"])
        #expect(try WebSocketHandshake.check(request(Self.lines)).subprotocols.isEmpty)
    }

    @Test("what asks for no WebSocket of version 13 is told which there is")
    func upgradeRequired() throws {
        let requests = [
            try request(["Host: a"]),
            try request(replacing("Upgrade")), try request(replacing("Upgrade", by: "Upgrade: h2c")),
            try request(replacing("Connection", by: "Connection: keep-alive")),
            try request(replacing("Connection", by: "Connection: close, Upgrade")),
            try request(replacing("Sec-WebSocket-Version")),
            try request(replacing("Sec-WebSocket-Version", by: "Sec-WebSocket-Version: 8")),
            try request(replacing("Sec-WebSocket-Version", by: "Sec-WebSocket-Version: 13, 8")),
            try request(Self.lines, start: "GET / HTTP/1.0"),
        ]
        for request in requests {
            let response = refusal(request)?.response
            #expect(response?.status == .upgradeRequired, "\(request.fields)")
            #expect(response?.fields[.secWebSocketVersion] == "13" && response?.fields[.upgrade] == "websocket")
        }
    }

    @Test("any other method is not allowed", arguments: ["POST", "HEAD", "PUT", "OPTIONS"])
    func methods(method: String) throws {
        let refusal = refusal(try request(Self.lines, start: "\(method) / HTTP/1.1"))
        #expect(refusal?.status == .methodNotAllowed && refusal?.fields[.allow] == "GET")
    }

    @Test("a request that is not well made is refused")
    func badRequests() throws {
        let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        let requests = [
            try request(replacing("Sec-WebSocket-Key")), try request(Self.lines + [key]),
            try request(replacing("Sec-WebSocket-Key", by: "Sec-WebSocket-Key:")),
            try request(replacing("Sec-WebSocket-Key", by: "Sec-WebSocket-Key: c2hvcnQ=")),
            try request(replacing("Sec-WebSocket-Key", by: key + "=")),
            try request(Self.lines + ["Sec-WebSocket-Version: 13"]),
            try request(Self.lines + ["Content-Length: 2"], content: "ab"),
            try request(Self.lines + ["Sec-WebSocket-Protocol: a b"]),
            try request(Self.lines + ["Sec-WebSocket-Protocol: a, b, a"]),
            try request(Self.lines + ["Sec-WebSocket-Protocol: a/b"]),
        ]
        for request in requests { #expect(refusal(request)?.status == .badRequest, "\(request.fields)") }
    }

    @Test("names and tokens in any case, and extensions that nobody knows, do no harm")
    func tolerance() throws {
        let offer = try WebSocketHandshake.check(
            request([
                "HOST: a", "upgrade: h2c, WebSocket", "connection: UPGRADE", "sec-websocket-version: 13",
                "SEC-WEBSOCKET-KEY: AQIDBAUGBwgJCgsMDQ4PEA==",
                "Sec-WebSocket-Extensions: x-webkit-deflate-frame, foo; bar=1",
            ]))
        #expect(offer.key == "AQIDBAUGBwgJCgsMDQ4PEA==")
        let response = WebSocketHandshake.response(accepting: offer, subprotocol: nil, sha1: digest)
        #expect(!response.fields.contains(.secWebSocketExtensions))
        #expect(!response.fields.contains(.secWebSocketProtocol))
    }

    // MARK: Client

    /// What our own server answers to `client`, with some fields changed.
    private func answer(
        to client: ClientHandshake, subprotocol: String?, changing fields: HTTPFields = [:]
    ) throws -> Response {
        let sent = try client.request(authority: "a:8443", path: "/v1").serialized
        var parser = RequestParser()
        parser.append(sent.span.bytes)
        guard case .request(let request)? = try parser.next() else { throw HTTPError(.badRequest, "no request") }
        let offer = try WebSocketHandshake.check(request)
        var response = WebSocketHandshake.response(accepting: offer, subprotocol: subprotocol, sha1: digest)
        for field in fields { response.head.headerFields[field.name] = field.value.isEmpty ? nil : field.value }
        return response
    }

    private func failure(_ client: ClientHandshake, _ response: Response) -> ClientHandshake.Failure? {
        do throws(ClientHandshake.Failure) {
            _ = try client.verify(response, sha1: digest)
            return nil
        } catch {
            return error
        }
    }

    private func client(_ subprotocols: [String] = ["diemcau.v1"], seed: UInt64 = 1) -> ClientHandshake {
        var random = SplitMix64(state: seed)
        return ClientHandshake(subprotocols: subprotocols, random: &random)
    }

    @Test("the client's request has what it must, and what it was given")
    func clientRequest() throws {
        let request = try client(["a", "b"]).request(
            authority: "example.org:8443", path: "/v1/rooms/demo/socket", authorization: "Bearer x",
            origin: "https://example.org")
        let lines = String(decoding: request.serialized, as: UTF8.self).components(separator: "\r\n")
        #expect(lines.first == "GET /v1/rooms/demo/socket HTTP/1.1")
        for line in [
            "Host: example.org:8443", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: a, b", "Authorization: Bearer x", "Origin: https://example.org",
        ] {
            #expect(lines.count { $0 == line } == 1, "\(line)")
        }
        let plain = try client([]).request(authority: "a", path: "/")
        #expect(!plain.fields.contains(.authorization) && !plain.fields.contains(.origin))
        #expect(!plain.fields.contains(.secWebSocketProtocol))
        let other = try client([], seed: 2).request(authority: "a", path: "/")
        #expect(plain.fields[.secWebSocketKey] != other.fields[.secWebSocketKey])
        #expect(throws: HTTPError.self) { try client().request(authority: "a", path: "no slash") }
    }

    @Test("the server's answer is taken, with the subprotocol that it chose")
    func accepted() throws {
        let both = client(["a", "b"])
        #expect(try both.verify(answer(to: both, subprotocol: "b"), sha1: digest).subprotocol == "b")
        let none = client([])
        #expect(try none.verify(answer(to: none, subprotocol: nil), sha1: digest).subprotocol == nil)
    }

    @Test("an answer that is not to our request is none")
    func wrongAnswers() throws {
        let client = client()
        #expect(failure(client, Response(.unauthorized)) == .status(.unauthorized))
        #expect(failure(client, Response(.ok)) == .status(.ok))
        #expect(failure(client, try answer(to: self.client(seed: 9), subprotocol: "diemcau.v1")) == .notAWebSocket)
        let changes: [(HTTPFields, ClientHandshake.Failure)] = [
            ([.upgrade: "h2c"], .notAWebSocket), ([.upgrade: ""], .notAWebSocket),
            ([.connection: "close"], .notAWebSocket), ([.connection: ""], .notAWebSocket),
            ([.secWebSocketAccept: ""], .notAWebSocket),
            ([.secWebSocketAccept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="], .notAWebSocket),
            ([.secWebSocketExtensions: "permessage-deflate"], .unknownExtension),
            ([.secWebSocketProtocol: "other"], .unknownSubprotocol),
            ([.secWebSocketProtocol: "diemcau.v1, other"], .unknownSubprotocol),
            ([.secWebSocketProtocol: ""], .unknownSubprotocol),
        ]
        for (fields, expected) in changes {
            let response = try answer(to: client, subprotocol: "diemcau.v1", changing: fields)
            #expect(failure(client, response) == expected, "\(fields)")
        }
        var twice = try answer(to: client, subprotocol: "diemcau.v1")
        twice.head.headerFields.append(HTTPField(name: .secWebSocketProtocol, value: "diemcau.v1"))
        #expect(failure(client, twice) == .unknownSubprotocol)
        let none = self.client([])
        #expect(failure(none, try answer(to: none, subprotocol: "diemcau.v1")) == .unknownSubprotocol)
    }
}

extension String {
    fileprivate func components(separator: String) -> [String] { split(separator: separator).map(String.init) }
}
