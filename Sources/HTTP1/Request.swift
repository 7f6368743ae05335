package import HTTPTypes

/// One request, complete with its content.
package struct Request: Equatable, Sendable {
    /// Method, path, authority (Host, or the target's own) and fields.
    package var head: HTTPRequest
    package var target: RequestTarget
    package var version: MessageVersion
    /// The content, transfer coding taken off; empty when there is none.
    package var body: [UInt8]
    /// Whether another request may follow on this connection (RFC 9112 §9.3).
    package var keepsAlive: Bool
    /// What the client offers to go on with, in lower case, most wanted first; empty unless `Connection: upgrade`
    /// names it and the version is HTTP/1.1 (RFC 9110 §7.8).
    package var upgrades: [String]

    package init(
        head: HTTPRequest, target: RequestTarget, version: MessageVersion, body: [UInt8], keepsAlive: Bool,
        upgrades: [String]
    ) {
        self.head = head
        self.target = target
        self.version = version
        self.body = body
        self.keepsAlive = keepsAlive
        self.upgrades = upgrades
    }

    package var method: HTTPRequest.Method { head.method }
    package var fields: HTTPFields { head.headerFields }
}
