/// What STUN needs of a cryptographic library; the caller brings it along.
package protocol MessageAuthenticator: ~Copyable {
    /// HMAC-SHA1 (RFC 2104) of `head` followed by `body`.
    ///
    /// Two parts, because MESSAGE-INTEGRITY covers the message with another length in its header than the one that
    /// it came with (RFC 8489 §14.5): `head` is a changed copy of the first four bytes, `body` the rest in place.
    func hmacSHA1(key: borrowing RawSpan, head: borrowing RawSpan, body: borrowing RawSpan) -> [20 of UInt8]
}
