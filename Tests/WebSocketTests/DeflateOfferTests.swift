import HTTP1
import HTTPTypes
import SimulatedNetwork
import Testing
import WebSocket

/// What is offered and agreed to in Sec-WebSocket-Extensions (RFC 6455 §9.1, RFC 7692 §5 and §7.1).
@Suite("Deflate offers")
struct DeflateOfferTests {
    private func request(_ extensions: [String]) throws -> Request {
        var fields: HTTPFields = [
            .upgrade: "websocket", .connection: "Upgrade", .secWebSocketVersion: "13",
            .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        for value in extensions { fields.append(HTTPField(name: .secWebSocketExtensions, value: value)) }
        return try received(Request(.get, authority: "a", path: "/", fields: fields))
    }

    /// The request as the server reads it.
    private func received(_ request: Request) throws -> Request {
        var parser = RequestParser()
        parser.append(request.serialized.span.bytes)
        guard case .request(let request)? = try parser.next() else { throw HTTPError(.badRequest, "not whole") }
        return request
    }

    /// What the server answers to an offer; `nil` for no extension.
    private func answer(_ extensions: String...) throws -> String? {
        let offer = try WebSocketHandshake.check(request(extensions))
        let response = WebSocketHandshake.response(accepting: offer, subprotocol: nil) { _ in [] }
        #expect((offer.deflate != nil) == response.fields.contains(.secWebSocketExtensions))
        return response.fields[.secWebSocketExtensions]
    }

    private static let agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    @Test(
        "offers that can be met are: neither end remembers",
        arguments: [
            "permessage-deflate", "permessage-deflate; client_max_window_bits",
            "permessage-deflate;client_max_window_bits=8", "permessage-deflate; server_no_context_takeover",
            "permessage-deflate ; client_no_context_takeover ;\tserver_no_context_takeover",
            "foo, permessage-deflate", ", permessage-deflate,,", "foo; a=\"b\"; c, permessage-deflate",
            "permessage-deflate; client_max_window_bits=\"1\\5\"",
            "permessage-deflate; server_max_window_bits=9, permessage-deflate",
            "permessage-deflate; unknown, permessage-deflate; client_max_window_bits",
        ])
    func accepted(offer: String) throws { #expect(try answer(offer) == Self.agreed) }

    @Test("the greatest window is named in the answer when the offer does")
    func window() throws {
        #expect(
            try answer("permessage-deflate; server_max_window_bits=15") == Self.agreed + "; server_max_window_bits=15")
        #expect(try answer("foo", "permessage-deflate") == Self.agreed, "in a second line")
    }

    @Test(
        "offers that ask for what is not there, or make no sense, are declined, and the socket opens without",
        arguments: [
            "", "foo", "permessage-deflate2", "Permessage-Deflate", "permessage-bzip2",
            "permessage-deflate; server_max_window_bits=14", "permessage-deflate; server_max_window_bits=8",
            "permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=015", "permessage-deflate; client_max_window_bits=7",
            "permessage-deflate; client_max_window_bits=16", "permessage-deflate; client_max_window_bits=08",
            "permessage-deflate; client_max_window_bits=x", "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover=\"true\"", "permessage-deflate; unknown",
            "permessage-deflate; client_max_window_bits; client_max_window_bits",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        ])
    func declined(offer: String) throws { #expect(try answer(offer) == nil) }

    @Test(
        "a list that is not well formed is refused",
        arguments: [
            "permessage-deflate;", "permessage-deflate; =1", "permessage-deflate; a=", "permessage-deflate; a=\"",
            "permessage-deflate; a=\"b", "permessage-deflate; a=\"\"", "permessage-deflate; a=\"b c\"",
            "permessage-deflate foo", ";", "a/b", "permessage-deflate; a=\"b\"c", "permessage-deflate, \"a\"",
            "permessage-deflate; a=\"b\\", "foo; a==b",
        ])
    func malformed(offer: String) throws {
        let request = try request([offer])
        do throws(HandshakeRefusal) {
            _ = try WebSocketHandshake.check(request)
            Issue.record("taken")
        } catch {
            #expect(error.status == .badRequest)
        }
    }

    // MARK: The client

    /// Whether messages may come compressed; `nil` when the client does not take the answer.
    private func verify(_ extensions: [String], offersDeflate: Bool = true) throws -> Bool? {
        var random = SplitMix64(state: 1)
        let client = ClientHandshake(subprotocols: [], offersDeflate: offersDeflate, random: &random)
        let request = try client.request(authority: "a", path: "/")
        #expect(request.fields.contains(.secWebSocketExtensions) == offersDeflate)
        var offer = try WebSocketHandshake.check(received(request))
        #expect((offer.deflate != nil) == offersDeflate, "our own server takes our own offer")
        offer.deflate = nil
        var response = WebSocketHandshake.response(accepting: offer, subprotocol: nil) { _ in [] }
        for value in extensions {
            response.head.headerFields.append(HTTPField(name: .secWebSocketExtensions, value: value))
        }
        do throws(ClientHandshake.Failure) {
            return try client.verify(response) { _ in [] }.deflates
        } catch {
            #expect(error == .unknownExtension)
            return nil
        }
    }

    @Test("a client takes what it offered, or nothing")
    func clientAccepts() throws {
        #expect(try verify([]) == false)
        #expect(try verify([], offersDeflate: false) == false)
        for value in [
            Self.agreed, "permessage-deflate; server_no_context_takeover",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=10",
        ] {
            #expect(try verify([value]) == true, "\(value)")
            #expect(try verify([value], offersDeflate: false) == nil, "not asked for")
        }
    }

    @Test(
        "a client gives up when the server agreed to something else",
        arguments: [
            "permessage-deflate", "permessage-deflate; client_no_context_takeover", "foo",
            "permessage-deflate; server_no_context_takeover; client_max_window_bits=15",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=7",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; server_no_context_takeover; unknown", "permessage-deflate;",
            "permessage-deflate; server_no_context_takeover, foo",
        ])
    func clientRefuses(value: String) throws { #expect(try verify([value]) == nil) }

    @Test("an agreement in two lines is one too many")
    func clientRefusesTwo() throws { #expect(try verify([Self.agreed, Self.agreed]) == nil) }
}
