import Wire

extension STUNMessage {
    /// Whether MESSAGE-INTEGRITY is there and right (RFC 8489 §14.5).
    ///
    /// - Parameters:
    ///   - datagram: The very bytes that this message was read from.
    ///   - key: With short-term credentials the password as it is (§9.1.1), which in ICE is ASCII.
    ///   - authenticator: Who reckons the HMAC.
    /// - Returns: `false` also when there is none.
    package func isAuthentic(
        in datagram: borrowing RawSpan, key: borrowing RawSpan,
        authenticator: borrowing some MessageAuthenticator & ~Copyable
    ) -> Bool {
        guard let integrity, integrity.lowerBound >= Self.headerSize + 4,
            let type = try? datagram.bigEndian(UInt16.self, at: 0),
            let covered = try? datagram.checkedExtracting(4..<integrity.lowerBound - 4)
        else { return false }
        // The length is the one that the message would have if it ended with this attribute.
        let length = UInt16(truncatingIfNeeded: integrity.upperBound - Self.headerSize)
        let head: [4 of UInt8] = [
            UInt8(truncatingIfNeeded: type >> 8), UInt8(truncatingIfNeeded: type),
            UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length),
        ]
        // Span.bytes counts as unsafe in this compiler; bytes of bytes are all initialized.
        let expected = authenticator.hmacSHA1(key: key, head: unsafe head.span.bytes, body: covered)
        // Every byte is looked at, whatever the ones before it were: time tells a forger nothing.
        var difference: UInt8 = 0
        for index in expected.indices {
            guard let byte = try? datagram.bigEndian(UInt8.self, at: integrity.lowerBound + index) else {
                return false
            }
            difference |= byte ^ expected[index]
        }
        return difference == 0
    }
}
