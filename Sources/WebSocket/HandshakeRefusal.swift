package import HTTP1
package import HTTPTypes

/// Why a request does not become a WebSocket, and what is answered (RFC 6455 §4.2.2).
package struct HandshakeRefusal: Error, Sendable, CustomStringConvertible {
    /// 400, 405 or 426.
    package var status: HTTPResponse.Status
    /// One sentence for a log; it holds nothing of what was received.
    package var reason: StaticString

    init(_ status: HTTPResponse.Status, _ reason: StaticString) {
        self.status = status
        self.reason = reason
    }

    /// What the answer must say besides: Allow with 405; with 426 the protocol (RFC 9110 §15.5.22) and its version.
    package var fields: HTTPFields {
        switch status {
        case .upgradeRequired: [.upgrade: "websocket", .secWebSocketVersion: "13"]
        case .methodNotAllowed: [.allow: "GET"]
        default: [:]
        }
    }

    /// The answer without content.
    package var response: Response { Response(status, fields: fields) }

    package var description: String { "\(status.code) \(reason)" }
}

extension HandshakeRefusal: Equatable {
    package static func == (lhs: HandshakeRefusal, rhs: HandshakeRefusal) -> Bool {
        lhs.status == rhs.status && lhs.reason.description == rhs.reason.description
    }
}
