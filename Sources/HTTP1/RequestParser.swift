import HTTPTypes

/// Reads the requests of one connection, however their bytes are cut (RFC 9112): the server's side.
///
/// Append what was received, then call ``next()`` until it returns `nil`. Requests come out one at a time and what
/// follows one is held, so that a server answers in order: ask again when the answer has been written. After an error,
/// or a request that does not keep the connection alive, nothing comes any more.
package struct RequestParser: Sendable {
    package enum Event: Equatable, Sendable {
        /// The client waits before it sends its content: answer 100, or a final status and close (RFC 9110 §10.1.1).
        /// The request has no body yet.
        case continueExpected(Request)
        case request(Request)
    }

    private var reader: MessageReader<RequestHead, Request>
    private var sawEmptyLine = false

    package init(limits: MessageLimits = MessageLimits()) { reader = MessageReader(limits: limits) }

    /// Whether enough bytes wait behind an unanswered request.
    ///
    /// Stop reading from the socket until ``next()`` has been called again: what is appended all the same fails the
    /// connection.
    package var isFull: Bool { reader.isFull }

    /// Whether no part of a request has been received: the connection is idle and may be closed without harm.
    package var isIdle: Bool { reader.isAtStart && reader.isEmpty }

    /// Takes received bytes; parsing them is ``next()``'s.
    package mutating func append(_ bytes: borrowing RawSpan) {
        reader.append(bytes, overflow: .badRequest("too much behind an unanswered request"))
    }

    /// What has become complete, or `nil` when more bytes are needed or no request will come any more.
    ///
    /// - Throws: ``HTTPError``, the same at every call after the first.
    package mutating func next() throws(HTTPError) -> Event? {
        do throws(HTTPError) {
            return try advance()
        } catch {
            reader.fail(error)
            throw error
        }
    }

    /// Gives up what was received behind the request last returned: after 101 it is the new protocol's.
    package mutating func takeRemainder() -> [UInt8] { reader.takeRemainder() }

    private mutating func advance() throws(HTTPError) -> Event? {
        while let part = try reader.next(startTooLong: HTTPError(.uriTooLong, "request line is too long")) {
            switch part {
            case .start(let line): try begin(line)
            case .fields(let head, let fields):
                // Without an event the content is read next.
                if let event = try finishHead(head, fields) { return event }
            case .body(var request, let content):
                request.body = content
                return finish(request)
            }
        }
        return nil
    }

    /// One empty line before a request line is skipped (RFC 9112 §2.2); a second one is refused.
    private mutating func begin(_ line: [UInt8]) throws(HTTPError) {
        guard line.isEmpty else {
            reader.beginFields(try RequestHead(line))
            return
        }
        guard !sawEmptyLine else { throw .badRequest("empty request line") }
        sawEmptyLine = true
    }

    private mutating func finishHead(_ head: RequestHead, _ fields: HTTPFields) throws(HTTPError) -> Event? {
        let request = try head.request(with: fields)
        let framing = try BodyFraming(fields, version: head.version, limit: reader.limits.body) ?? BodyFraming.none
        let decoder = BodyDecoder(framing, limits: reader.limits)
        guard !decoder.isComplete else { return finish(request) }
        reader.beginBody(request, decoder)
        return fields.contains(.expect) && head.version == .http11 ? .continueExpected(request) : nil
    }

    private mutating func finish(_ request: Request) -> Event {
        sawEmptyLine = false
        reader.end(keepsAlive: request.keepsAlive)
        return .request(request)
    }
}
