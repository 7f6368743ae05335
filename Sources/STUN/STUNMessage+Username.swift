import Wire

extension STUNMessage {
    /// Where the USERNAME of the message in `datagram` lies, nothing else of it being read.
    ///
    /// - Returns: `nil` when there is none, or no message.
    package static func username(of datagram: borrowing RawSpan) -> Range<Int>? {
        guard (try? type(of: datagram)) != nil else { return nil }
        var cursor = AttributeCursor()
        while let (type, value) = try? cursor.next(in: datagram), type != .messageIntegrity {
            if type == .username { return value }
        }
        return nil
    }

    /// Where the receiver's user fragment lies in a connectivity check: what stands before the colon in USERNAME
    /// (RFC 8445 §7.2.2).
    ///
    /// It names the session that a stranger's datagram claims to be for; only ``isAuthentic(in:key:authenticator:)``
    /// with that session's password shows that it is.
    package static func receiverFragment(of datagram: borrowing RawSpan) -> Range<Int>? {
        guard let username = username(of: datagram) else { return nil }
        for index in username where (try? datagram.bigEndian(UInt8.self, at: index)) == UInt8(ascii: ":") {
            return index > username.lowerBound ? username.lowerBound..<index : nil
        }
        return nil
    }
}
