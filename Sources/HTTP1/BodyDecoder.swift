import HTTPTypes

/// Takes the content of one message off a queue, and its chunks apart (RFC 9112 §6, §7.1).
///
/// Trailer fields are checked and dropped (§7.1.2): nothing here uses one, and merging them is another way to smuggle.
struct BodyDecoder: Sendable {
    private enum State: Equatable {
        /// So many bytes are still to come.
        case counted(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailers
        case untilClose
        case complete
    }

    private var state: State
    private var reader = LineReader()
    private var overhead = 0
    private var trailers = FieldSection()
    private let limits: MessageLimits
    private(set) var content: [UInt8] = []

    init(_ framing: BodyFraming, limits: MessageLimits) {
        self.limits = limits
        state =
            switch framing {
            case .none, .length(0): .complete
            case .length(let count): .counted(count)
            case .chunked: .chunkSize
            case .untilClose: .untilClose
            }
    }

    var isComplete: Bool { state == .complete }

    /// Goes as far as the queue lets it; nothing behind the message's end is taken.
    mutating func decode(_ queue: inout ByteQueue) throws(HTTPError) {
        while try step(&queue) {}
    }

    /// The connection was closed by the other side: that ends a message without other bounds, and breaks any other.
    mutating func close() throws(HTTPError) {
        switch state {
        case .untilClose, .complete: state = .complete
        case .counted, .chunkSize, .chunk, .chunkEnd, .trailers:
            throw .badRequest("connection closed within the content")
        }
    }

    /// - Returns: Whether another step may be possible.
    private mutating func step(_ queue: inout ByteQueue) throws(HTTPError) -> Bool {
        switch state {
        case .complete: return false
        case .counted(let missing):
            let rest = missing - move(missing, from: &queue)
            state = rest == 0 ? .complete : .counted(rest)
            return false
        case .untilClose:
            guard queue.count <= limits.body - content.count else {
                throw HTTPError(.contentTooLarge, "content is too long")
            }
            _ = move(queue.count, from: &queue)
            return false
        case .chunk(let missing):
            let rest = missing - move(missing, from: &queue)
            state = rest == 0 ? .chunkEnd : .chunk(rest)
            return rest == 0
        case .chunkEnd:
            guard let line = try reader.line(from: &queue, limit: 2, tooLong: .badRequest("chunk is too long")) else {
                return false
            }
            guard line.isEmpty else { throw .badRequest("chunk is too long") }
            state = .chunkSize
            return true
        case .chunkSize: return try readChunkSize(&queue)
        case .trailers: return try readTrailer(&queue)
        }
    }

    private mutating func move(_ count: Int, from queue: inout ByteQueue) -> Int {
        let bytes = queue.take(count)
        content.append(contentsOf: bytes)
        return bytes.count
    }

    /// Reads `chunk-size [ chunk-ext ] CRLF` (§7.1).
    ///
    /// No sign, no prefix, and, stricter than §7.1.1, no whitespace before the extension.
    private mutating func readChunkSize(_ queue: inout ByteQueue) throws(HTTPError) -> Bool {
        let limit = limits.chunkOverhead - overhead + Self.longestSizeLine
        guard let line = try reader.line(from: &queue, limit: limit, tooLong: .badRequest("chunk line is too long"))
        else { return false }
        let digits = line.prefix { $0.hexValue != nil }
        let rest = line[digits.endIndex...]
        guard !digits.isEmpty, digits.count <= Self.longestSize, rest.isEmpty || rest.first == UInt8(ascii: ";") else {
            throw .badRequest("bad chunk size")
        }
        overhead += rest.count
        guard overhead <= limits.chunkOverhead else { throw .badRequest("chunk extensions are too long") }
        // At most 16 digits of 4 bits: shifting cannot lose one.
        let size = digits.reduce(UInt64(0)) { $0 << 4 | UInt64($1.hexValue ?? 0) }
        guard size <= UInt64(limits.body - content.count) else {
            throw HTTPError(.contentTooLarge, "content is too long")
        }
        state = size == 0 ? .trailers : .chunk(Int(size))
        return true
    }

    private mutating func readTrailer(_ queue: inout ByteQueue) throws(HTTPError) -> Bool {
        let limit = limits.chunkOverhead - overhead + 2
        guard
            let line = try reader.line(
                from: &queue, limit: limit,
                tooLong: HTTPError(.requestHeaderFieldsTooLarge, "trailer section is too long"))
        else { return false }
        guard !line.isEmpty else {
            state = .complete
            return false
        }
        overhead += line.count
        try trailers.append(line, limit: limits.fields)
        return true
    }

    /// Sixteen hexadecimal digits fill 64 bits; more would have to be leading zeros.
    private static let longestSize = 16
    private static let longestSizeLine = longestSize + 2
}
