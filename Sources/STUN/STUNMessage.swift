package import Units
package import Wire

/// A STUN message and where its parts lie in the datagram (RFC 8489 §5).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     |0 0|  type: method and class   |  length, without these 20     |
///     |                         magic cookie                          |
///     |                     transaction ID, 96 bits                   |
///     |  attributes: type, length, value padded to four bytes; times  |
///
/// Of an attribute that comes twice the first counts (§14). What stands behind MESSAGE-INTEGRITY is not covered by it
/// and ignored, FINGERPRINT excepted (§14.5).
package struct STUNMessage: Sendable {
    package enum Class: UInt8, Sendable {
        case request = 0
        case indication = 1
        case success = 2
        case error = 3
    }

    /// What is asked for: 0 ..< 4,096, of which ICE uses one.
    package struct Method: Hashable, Sendable {
        package var rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }
        package static let binding = Method(rawValue: 1)
    }

    package var messageClass: Class
    package var method: Method
    package var transactionID: TransactionID

    package var username: Range<Int>?
    package var software: Range<Int>?
    /// Where the 20 bytes of MESSAGE-INTEGRITY lie: there, not yet checked (``isAuthentic(in:key:authenticator:)``).
    package var integrity: Range<Int>?
    /// Whether there is a FINGERPRINT; a wrong one is a ``ParseError``.
    package var hasFingerprint = false
    /// XOR-MAPPED-ADDRESS, its masking undone.
    package var mappedAddress: SocketAddress?
    package var priority: UInt32?
    package var useCandidate = false
    /// ICE-CONTROLLED and ICE-CONTROLLING: the sender's tie-breaker.
    package var controlled: UInt64?
    package var controlling: UInt64?
    /// ERROR-CODE, 300 … 699.
    package var errorCode: Int?
    /// UNKNOWN-ATTRIBUTES: where the sixteen-bit types lie.
    package var unknownToPeer: Range<Int>?
    /// Attributes that must be understood and are not; who sent them in a request is answered 420 (§6.3.1).
    package var notUnderstood = AttributeList()

    package static let headerSize = 20
    package static let magicCookie: UInt32 = 0x2112_A442
    /// FINGERPRINT is the checksum masked with "STUN" (§14.7).
    static let fingerprintMask: UInt32 = 0x5354_554E

    /// Reads the message that is all of `datagram` and copies none of it: the ranges are offsets into it.
    package init(parsing datagram: borrowing RawSpan) throws(ParseError) {
        let type = try Self.type(of: datagram)
        // Two bits of class lie between the bits of the method (§5, figure 3).
        messageClass = Class(rawValue: UInt8(truncatingIfNeeded: type >> 7 & 2 | type >> 4 & 1)) ?? .error
        method = Method(rawValue: type & 0xF | type >> 1 & 0x70 | type >> 2 & 0xF80)
        transactionID = try TransactionID(parsing: datagram)

        var cursor = AttributeCursor()
        while let (type, value) = try cursor.next(in: datagram) {
            guard !hasFingerprint else { throw .invalid(field: "after FINGERPRINT", value: Int(type.rawValue)) }
            if type == .fingerprint {
                try checkFingerprint(value, of: datagram)
            } else if integrity == nil {
                try read(type, value, of: datagram)
            }
        }
    }

    /// Checks the fixed part of the header and returns the message type.
    static func type(of datagram: borrowing RawSpan) throws(ParseError) -> UInt16 {
        let type = try datagram.bigEndian(UInt16.self, at: 0)
        let length = Int(try datagram.bigEndian(UInt16.self, at: 2))
        let cookie = try datagram.bigEndian(UInt32.self, at: 4)
        guard type >> 14 == 0 else { throw .invalid(field: "first two bits", value: Int(type >> 14)) }
        guard cookie == magicCookie else { throw .invalid(field: "magic cookie", value: Int(cookie)) }
        guard length & 3 == 0, length == datagram.byteCount - headerSize else {
            throw .invalid(field: "length", value: length)
        }
        return type
    }

    private mutating func read(
        _ type: STUNAttribute, _ value: Range<Int>, of datagram: borrowing RawSpan
    ) throws(ParseError) {
        switch type {
        case .username: username = username ?? value
        case .software: software = software ?? value
        case .unknownAttributes: unknownToPeer = unknownToPeer ?? value
        case .useCandidate:
            try Self.expect(0, value, "USE-CANDIDATE")
            useCandidate = true
        case .messageIntegrity:
            try Self.expect(20, value, "MESSAGE-INTEGRITY")
            integrity = value
        case .messageIntegritySHA256: break  // may accompany the other (§9.1.1); on its own it is none to us
        case .priority:
            try Self.expect(4, value, "PRIORITY")
            let number = try datagram.bigEndian(UInt32.self, at: value.lowerBound)
            priority = priority ?? number
        case .iceControlled:
            try Self.expect(8, value, "ICE-CONTROLLED")
            let number = try datagram.bigEndian(UInt64.self, at: value.lowerBound)
            controlled = controlled ?? number
        case .iceControlling:
            try Self.expect(8, value, "ICE-CONTROLLING")
            let number = try datagram.bigEndian(UInt64.self, at: value.lowerBound)
            controlling = controlling ?? number
        case .errorCode:
            let code = try Self.errorCode(at: value, of: datagram)
            errorCode = errorCode ?? code
        case .xorMappedAddress:
            let address = try address(at: value, of: datagram)
            mappedAddress = mappedAddress ?? address
        default:
            if type.isComprehensionRequired { notUnderstood.append(type) }
        }
    }

    private static func expect(_ length: Int, _ value: Range<Int>, _ field: StaticString) throws(ParseError) {
        guard value.count == length else { throw .invalid(field: field, value: value.count) }
    }

    /// RFC 8489 §14.2: family, port, address, both masked with cookie and transaction identifier.
    private func address(at value: Range<Int>, of datagram: borrowing RawSpan) throws(ParseError) -> SocketAddress {
        let start = value.lowerBound
        let family = value.count >= 2 ? try datagram.bigEndian(UInt8.self, at: start + 1) : 0
        switch (family, value.count) {
        case (1, 8):
            let port = try datagram.bigEndian(UInt16.self, at: start + 2) ^ UInt16(Self.magicCookie >> 16)
            let bits = try datagram.bigEndian(UInt32.self, at: start + 4) ^ Self.magicCookie
            return SocketAddress(IPAddress(v4: bits), port: port)
        case (2, 20):
            let port = try datagram.bigEndian(UInt16.self, at: start + 2) ^ UInt16(Self.magicCookie >> 16)
            let mask = UInt64(Self.magicCookie) << 32 | UInt64(transactionID.high)
            let high = try datagram.bigEndian(UInt64.self, at: start + 4) ^ mask
            let low = try datagram.bigEndian(UInt64.self, at: start + 12) ^ transactionID.low
            return SocketAddress(IPAddress(v6: high, low), port: port)
        default:
            throw .invalid(field: "XOR-MAPPED-ADDRESS", value: Int(family))
        }
    }

    /// RFC 8489 §14.8: class 3 … 6 and number 0 … 99.
    private static func errorCode(at value: Range<Int>, of datagram: borrowing RawSpan) throws(ParseError) -> Int {
        guard value.count >= 4 else { throw .invalid(field: "ERROR-CODE", value: value.count) }
        let hundreds = Int(try datagram.bigEndian(UInt8.self, at: value.lowerBound + 2) & 7)
        let number = Int(try datagram.bigEndian(UInt8.self, at: value.lowerBound + 3))
        guard (3...6).contains(hundreds), number < 100 else {
            throw .invalid(field: "ERROR-CODE", value: hundreds * 100 + number)
        }
        return hundreds * 100 + number
    }

    private mutating func checkFingerprint(
        _ value: Range<Int>, of datagram: borrowing RawSpan
    ) throws(ParseError) {
        try Self.expect(4, value, "FINGERPRINT")
        var checksum = CRC32()
        checksum.update(try datagram.checkedExtracting(0..<value.lowerBound - 4))
        let found = try datagram.bigEndian(UInt32.self, at: value.lowerBound)
        guard found == checksum.value ^ Self.fingerprintMask else {
            throw .invalid(field: "FINGERPRINT", value: Int(found))
        }
        hasFingerprint = true
    }
}

/// A few attribute types, kept inline.
package struct AttributeList: Sendable {
    private var types: [8 of UInt16] = [0, 0, 0, 0, 0, 0, 0, 0]
    package private(set) var count = 0

    package var isEmpty: Bool { count == 0 }

    package subscript(index: Int) -> STUNAttribute { STUNAttribute(rawValue: types[index]) }

    /// Adds `type`; a ninth is left out, which a 420 may do (it must name one at least for the sender to mend).
    mutating func append(_ type: STUNAttribute) {
        guard count < types.count else { return }
        types[count] = type.rawValue
        count += 1
    }
}
