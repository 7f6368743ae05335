import HTTPTypes

/// Reads messages of either kind, whose start lines alone differ (RFC 9112 §2.1): bytes in, then start line, fields and
/// body out, one part at a time.
///
/// After an error nothing comes any more.
struct MessageReader<Head: Sendable, Message: Sendable>: Sendable {
    /// What has become complete.
    enum Part {
        case start([UInt8])
        /// The head is through: say with ``begin(_:body:)`` or ``end(keepsAlive:)`` how it goes on.
        case fields(Head, HTTPFields)
        /// The message that ``begin(_:body:)`` was given, and its content.
        case body(Message, [UInt8])
    }

    private enum State: Sendable {
        case start
        case fields(Head, FieldSection)
        case body(Message, BodyDecoder)
        case closed
        case failed(HTTPError)
    }

    private var state: State = .start
    private var queue = ByteQueue()
    private var reader = LineReader()
    private var headCount = 0
    let limits: MessageLimits

    init(limits: MessageLimits) { self.limits = limits }

    /// Whether as many bytes wait as may be held.
    var isFull: Bool { queue.count >= limits.held }
    var isEmpty: Bool { queue.isEmpty }
    /// Whether no part of a message has been read.
    var isAtStart: Bool { if case .start = state { true } else { false } }

    /// Takes received bytes; more than may be held is the error `overflow`.
    mutating func append(_ bytes: borrowing RawSpan, overflow: @autoclosure () -> HTTPError) {
        switch state {
        case .closed, .failed: return
        case .start, .fields, .body:
            guard !isFull else { return fail(overflow()) }
            queue.append(bytes)
        }
    }

    mutating func fail(_ error: HTTPError) {
        state = .failed(error)
        queue.removeAll()
    }

    /// Gives up what was received behind the last message: after 101 it is the new protocol's.
    mutating func takeRemainder() -> [UInt8] {
        state = .closed
        return queue.take(queue.count)
    }

    /// Reads on.
    ///
    /// - Parameter startTooLong: What a start line that is too long is.
    /// - Returns: What has become complete, or `nil` when more bytes are needed or no message will come any more.
    /// - Throws: ``HTTPError``, the same at every call after the first.
    mutating func next(startTooLong: @autoclosure () -> HTTPError) throws(HTTPError) -> Part? {
        while true {
            switch state {
            case .failed(let error): throw error
            case .closed: return nil
            case .start:
                return try line(startTooLong()).map { .start($0) }
            case .fields(let head, var section):
                guard let line = try line(.headTooLong) else { return nil }
                guard !line.isEmpty else { return .fields(head, section.fields) }
                try section.append(line, limit: limits.fields)
                state = .fields(head, section)
            case .body(let message, var decoder):
                state = .start  // Lets go of the decoder's array, which is then changed in place.
                try decoder.decode(&queue)
                guard decoder.isComplete else {
                    state = .body(message, decoder)
                    return nil
                }
                return .body(message, decoder.content)
            }
        }
    }

    private mutating func line(_ tooLong: @autoclosure () -> HTTPError) throws(HTTPError) -> [UInt8]? {
        let line = try reader.line(from: &queue, limit: limits.head - headCount, tooLong: tooLong())
        if let line { headCount += line.count + 2 }
        return line
    }

    /// The start line was good: fields follow.
    mutating func beginFields(_ head: Head) { state = .fields(head, FieldSection()) }

    /// The head was good: content follows.
    mutating func beginBody(_ message: Message, _ decoder: BodyDecoder) { state = .body(message, decoder) }

    /// The message is through; without `keepsAlive` it was the last.
    mutating func end(keepsAlive: Bool) {
        headCount = 0
        state = keepsAlive ? .start : .closed
        if !keepsAlive { queue.removeAll() }
    }

    /// The message that the end of the connection completes (RFC 9112 §6.3), if one is under way.
    ///
    /// - Throws: ``HTTPError`` when it ends within a message.
    mutating func close() throws(HTTPError) -> Part? {
        switch state {
        case .failed(let error): throw error
        case .closed: return nil
        case .body(let message, var decoder):
            try decoder.close()
            state = .closed
            return .body(message, decoder.content)
        case .start, .fields: throw .badRequest("connection closed within the head")
        }
    }
}

extension HTTPError {
    static var headTooLong: HTTPError { HTTPError(.requestHeaderFieldsTooLarge, "head is too long") }
}
