package import Wire

/// The 96 bits that tie a response to its request (RFC 8489 §5).
package struct TransactionID: Hashable, Sendable {
    /// The first four bytes and the last eight in network order, read as integers.
    package var high: UInt32
    package var low: UInt64

    package init(high: UInt32, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new one; `random` must be fit for cryptography, because a guessed identifier is half a forged response.
    package init(using random: inout some RandomNumberGenerator) {
        high = UInt32.random(in: 0 ... .max, using: &random)
        low = random.next()
    }

    /// Reads the identifier of the message at the start of `datagram`.
    package init(parsing datagram: borrowing RawSpan) throws(ParseError) {
        high = try datagram.bigEndian(UInt32.self, at: 8)
        low = try datagram.bigEndian(UInt64.self, at: 12)
    }
}
