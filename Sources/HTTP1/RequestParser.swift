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

    private enum State: Sendable {
        case start
        case fields(RequestHead, FieldSection)
        case body(Request, BodyDecoder)
        case closed
        case failed(HTTPError)
    }

    private var state: State = .start
    private var queue = ByteQueue()
    private var reader = LineReader()
    private var headCount = 0
    private var sawEmptyLine = false
    private let limits: MessageLimits

    package init(limits: MessageLimits = MessageLimits()) { self.limits = limits }

    /// Whether enough bytes wait behind an unanswered request.
    ///
    /// Stop reading from the socket until ``next()`` has been called again: what is appended all the same fails the
    /// connection.
    package var isFull: Bool { queue.count >= limits.held }

    /// Whether no part of a request has been received: the connection is idle and may be closed without harm.
    package var isIdle: Bool {
        if case .start = state { queue.isEmpty } else { false }
    }

    /// Takes received bytes; parsing them is ``next()``'s.
    package mutating func append(_ bytes: borrowing RawSpan) {
        switch state {
        case .closed, .failed: return
        case .start, .fields, .body:
            guard !isFull else {
                state = .failed(.badRequest("too much behind an unanswered request"))
                queue.removeAll()
                return
            }
            queue.append(bytes)
        }
    }

    /// What has become complete, or `nil` when more bytes are needed or no request will come any more.
    ///
    /// - Throws: ``HTTPError``, the same at every call after the first.
    package mutating func next() throws(HTTPError) -> Event? {
        do throws(HTTPError) {
            return try advance()
        } catch {
            state = .failed(error)
            queue.removeAll()
            throw error
        }
    }

    /// Gives up what was received behind the request last returned: after 101 it is the new protocol's.
    package mutating func takeRemainder() -> [UInt8] {
        state = .closed
        return queue.take(queue.count)
    }

    private mutating func advance() throws(HTTPError) -> Event? {
        while true {
            switch state {
            case .failed(let error): throw error
            case .closed: return nil
            case .start:
                guard let line = try headLine(HTTPError(.uriTooLong, "request line is too long")) else { return nil }
                try begin(line)
            case .fields(let head, var section):
                guard let line = try headLine(HTTPError(.requestHeaderFieldsTooLarge, "head is too long")) else {
                    return nil
                }
                if line.isEmpty {
                    if let event = try finishHead(head, section.fields) { return event }
                } else {
                    try section.append(line, limit: limits.fields)
                    state = .fields(head, section)
                }
            case .body(var request, var decoder):
                state = .start  // Lets go of the decoder's array, which is then changed in place.
                try decoder.decode(&queue)
                guard decoder.isComplete else {
                    state = .body(request, decoder)
                    return nil
                }
                request.body = decoder.content
                return finish(request)
            }
        }
    }

    private mutating func headLine(_ tooLong: @autoclosure () -> HTTPError) throws(HTTPError) -> [UInt8]? {
        let line = try reader.line(from: &queue, limit: limits.head - headCount, tooLong: tooLong())
        if let line { headCount += line.count + 2 }
        return line
    }

    /// One empty line before a request line is skipped (RFC 9112 §2.2); a second one is refused.
    private mutating func begin(_ line: [UInt8]) throws(HTTPError) {
        guard line.isEmpty else {
            state = .fields(try RequestHead(line), FieldSection())
            return
        }
        guard !sawEmptyLine else { throw .badRequest("empty request line") }
        sawEmptyLine = true
    }

    private mutating func finishHead(_ head: RequestHead, _ fields: HTTPFields) throws(HTTPError) -> Event? {
        let request = try head.request(with: fields)
        let framing = try BodyFraming(fields, version: head.version, limit: limits.body) ?? BodyFraming.none
        let decoder = BodyDecoder(framing, limits: limits)
        guard !decoder.isComplete else { return finish(request) }
        state = .body(request, decoder)
        return fields.contains(.expect) && head.version == .http11 ? .continueExpected(request) : nil
    }

    private mutating func finish(_ request: Request) -> Event {
        headCount = 0
        sawEmptyLine = false
        state = request.keepsAlive ? .start : .closed
        if !request.keepsAlive { queue.removeAll() }
        return .request(request)
    }
}
