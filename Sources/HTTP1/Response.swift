package import HTTPTypes

/// One response, complete with its content.
package struct Response: Equatable, Sendable {
    package var head: HTTPResponse
    package var body: [UInt8]

    package init(_ status: HTTPResponse.Status, fields: HTTPFields = [:], body: [UInt8] = []) {
        head = HTTPResponse(status: status, headerFields: fields)
        self.body = body
    }

    package var status: HTTPResponse.Status { head.status }
    package var fields: HTTPFields { head.headerFields }

    /// Whether a response of this status to `method` is without content whatever its fields say (RFC 9112 §6.3).
    static func isWithoutContent(_ status: HTTPResponse.Status, to method: HTTPRequest.Method) -> Bool {
        method == .head || status.kind == .informational || status == .noContent || status == .notModified
    }
}

extension Response {
    /// The response as it goes on the wire.
    ///
    /// Content-Length always says how long the content is, save where it must not stand: 1xx and 204 (RFC 9110 §8.6),
    /// and 304, for which nothing is known of the content. HEAD gets the length and no content. The fields that frame
    /// the message are written here and nowhere else; those in ``head`` are left out, but `Connection` of a 101.
    ///
    /// - Parameters:
    ///   - method: The request's; `nil` when it could not be read.
    ///   - date: The time now as ``HTTPDate`` writes it (RFC 9110 §6.6.1).
    ///   - keepsAlive: Whether the connection stays open after it; `false` writes `Connection: close`.
    /// - Returns: Head and content.
    package func serialized(for method: HTTPRequest.Method?, date: String, keepsAlive: Bool) -> [UInt8] {
        var lines = MessageLines("\(MessageVersion.http11.rawValue) \(status.code) \(status.reasonPhrase)")
        // Upgrade stands in Connection too, also where an answer only asks for it (RFC 9110 §7.8, §15.5.22).
        let isUpgrade = status == .switchingProtocols
        lines.append(.date, date)
        lines.append(
            fields, except: [.date, .contentLength, .transferEncoding] + (isUpgrade ? [] : [.connection]))
        if status == .upgradeRequired { lines.append(.connection, "upgrade") }
        if !isUpgrade && !keepsAlive { lines.append(.connection, "close") }
        guard status.kind != .informational, status != .noContent, status != .notModified else {
            return lines.end(with: [])
        }
        lines.append(.contentLength, "\(body.count)")
        return lines.end(with: method == .head ? [] : body)
    }

    /// `HTTP/1.1 100 Continue`, to answer ``RequestParser/Event/continueExpected(_:)`` with.
    package static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}
