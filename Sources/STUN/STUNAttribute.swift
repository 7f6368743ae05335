import Wire

/// The type of a STUN attribute (RFC 8489 §14 and §18.3, RFC 8445 §16.1).
package struct STUNAttribute: Hashable, Sendable {
    package var rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let username = STUNAttribute(rawValue: 0x0006)
    package static let messageIntegrity = STUNAttribute(rawValue: 0x0008)
    package static let errorCode = STUNAttribute(rawValue: 0x0009)
    package static let unknownAttributes = STUNAttribute(rawValue: 0x000A)
    package static let messageIntegritySHA256 = STUNAttribute(rawValue: 0x001C)
    package static let xorMappedAddress = STUNAttribute(rawValue: 0x0020)
    package static let priority = STUNAttribute(rawValue: 0x0024)
    package static let useCandidate = STUNAttribute(rawValue: 0x0025)
    package static let software = STUNAttribute(rawValue: 0x8022)
    package static let fingerprint = STUNAttribute(rawValue: 0x8028)
    package static let iceControlled = STUNAttribute(rawValue: 0x8029)
    package static let iceControlling = STUNAttribute(rawValue: 0x802A)

    /// Whether a message that carries it must not be processed by who does not know it (RFC 8489 §14).
    package var isComprehensionRequired: Bool { rawValue < 0x8000 }
}

/// Walks over the attributes of one message without copying them.
struct AttributeCursor {
    /// Where the next attribute begins, in bytes from the start of the datagram.
    private(set) var offset = STUNMessage.headerSize

    /// The next attribute and where its value lies, padding left out; `nil` at the end of the message.
    ///
    /// - Throws: ``ParseError/truncated(offset:needed:available:)`` when it would end past `message`.
    mutating func next(
        in message: borrowing RawSpan
    ) throws(ParseError) -> (type: STUNAttribute, value: Range<Int>)? {
        guard offset < message.byteCount else { return nil }
        let type = STUNAttribute(rawValue: try message.bigEndian(UInt16.self, at: offset))
        let length = Int(try message.bigEndian(UInt16.self, at: offset + 2))
        let start = offset + 4
        let padded = (length + 3) & ~3
        guard padded <= message.byteCount - start else {
            throw .truncated(offset: start, needed: padded, available: message.byteCount)
        }
        offset = start + padded
        return (type, start..<start + length)
    }
}
