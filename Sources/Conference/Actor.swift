/// Who gives a command, as token and connection say.
package struct Actor: Hashable, Sendable {
    package var role: Role
    /// The token's point; roles without a seat have none.
    package var point: PointCode?
    /// The socket's session; `nil` over plain HTTP.
    package var session: SessionID?
    /// So that a token of somebody who was put out does nothing more.
    package var token: TokenID?

    package init(role: Role, point: PointCode? = nil, session: SessionID? = nil, token: TokenID? = nil) {
        self.role = role
        self.point = role.holdsSeat ? point : nil
        self.session = session
        self.token = token
    }
}
