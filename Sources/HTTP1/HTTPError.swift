package import HTTPTypes

/// Why a message was refused, and the status that says so to whoever sent it.
///
/// After an error the connection cannot be read any further, because nobody knows where the next message would begin
/// (RFC 9112 §9.6): a server answers with ``status``, `Connection: close`, and closes; a client closes.
package struct HTTPError: Error, Sendable, CustomStringConvertible {
    /// What a server answers; a client reads it as "the server broke the protocol".
    package var status: HTTPResponse.Status
    /// One sentence for a log; it holds nothing of what was received.
    package var reason: StaticString

    package init(_ status: HTTPResponse.Status, _ reason: StaticString) {
        self.status = status
        self.reason = reason
    }

    package var description: String { "\(status.code) \(reason)" }

    static func badRequest(_ reason: StaticString) -> HTTPError { HTTPError(.badRequest, reason) }
}

extension HTTPError: Equatable {
    package static func == (lhs: HTTPError, rhs: HTTPError) -> Bool {
        lhs.status == rhs.status && lhs.reason.description == rhs.reason.description
    }
}
