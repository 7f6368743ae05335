/// A signed object in compact form, taken apart and not yet believed (RFC 7515 §3.1, §5.2).
package struct CompactJWS: Equatable, Sendable {
    /// JSON, as signed.
    package var header: [UInt8]
    /// JSON, as signed.
    package var payload: [UInt8]
    /// ES256: r and s, 32 bytes each (RFC 7518 §3.4).
    package var signature: [UInt8]
    /// What the signature is over: header and payload in base64url with the dot between.
    package var signingInput: [UInt8]

    /// In bytes of text; ours, several times what our tokens have.
    package static let maximumSize = 4_096

    /// Reads `header.payload.signature`.
    ///
    /// - Throws: ``TokenError/malformed`` for more than 4 KiB, other than three parts, and parts that are not strict
    ///   base64url.
    package init(parsing text: some Collection<UInt8>) throws(TokenError) {
        guard text.count <= Self.maximumSize else { throw .malformed }
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        self.header = header
        self.payload = payload
        self.signature = signature
        signingInput = parts[0] + [UInt8(ascii: ".")] + parts[1]
    }
}
