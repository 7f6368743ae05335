package import HTTP1
import HTTPTypes

/// The handshake, seen from the server (RFC 6455 §4.2).
///
/// ``check(_:)`` the request, and everything else about it: Host, Origin, who asks. Then answer with
/// ``response(accepting:subprotocol:sha1:)`` and give what came behind the request (`RequestParser.takeRemainder()`) to
/// a ``WebSocketConnection``.
package enum WebSocketHandshake {
    /// What a client offers.
    package struct Offer: Equatable, Sendable {
        /// Sec-WebSocket-Key, which the answer's accept key is made of.
        package var key: String
        /// Subprotocols, most wanted first, each once, in the case that they came in; they may hold secrets.
        package var subprotocols: [String]
        /// The compression that can be agreed to, other extensions being passed over; `nil` for none.
        package var deflate: DeflateOffer?

        package init(key: String, subprotocols: [String], deflate: DeflateOffer? = nil) {
            self.key = key
            self.subprotocols = subprotocols
            self.deflate = deflate
        }
    }

    /// Reads the client's offer.
    ///
    /// - Throws: ``HandshakeRefusal``: 405 unless the method is GET, 426 unless the request is HTTP/1.1 and upgrades to
    ///   version 13 of "websocket", 400 for content, for a key that is not 16 bytes in base64, for a field that stands
    ///   twice, for subprotocols that are no tokens or stand twice, for extensions that are not well formed.
    package static func check(_ request: Request) throws(HandshakeRefusal) -> Offer {
        guard request.method == .get else { throw HandshakeRefusal(.methodNotAllowed, "method is not GET") }
        guard request.version == .http11, request.upgrades.contains("websocket") else {
            throw HandshakeRefusal(.upgradeRequired, "no upgrade to websocket")
        }
        guard request.body.isEmpty else { throw HandshakeRefusal(.badRequest, "handshake with content") }
        let versions = request.fields[values: .secWebSocketVersion]
        guard versions.count <= 1 else { throw HandshakeRefusal(.badRequest, "more than one version") }
        guard versions.first == "13" else { throw HandshakeRefusal(.upgradeRequired, "version is not 13") }
        let keys = request.fields[values: .secWebSocketKey]
        guard keys.count == 1, let key = keys.first, Base64.isSixteenBytes(key) else {
            throw HandshakeRefusal(.badRequest, "key is not 16 bytes")
        }
        guard let extensions = ExtensionItem.list(request.fields) else {
            throw HandshakeRefusal(.badRequest, "extensions are not well formed")
        }
        return Offer(
            key: key, subprotocols: try subprotocols(request.fields), deflate: DeflateOffer(in: extensions))
    }

    private static func subprotocols(_ fields: HTTPFields) throws(HandshakeRefusal) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for value in fields[values: .secWebSocketProtocol] {
            for member in value.split(separator: ",", omittingEmptySubsequences: false) {
                let name = member.trimmed
                if name.isEmpty { continue }
                guard name.utf8.allSatisfy(\.isTokenCharacter) else {
                    throw HandshakeRefusal(.badRequest, "subprotocol is not a token")
                }
                guard seen.insert(name).inserted else {
                    throw HandshakeRefusal(.badRequest, "subprotocol offered twice")
                }
                names.append(name)
            }
        }
        return names
    }

    /// The 101 that opens the connection.
    ///
    /// - Parameters:
    ///   - offer: What ``check(_:)`` read; the compression in it is agreed to.
    ///   - subprotocol: The one of the offered that is spoken; `nil` for none.
    ///   - sha1: SHA-1 of any bytes, 20 bytes long.
    /// - Returns: For `Response.serialized(for:date:keepsAlive:)`, which writes no Content-Length into it.
    package static func response(
        accepting offer: Offer, subprotocol: String?, sha1: ([UInt8]) -> [UInt8]
    ) -> Response {
        var fields: HTTPFields = [
            .upgrade: "websocket", .connection: "Upgrade",
            .secWebSocketAccept: acceptKey(for: offer.key, sha1: sha1),
        ]
        if let subprotocol { fields[.secWebSocketProtocol] = subprotocol }
        if let deflate = offer.deflate { fields[.secWebSocketExtensions] = deflate.answer }
        return Response(.switchingProtocols, fields: fields)
    }

    /// Proves that the server read the key (§4.2.2 step 5).
    static func acceptKey(for key: String, sha1: ([UInt8]) -> [UInt8]) -> String {
        Base64.encode(sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }
}

extension Substring {
    /// The same without spaces and tabs at both ends.
    fileprivate var trimmed: String {
        let bytes = utf8.drop(while: Self.isWhitespace)
        let end = bytes.lastIndex { !Self.isWhitespace($0) }
        return end.map { String(self[bytes.startIndex...$0]) } ?? ""
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
