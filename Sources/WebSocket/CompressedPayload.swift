import Deflate

/// Payloads of compressed messages, each without memory of the one before (RFC 7692 §7.2).
///
/// The parts of a message, in frames of their own, may be made apart from each other: so what many receivers have in
/// common is compressed once, and what is secret stands beside it uncompressed: the length of the whole tells nothing
/// about it, however much of the rest an attacker chose (the CRIME attack).
package enum CompressedPayload {
    /// A whole message.
    package static func message(_ content: [UInt8]) -> [UInt8] { lastPart(content) }

    /// A part in front of others.
    package static func part(_ content: [UInt8]) -> [UInt8] { Deflater.piece(of: content) }

    /// A part in front of others, not compressed: it can be read as it stands.
    package static func storedPart(_ content: [UInt8]) -> [UInt8] { Deflater.storedPiece(of: content) }

    /// The part that ends a message.
    package static func lastPart(_ content: [UInt8]) -> [UInt8] {
        Deflater.piece(of: content).dropLast(Deflater.ending.count)
    }

    /// The part that ends a message, not compressed.
    package static func lastStoredPart(_ content: [UInt8]) -> [UInt8] {
        Deflater.storedPiece(of: content).dropLast(Deflater.ending.count)
    }

    /// Reads a whole message (§7.2.2).
    ///
    /// - Parameters:
    ///   - payload: Of all of its frames.
    ///   - limit: The most bytes that it may stand for.
    /// - Returns: Its content.
    /// - Throws: 1007 for what is no DEFLATE, 1009 beyond `limit`.
    static func read(_ payload: [UInt8], limit: Int) throws(WebSocketError) -> [UInt8] {
        do throws(Inflater.Failure) {
            return try Inflater.inflate(payload + Deflater.ending, limit: limit)
        } catch {
            switch error {
            case .malformed: throw WebSocketError(.invalidPayload, "message is not DEFLATE")
            case .tooLong: throw WebSocketError(.messageTooBig, "message too big when decompressed")
            case .noMemory: throw WebSocketError(.internalError, "no memory")
            }
        }
    }
}
