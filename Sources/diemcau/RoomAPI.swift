import ArgumentParser
import BridgeClient
import Conference
import FoundationEssentials
import HTTP1
import HTTPTypes
import OpenSSL
import Participant
import Terminal

/// Asks the server and turns its refusals into one line and status 2.
struct RoomAPI {
    struct Body {
        var bytes: [UInt8]
        var text: String { String(decoding: bytes, as: UTF8.self) }

        func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
            do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
                try fail("the server's answer can't be read: \(error)")
            }
        }
    }

    private struct Problem: Decodable {
        var code: String
        var detail: String
    }

    private let address: ServerAddress
    private let token: String
    private let trust: TLSClientContext.Trust
    /// Of what the server writes for people.
    private let language: Language?

    /// - Parameters:
    ///   - server: Which one, and whom it believes.
    ///   - token: Where it has been read before: a pipe gives it once.
    ///   - language: Of what the server writes for people.
    /// - Throws: The command's exit status, its reason told.
    init(_ server: ServerOptions, token: String? = nil, language: Language? = nil) throws {
        address = try server.server()
        self.token = try token ?? server.bearerToken()
        trust = server.trust()
        self.language = language
    }

    func get(_ path: String) async throws -> Body { try await send(.get, path, []) }
    func post(_ path: String, _ body: [UInt8]) async throws -> Body { try await send(.post, path, body) }

    private func send(_ method: HTTPRequest.Method, _ path: String, _ body: [UInt8]) async throws -> Body {
        var fields = HTTPFields()
        fields[.authorization] = "Bearer \(token)"
        fields[.acceptLanguage] = language?.rawValue
        if !body.isEmpty { fields[.contentType] = "application/json" }
        let response: Response
        do {
            let request = try Request(
                method, authority: address.authority, path: path, fields: fields, body: body)
            response = try await SingleRequest.send(request, to: address, trust: trust)
        } catch {
            try fail("\(error)")
        }
        if response.status.kind == .successful { return Body(bytes: response.body) }
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(response.body))
        complain(problem.map { "\($0.code): \($0.detail)".plain } ?? "the server answered \(response.status.code)")
        throw ExitCode(2)
    }
}

extension String {
    /// Percent-encoded for a path segment (RFC 3986 §3.3).
    var escaped: String {
        utf8.reduce(into: "") { text, byte in
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || [45, 46, 95, 126].contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            text += isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
        }
    }
}
