package import HTTP1
package import HTTPTypes

/// The handshake, seen from the client (RFC 6455 §4.1).
///
/// Send ``request(authority:path:authorization:origin:)``, and ``verify(_:sha1:)`` what is answered; what came behind
/// the answer (`ResponseParser.takeRemainder()`) is for a ``WebSocketConnection``.
package struct ClientHandshake: Sendable {
    /// Why the connection is none.
    package enum Failure: Error, Equatable, Sendable {
        /// The server answered with another status: a redirection, a refusal.
        case status(HTTPResponse.Status)
        /// A 101 that does not switch to "websocket", or whose accept key is not that of our key.
        case notAWebSocket
        /// An extension that was not offered, or with parameters that we can't live with.
        case unknownExtension
        /// Not exactly one of the offered subprotocols.
        case unknownSubprotocol
    }

    /// What the server agreed to.
    package struct Agreement: Equatable, Sendable {
        /// The one that is spoken; `nil` when none was offered.
        package var subprotocol: String?
        /// Whether messages may come compressed: for ``WebSocketSettings/deflates``.
        package var deflates: Bool
    }

    private let key: String
    private let subprotocols: [String]
    private let offersDeflate: Bool

    /// - Parameters:
    ///   - subprotocols: What is offered, most wanted first; when there is any, the server must take one.
    ///   - offersDeflate: Whether the server may compress what it sends.
    ///   - random: Where the key comes from.
    package init(
        subprotocols: [String], offersDeflate: Bool = false, random: inout some RandomNumberGenerator
    ) {
        key = Base64.encode((0..<16).map { _ in UInt8.random(in: 0...UInt8.max, using: &random) })
        self.subprotocols = subprotocols
        self.offersDeflate = offersDeflate
    }

    /// The request to be sent.
    ///
    /// - Parameters:
    ///   - authority: Host and port of the server as its URL has them.
    ///   - path: Path and query, percent-encoded, beginning with "/".
    ///   - authorization: The whole value of that field; `nil` for none.
    ///   - origin: The page's; programs send none.
    /// - Returns: A GET without content.
    /// - Throws: 400 when `authority` or `path` would not be read back as what it is.
    package func request(
        authority: String, path: String, authorization: String? = nil, origin: String? = nil
    ) throws(HTTPError) -> Request {
        var fields: HTTPFields = [
            .upgrade: "websocket", .connection: "Upgrade", .secWebSocketVersion: "13", .secWebSocketKey: key,
        ]
        if !subprotocols.isEmpty { fields[.secWebSocketProtocol] = subprotocols.joined(separator: ", ") }
        if offersDeflate { fields[.secWebSocketExtensions] = DeflateOffer.request }
        if let authorization { fields[.authorization] = authorization }
        if let origin { fields[.origin] = origin }
        return try Request(.get, authority: authority, path: path, fields: fields)
    }

    /// Checks the server's answer.
    ///
    /// - Parameters:
    ///   - response: The final one.
    ///   - sha1: SHA-1 of any bytes, 20 bytes long.
    /// - Returns: What was agreed to.
    /// - Throws: ``Failure``; the connection is to be closed then.
    package func verify(_ response: Response, sha1: ([UInt8]) -> [UInt8]) throws(Failure) -> Agreement {
        guard response.status == .switchingProtocols else { throw .status(response.status) }
        let fields = response.fields
        guard fields[values: .upgrade].map({ $0.lowercased() }) == ["websocket"],
            fields.tokens(of: .connection)?.contains("upgrade") == true,
            fields[values: .secWebSocketAccept] == [WebSocketHandshake.acceptKey(for: key, sha1: sha1)]
        else { throw .notAWebSocket }
        return Agreement(subprotocol: try subprotocol(in: fields), deflates: try deflates(fields))
    }

    private func deflates(_ fields: HTTPFields) throws(Failure) -> Bool {
        guard fields.contains(.secWebSocketExtensions) else { return false }
        guard offersDeflate, let extensions = ExtensionItem.list(fields), DeflateOffer.isAccepted(by: extensions)
        else { throw .unknownExtension }
        return true
    }

    private func subprotocol(in fields: HTTPFields) throws(Failure) -> String? {
        let chosen = fields[values: .secWebSocketProtocol]
        guard !(chosen.isEmpty && subprotocols.isEmpty) else { return nil }
        guard chosen.count == 1, let name = chosen.first, subprotocols.contains(name) else {
            throw .unknownSubprotocol
        }
        return name
    }
}
