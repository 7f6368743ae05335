import Conference
import FoundationEssentials
package import OpenSSL

/// Checks tokens: signature first, then what they say (RFC 7515 §5.2, RFC 8725 §3).
///
/// Several keys may be valid at once, so that one can be replaced while tokens of the other are about. Which room the
/// token is for is the caller's to compare.
package struct TokenVerifier: Sendable {
    /// The one algorithm (RFC 8725 §3.1); the header's word is compared with it and chooses nothing.
    static let algorithm = "ES256"
    /// How far an issuer's clock may be ahead of ours, in seconds; ours.
    package static let leeway = 60

    private let keys: [String: VerifyingKey]
    private let audience: String

    /// - Parameters:
    ///   - keys: By the `kid` that tokens carry.
    ///   - audience: One that a token must be for (RFC 8725 §3.9).
    package init(keys: [String: VerifyingKey], audience: String = TokenClaims.defaultAudience) {
        self.keys = keys
        self.audience = audience
    }

    /// Knows `keys` by their thumbprints, as ``TokenIssuer`` writes them.
    package init(keys: [VerifyingKey], audience: String = TokenClaims.defaultAudience) {
        let named = keys.map { (KeyIdentifier.thumbprint(of: $0), $0) }
        self.init(keys: Dictionary(named, uniquingKeysWith: { first, _ in first }), audience: audience)
    }

    /// What `token` says, once it is known to be true.
    ///
    /// - Parameters:
    ///   - token: As received; any text, of any length.
    ///   - unixTime: Now, in seconds.
    /// - Returns: The claims.
    /// - Throws: The first thing that is wrong; nothing within the claims is looked at before the signature.
    package func verify(_ token: String, at unixTime: Int) throws(TokenError) -> TokenClaims {
        let jws = try CompactJWS(parsing: token.utf8)
        let header = try Self.decoded(TokenHeader.self, from: jws.header)
        guard header.alg == Self.algorithm else { throw .algorithm }
        guard header.crit == nil, let keyID = header.kid else { throw .malformed }
        guard let key = keys[keyID] else { throw .unknownKey }
        guard key.verify(signature: jws.signature.span.bytes, of: jws.signingInput.span.bytes) else {
            throw .badSignature
        }
        let payload = try Self.decoded(TokenPayload.self, from: jws.payload)
        let claims = try claims(of: payload, keyID: keyID)
        guard payload.aud.all.contains(audience) else { throw .wrongAudience }
        guard claims.expires > unixTime else { throw .expired }
        guard max(payload.iat, payload.nbf ?? payload.iat) <= Double(unixTime) + Double(Self.leeway) else {
            throw .notYetValid
        }
        return claims
    }

    private static func decoded<Value: Decodable>(_ type: Value.Type, from json: [UInt8]) throws(TokenError) -> Value {
        guard FlatJSON.isPlainObject(json), let value = try? JSONDecoder().decode(type, from: Data(json)) else {
            throw .malformed
        }
        return value
    }

    private func claims(of payload: TokenPayload, keyID: String) throws(TokenError) -> TokenClaims {
        guard let tokenID = TokenID(payload.jti), let room = RoomID(payload.room),
            let role = Role(rawValue: payload.role), let issuedAt = Int(exactly: payload.iat.rounded(.down)),
            let expires = Int(exactly: payload.exp.rounded(.down))
        else { throw .malformed }
        let point = payload.point.flatMap(PointCode.init)
        guard (point == nil) == (payload.point == nil) else { throw .malformed }
        if let receivers = payload.receivers {
            guard TokenClaims.receiverRange.contains(receivers) else { throw .malformed }
        }
        return TokenClaims(
            keyID: keyID, tokenID: tokenID, audience: audience, issuedAt: issuedAt, expires: expires, room: room,
            point: point, role: role, maximumReceivers: payload.receivers)
    }
}
