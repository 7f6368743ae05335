package import Conference

/// What a token says: who may do what, in which room, until when (RFC 7519 §4.1).
package struct TokenClaims: Equatable, Sendable {
    /// `kid`: the key that signed it; an issuer writes its own, whatever stands here.
    package var keyID: String
    /// `jti`: what is blocked when somebody is removed.
    package var tokenID: TokenID
    /// `aud`: which servers it is for; ``TokenVerifier`` gives its own back.
    package var audience: String
    /// `iat`, in seconds of Unix time.
    package var issuedAt: Int
    /// `exp`, in seconds of Unix time: the first second in which it is not accepted.
    package var expires: Int
    /// `room`.
    package var room: RoomID
    /// `point`; roles without a seat have none.
    package var point: PointCode?
    /// `role`.
    package var role: Role
    /// `receivers`: how many may receive with it at once, 1 … 20,000; `nil` for no limit of its own.
    package var maximumReceivers: Int?

    package static let receiverRange = 1...20_000
    /// The audience of our own tokens.
    package static let defaultAudience = "diemcau"

    package init(
        keyID: String = "", tokenID: TokenID, audience: String = defaultAudience, issuedAt: Int, expires: Int,
        room: RoomID, point: PointCode? = nil, role: Role, maximumReceivers: Int? = nil
    ) {
        self.keyID = keyID
        self.tokenID = tokenID
        self.audience = audience
        self.issuedAt = issuedAt
        self.expires = expires
        self.room = room
        self.point = point
        self.role = role
        self.maximumReceivers = maximumReceivers
    }
}
