import Conference
import FoundationEssentials
package import OpenSSL

/// Makes tokens with one key (ES256, RFC 7518 §3.4).
package struct TokenIssuer: Sendable {
    private let key: SigningKey
    /// What stands in `kid`.
    package let keyID: String

    /// - Parameters:
    ///   - key: Signs.
    ///   - keyID: How verifiers know it; its thumbprint where none is given.
    package init(key: SigningKey, keyID: String? = nil) {
        self.key = key
        self.keyID = keyID ?? KeyIdentifier.thumbprint(of: key.verifyingKey)
    }

    /// Signs `claims`.
    ///
    /// - Parameter claims: What the token is to say; `keyID` is replaced by the issuer's.
    /// - Returns: A compact JWS, some 450 bytes.
    /// - Throws: ``TokenError/signing`` when OpenSSL refuses.
    package func token(for claims: TokenClaims) throws(TokenError) -> String {
        let header = TokenHeader(alg: TokenVerifier.algorithm, kid: keyID, typ: "JWT")
        let payload = TokenPayload(
            jti: claims.tokenID.rawValue, aud: TokenPayload.Audience(claims.audience), iat: Double(claims.issuedAt),
            exp: Double(claims.expires), room: claims.room.rawValue, point: claims.point?.rawValue,
            role: claims.role.rawValue, receivers: claims.maximumReceivers)
        let input = "\(try Self.encoded(header)).\(try Self.encoded(payload))"
        do {
            return "\(input).\(Base64URL.encode(try key.sign(Array(input.utf8).span.bytes)))"
        } catch {
            throw .signing
        }
    }

    private static func encoded(_ value: some Encodable) throws(TokenError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { throw .signing }
        return Base64URL.encode(Array(data))
    }
}
