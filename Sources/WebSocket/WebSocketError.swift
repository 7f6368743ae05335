/// How the peer broke the protocol: the connection fails with ``code`` (RFC 6455 §7.1.7).
package struct WebSocketError: Error, Sendable, CustomStringConvertible {
    /// 1002, 1007, 1008 or 1009; 1011 without memory.
    package var code: CloseCode
    /// A few words for a log and for the close frame; it holds nothing of what was received.
    package var reason: StaticString

    package init(_ code: CloseCode, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    package var description: String { "\(code.rawValue) \(reason)" }

    static func protocolError(_ reason: StaticString) -> WebSocketError { WebSocketError(.protocolError, reason) }
}

extension WebSocketError: Equatable {
    package static func == (lhs: WebSocketError, rhs: WebSocketError) -> Bool {
        lhs.code == rhs.code && lhs.reason.description == rhs.reason.description
    }
}
