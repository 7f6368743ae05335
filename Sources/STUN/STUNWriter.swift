package import Units
package import Wire

/// Writes one message into room that the caller holds, attribute after attribute.
///
/// The header's length is right after each call: the first ``length`` bytes are always a whole message.
/// Each call throws ``ParseError/truncated(offset:needed:available:)`` when the room is too small for it.
package struct STUNWriter: Sendable {
    /// Bytes written, header included.
    package private(set) var length = STUNMessage.headerSize
    private let transactionID: TransactionID

    package init(
        _ messageClass: STUNMessage.Class, _ method: STUNMessage.Method = .binding, _ transactionID: TransactionID,
        into room: inout MutableRawSpan
    ) throws(ParseError) {
        self.transactionID = transactionID
        let number = method.rawValue
        let bits = UInt16(messageClass.rawValue)
        let type = number & 0xF | (number & 0x70) << 1 | (number & 0xF80) << 2 | (bits & 1) << 4 | (bits & 2) << 7
        try room.storeBigEndian(type, at: 0)
        try room.storeBigEndian(UInt16(0), at: 2)
        try room.storeBigEndian(STUNMessage.magicCookie, at: 4)
        try room.storeBigEndian(transactionID.high, at: 8)
        try room.storeBigEndian(transactionID.low, at: 12)
    }

    /// USERNAME, SOFTWARE and others whose value is a string of bytes.
    package mutating func append(
        _ type: STUNAttribute, _ value: borrowing RawSpan, into room: inout MutableRawSpan
    ) throws(ParseError) {
        let start = try begin(type, value.byteCount, into: &room)
        try room.copy(value, at: start)
    }

    /// An attribute without a value, such as USE-CANDIDATE.
    package mutating func append(_ type: STUNAttribute, into room: inout MutableRawSpan) throws(ParseError) {
        _ = try begin(type, 0, into: &room)
    }

    /// An attribute whose value is one integer, such as PRIORITY or ICE-CONTROLLING.
    package mutating func append(
        _ type: STUNAttribute, _ value: some FixedWidthInteger & BitwiseCopyable, into room: inout MutableRawSpan
    ) throws(ParseError) {
        let start = try begin(type, value.bitWidth / 8, into: &room)
        try room.storeBigEndian(value, at: start)
    }

    /// XOR-MAPPED-ADDRESS (RFC 8489 §14.2).
    package mutating func appendMappedAddress(
        _ place: SocketAddress, into room: inout MutableRawSpan
    ) throws(ParseError) {
        let address = place.address
        let start = try begin(.xorMappedAddress, address.isIPv6 ? 20 : 8, into: &room)
        try room.storeBigEndian(UInt16(address.isIPv6 ? 2 : 1), at: start)
        try room.storeBigEndian(place.port ^ UInt16(STUNMessage.magicCookie >> 16), at: start + 2)
        if address.isIPv6 {
            let mask = UInt64(STUNMessage.magicCookie) << 32 | UInt64(transactionID.high)
            try room.storeBigEndian(address.high ^ mask, at: start + 4)
            try room.storeBigEndian(address.low ^ transactionID.low, at: start + 12)
        } else {
            try room.storeBigEndian(UInt32(truncatingIfNeeded: address.low) ^ STUNMessage.magicCookie, at: start + 4)
        }
    }

    /// ERROR-CODE (RFC 8489 §14.8).
    ///
    /// - Parameters:
    ///   - code: 300 … 699.
    ///   - reason: For people; at most 127 characters.
    ///   - room: Where the message is written.
    /// - Throws: ``ParseError/invalid(field:value:)`` for another code.
    package mutating func appendError(
        _ code: Int, _ reason: String, into room: inout MutableRawSpan
    ) throws(ParseError) {
        guard (300...699).contains(code) else { throw .invalid(field: "ERROR-CODE", value: code) }
        let text = reason.utf8
        let start = try begin(.errorCode, 4 + text.count, into: &room)
        try room.storeBigEndian(UInt32(code / 100) << 8 | UInt32(code % 100), at: start)
        for (index, byte) in text.enumerated() { try room.storeBigEndian(byte, at: start + 4 + index) }
    }

    /// UNKNOWN-ATTRIBUTES (RFC 8489 §14.9).
    package mutating func appendUnknown(
        _ types: AttributeList, into room: inout MutableRawSpan
    ) throws(ParseError) {
        let start = try begin(.unknownAttributes, 2 * types.count, into: &room)
        for index in 0..<types.count { try room.storeBigEndian(types[index].rawValue, at: start + 2 * index) }
    }

    /// MESSAGE-INTEGRITY over all that is written (RFC 8489 §14.5); only FINGERPRINT may follow.
    package mutating func appendIntegrity(
        key: borrowing RawSpan, authenticator: borrowing some MessageAuthenticator & ~Copyable,
        into room: inout MutableRawSpan
    ) throws(ParseError) {
        let end = length
        let start = try begin(.messageIntegrity, 20, into: &room)
        let digest = authenticator.hmacSHA1(
            key: key, head: try room.bytes.checkedExtracting(0..<4), body: try room.bytes.checkedExtracting(4..<end))
        for index in digest.indices { try room.storeBigEndian(digest[index], at: start + index) }
    }

    /// FINGERPRINT (RFC 8489 §14.7), the last attribute of all.
    package mutating func appendFingerprint(into room: inout MutableRawSpan) throws(ParseError) {
        let end = length
        let start = try begin(.fingerprint, 4, into: &room)
        var checksum = CRC32()
        checksum.update(try room.bytes.checkedExtracting(0..<end))
        try room.storeBigEndian(checksum.value ^ STUNMessage.fingerprintMask, at: start)
    }

    /// Writes an attribute's head and padding, sets the header's length, and returns where the value goes.
    private mutating func begin(
        _ type: STUNAttribute, _ size: Int, into room: inout MutableRawSpan
    ) throws(ParseError) -> Int {
        let start = length + 4
        let end = start + ((size + 3) & ~3)
        guard end <= room.byteCount, end - STUNMessage.headerSize <= Int(UInt16.max) else {
            throw .truncated(offset: length, needed: end - length, available: room.byteCount)
        }
        if end > start { try room.storeBigEndian(UInt32(0), at: end - 4) }
        try room.storeBigEndian(type.rawValue, at: length)
        try room.storeBigEndian(UInt16(truncatingIfNeeded: size), at: length + 2)
        try room.storeBigEndian(UInt16(truncatingIfNeeded: end - STUNMessage.headerSize), at: 2)
        length = end
        return start
    }
}
