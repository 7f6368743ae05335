package import OpenSSL

/// How a key is named in a token's `kid`.
package enum KeyIdentifier {
    /// The key's thumbprint: SHA-256 over its JWK with the required members in order (RFC 7638 §3), in base64url.
    ///
    /// Nobody has to make up or configure names for keys, and two keys never have one.
    package static func thumbprint(of key: VerifyingKey) -> String {
        let coordinates = #""x":"\#(Base64URL.encode(key.x))","y":"\#(Base64URL.encode(key.y))""#
        let jwk = Array(#"{"crv":"P-256","kty":"EC",\#(coordinates)}"#.utf8)
        let digest = sha256(jwk.span.bytes)
        return Base64URL.encode(digest.indices.map { digest[$0] })
    }
}
