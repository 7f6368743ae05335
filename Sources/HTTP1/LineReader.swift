/// Takes lines off a queue: CRLF at the end, no control characters within (RFC 9112 §2.2).
///
/// A lone CR, a lone LF, NUL and the other control characters are refused: what one parser takes for the end of a
/// line and the next one does not is how requests are smuggled (RFC 9112 §11.2). Remembers how far it has looked, so
/// that slow bytes cost no more than fast ones.
struct LineReader: Sendable {
    private var scanned = 0

    /// Takes the next line.
    ///
    /// - Parameters:
    ///   - queue: Where it is taken from.
    ///   - limit: How many bytes it may have, CRLF included.
    ///   - tooLong: What is thrown when it has more, as soon as that is certain.
    /// - Returns: The line without its CRLF, or `nil` when it is not complete yet.
    /// - Throws: 400 for a control character and for half a line end, else `tooLong`.
    mutating func line(
        from queue: inout ByteQueue, limit: Int, tooLong: @autoclosure () -> HTTPError
    ) throws(HTTPError) -> [UInt8]? {
        while scanned < queue.count {
            guard scanned < limit else { throw tooLong() }
            let byte = queue[scanned]
            if byte == .carriageReturn {
                guard scanned + 1 < queue.count else { return nil }
                guard scanned + 1 < limit else { throw tooLong() }
                guard queue[scanned + 1] == .lineFeed else { throw .badRequest("CR without LF") }
                let line = queue.take(scanned)
                queue.drop(2)
                scanned = 0
                return line
            }
            guard byte >= 0x20 && byte != 0x7F || byte == .tab else {
                throw .badRequest(byte == .lineFeed ? "LF without CR" : "control character")
            }
            scanned += 1
        }
        return nil
    }
}
