package import HTTPTypes

/// Reads the responses of one connection, however their bytes are cut (RFC 9112): the client's side.
///
/// Say with ``expect(_:)`` what was asked, in order, append what was received, then call ``next()`` until it returns
/// `nil`. After an error, or a response that does not keep the connection alive, nothing comes any more.
package struct ResponseParser: Sendable {
    package enum Event: Equatable, Sendable {
        /// 1xx but 101: the final response is still to come (RFC 9110 §15.2).
        case informational(HTTPResponse)
        /// `keepsAlive` says whether another request may be sent on this connection. After 101 the rest of the
        /// bytes is ``takeRemainder()``'s.
        case response(Response, keepsAlive: Bool)
    }

    private enum State: Sendable {
        case start
        case fields(HTTPResponse.Status, MessageVersion, FieldSection)
        case body(Response, keepsAlive: Bool, BodyDecoder)
        case closed
        case failed(HTTPError)
    }

    private var state: State = .start
    private var queue = ByteQueue()
    private var reader = LineReader()
    private var headCount = 0
    /// Informational responses in front of the final one; bounded, or a server could send them for ever.
    private var informationalCount = 0
    private var methods: [HTTPRequest.Method] = []
    private let limits: MessageLimits

    package init(limits: MessageLimits = MessageLimits()) { self.limits = limits }

    /// A request of this method was sent.
    package mutating func expect(_ method: HTTPRequest.Method) { methods.append(method) }

    /// Takes received bytes; parsing them is ``next()``'s.
    package mutating func append(_ bytes: borrowing RawSpan) {
        switch state {
        case .closed, .failed: return
        case .start, .fields, .body:
            guard queue.count < limits.held else {
                state = .failed(.badRequest("more than was asked for"))
                queue.removeAll()
                return
            }
            queue.append(bytes)
        }
    }

    /// What has become complete, or `nil` when more bytes are needed or no response will come any more.
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

    /// The server closed the connection: the end of a response without other bounds (RFC 9112 §6.3, §8).
    ///
    /// - Returns: That response, or `nil` when none was under way.
    /// - Throws: ``HTTPError`` when it closed within a response.
    package mutating func close() throws(HTTPError) -> Event? {
        if let event = try next() { return event }
        switch state {
        case .failed(let error): throw error
        case .closed: return nil
        case .start where queue.isEmpty && informationalCount == 0:
            state = .closed
            return nil
        case .body(var response, _, var decoder):
            try decoder.close()
            response.body = decoder.content
            state = .closed
            return .response(response, keepsAlive: false)
        case .start, .fields:
            let error = HTTPError.badRequest("connection closed within the head")
            state = .failed(error)
            throw error
        }
    }

    /// Gives up what was received behind the response last returned: after 101 it is the new protocol's.
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
                guard !methods.isEmpty || queue.isEmpty else { throw .badRequest("a response that nobody asked for") }
                guard let line = try headLine() else { return nil }
                let (version, status) = try Self.statusLine(line)
                state = .fields(status, version, FieldSection())
            case .fields(let status, let version, var section):
                guard let line = try headLine() else { return nil }
                if line.isEmpty {
                    if let event = try finishHead(status, version, section.fields) { return event }
                } else {
                    try section.append(line, limit: limits.fields)
                    state = .fields(status, version, section)
                }
            case .body(var response, let keepsAlive, var decoder):
                state = .start  // Lets go of the decoder's array, which is then changed in place.
                try decoder.decode(&queue)
                guard decoder.isComplete else {
                    state = .body(response, keepsAlive: keepsAlive, decoder)
                    return nil
                }
                response.body = decoder.content
                return finish(response, keepsAlive: keepsAlive)
            }
        }
    }

    private mutating func headLine() throws(HTTPError) -> [UInt8]? {
        let line = try reader.line(
            from: &queue, limit: limits.head - headCount,
            tooLong: HTTPError(.requestHeaderFieldsTooLarge, "head is too long"))
        if let line { headCount += line.count + 2 }
        return line
    }

    /// Reads `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4); the phrase means nothing and is dropped.
    private static func statusLine(_ line: [UInt8]) throws(HTTPError) -> (MessageVersion, HTTPResponse.Status) {
        let parts = line.split(separator: .space, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let version = MessageVersion(rawValue: String(decoding: parts[0], as: UTF8.self)),
            parts[1].count == 3, let code = parts[1].decimalNumber, (100...599).contains(code)
        else { throw .badRequest("bad status line") }
        return (version, HTTPResponse.Status(code: code))
    }

    private mutating func finishHead(
        _ status: HTTPResponse.Status, _ version: MessageVersion, _ fields: HTTPFields
    ) throws(HTTPError) -> Event? {
        guard let method = methods.first else { throw .badRequest("a response that nobody asked for") }
        guard let options = fields.tokens(of: .connection) else { throw .badRequest("bad Connection") }
        let head = HTTPResponse(status: status, headerFields: fields)
        if status.kind == .informational && status != .switchingProtocols { return try informational(head) }
        var framing = try BodyFraming(fields, version: version, limit: limits.body) ?? .untilClose
        if Response.isWithoutContent(status, to: method) { framing = .none }
        let keepsAlive =
            framing != .untilClose && !options.contains("close")
            && (version == .http11 || options.contains("keep-alive"))
        let response = Response(status, fields: fields)
        guard framing != .none, framing != .length(0) else { return finish(response, keepsAlive: keepsAlive) }
        state = .body(response, keepsAlive: keepsAlive, BodyDecoder(framing, limits: limits))
        return nil
    }

    private mutating func informational(_ head: HTTPResponse) throws(HTTPError) -> Event {
        informationalCount += 1
        guard informationalCount <= Self.mostInformational else { throw .badRequest("too many 1xx responses") }
        headCount = 0
        state = .start
        return .informational(head)
    }

    private mutating func finish(_ response: Response, keepsAlive: Bool) -> Event {
        methods.removeFirst()
        headCount = 0
        informationalCount = 0
        state = keepsAlive ? .start : .closed
        if !keepsAlive { queue.removeAll() }
        return .response(response, keepsAlive: keepsAlive)
    }

    /// Ours; a server has use for one 100 and perhaps one 103.
    private static let mostInformational = 8
}
