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

    private struct StatusLine: Sendable {
        var version: MessageVersion
        var status: HTTPResponse.Status
    }

    private var reader: MessageReader<StatusLine, (Response, keepsAlive: Bool)>
    /// Informational responses in front of the final one; bounded, or a server could send them for ever.
    private var informationalCount = 0
    private var methods: [HTTPRequest.Method] = []

    package init(limits: MessageLimits = MessageLimits()) { reader = MessageReader(limits: limits) }

    /// A request of this method was sent.
    package mutating func expect(_ method: HTTPRequest.Method) { methods.append(method) }

    /// Takes received bytes; parsing them is ``next()``'s.
    package mutating func append(_ bytes: borrowing RawSpan) {
        reader.append(bytes, overflow: .badRequest("more than was asked for"))
    }

    /// What has become complete, or `nil` when more bytes are needed or no response will come any more.
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

    /// The server closed the connection: the end of a response without other bounds (RFC 9112 §6.3, §8).
    ///
    /// - Returns: That response, or `nil` when none was under way.
    /// - Throws: ``HTTPError`` when it closed within a response.
    package mutating func close() throws(HTTPError) -> Event? {
        if let event = try next() { return event }
        if reader.isAtStart, reader.isEmpty, informationalCount == 0 {
            reader.end(keepsAlive: false)
            return nil
        }
        do throws(HTTPError) {
            guard case .body(var (response, _), let content)? = try reader.close() else { return nil }
            response.body = content
            return .response(response, keepsAlive: false)
        } catch {
            reader.fail(error)
            throw error
        }
    }

    /// Gives up what was received behind the response last returned: after 101 it is the new protocol's.
    package mutating func takeRemainder() -> [UInt8] { reader.takeRemainder() }

    private mutating func advance() throws(HTTPError) -> Event? {
        if reader.isAtStart, methods.isEmpty, !reader.isEmpty {
            throw .badRequest("a response that nobody asked for")
        }
        while let part = try reader.next(startTooLong: .headTooLong) {
            switch part {
            case .start(let line): reader.beginFields(try Self.statusLine(line))
            case .fields(let line, let fields):
                // Without an event the content is read next.
                if let event = try finishHead(line.status, line.version, fields) { return event }
            case .body((var response, let keepsAlive), let content):
                response.body = content
                return finish(response, keepsAlive: keepsAlive)
            }
        }
        return nil
    }

    /// Reads `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4); the phrase means nothing and is dropped.
    private static func statusLine(_ line: [UInt8]) throws(HTTPError) -> StatusLine {
        let parts = line.split(separator: .space, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let version = MessageVersion(rawValue: String(decoding: parts[0], as: UTF8.self)),
            parts[1].count == 3, let code = parts[1].decimalNumber, (100...599).contains(code)
        else { throw .badRequest("bad status line") }
        return StatusLine(version: version, status: HTTPResponse.Status(code: code))
    }

    private mutating func finishHead(
        _ status: HTTPResponse.Status, _ version: MessageVersion, _ fields: HTTPFields
    ) throws(HTTPError) -> Event? {
        guard let method = methods.first else { throw .badRequest("a response that nobody asked for") }
        guard let options = fields.tokens(of: .connection) else { throw .badRequest("bad Connection") }
        let head = HTTPResponse(status: status, headerFields: fields)
        if status.kind == .informational && status != .switchingProtocols { return try informational(head) }
        var framing = try BodyFraming(fields, version: version, limit: reader.limits.body) ?? .untilClose
        if Response.isWithoutContent(status, to: method) { framing = .none }
        let keepsAlive =
            framing != .untilClose && !options.contains("close")
            && (version == .http11 || options.contains("keep-alive"))
        let response = Response(status, fields: fields)
        guard framing != .none, framing != .length(0) else { return finish(response, keepsAlive: keepsAlive) }
        reader.beginBody((response, keepsAlive: keepsAlive), BodyDecoder(framing, limits: reader.limits))
        return nil
    }

    private mutating func informational(_ head: HTTPResponse) throws(HTTPError) -> Event {
        informationalCount += 1
        guard informationalCount <= Self.mostInformational else { throw .badRequest("too many 1xx responses") }
        reader.end(keepsAlive: true)
        return .informational(head)
    }

    private mutating func finish(_ response: Response, keepsAlive: Bool) -> Event {
        methods.removeFirst()
        informationalCount = 0
        reader.end(keepsAlive: keepsAlive)
        return .response(response, keepsAlive: keepsAlive)
    }

    /// Ours; a server has use for one 100 and perhaps one 103.
    private static let mostInformational = 8
}
