import HTTPTypes

/// Where a message's content ends (RFC 9112 §6.3).
enum BodyFraming: Equatable, Sendable {
    case none
    case length(Int)
    case chunked
    /// Until the connection closes; responses only.
    case untilClose

    /// What `fields` say; `nil` when they say nothing.
    ///
    /// Stricter than the standard: Transfer-Encoding beside Content-Length (§6.1) and a repeated Content-Length (§6.3),
    /// even of one value, are refused and not repaired; the one transfer coding is "chunked".
    ///
    /// - Parameters:
    ///   - fields: All fields of the head.
    ///   - version: An HTTP/1.0 message with Transfer-Encoding is refused (§6.1).
    ///   - limit: 413 is thrown for a Content-Length above it.
    /// - Throws: 400 for fields that contradict each other, 413 for too much, 501 for another transfer coding.
    init?(_ fields: HTTPFields, version: MessageVersion, limit: Int) throws(HTTPError) {
        let lengths = fields[values: .contentLength]
        guard fields.contains(.transferEncoding) else {
            guard let length = lengths.first else { return nil }
            guard lengths.count == 1, length.utf8.allSatisfy(\.isDigit), !length.isEmpty else {
                throw .badRequest("bad Content-Length")
            }
            guard let count = length.utf8.decimalNumber, count <= limit else {
                throw HTTPError(.contentTooLarge, "content is too long")
            }
            self = .length(count)
            return
        }
        guard lengths.isEmpty else { throw .badRequest("Transfer-Encoding and Content-Length") }
        guard version == .http11 else { throw .badRequest("Transfer-Encoding in HTTP/1.0") }
        guard let codings = fields.tokens(of: .transferEncoding), codings.last == "chunked",
            codings.count(where: { $0 == "chunked" }) == 1
        else { throw .badRequest("chunked is not the last transfer coding") }
        guard codings.count == 1 else { throw HTTPError(.notImplemented, "unknown transfer coding") }
        self = .chunked
    }
}

/// The two versions that are spoken (RFC 9112 §2.3).
package enum MessageVersion: String, Sendable {
    case http10 = "HTTP/1.0"
    case http11 = "HTTP/1.1"
}
