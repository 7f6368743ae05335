/// Somebody at the door with a checked token and an offer: what admission looks at.
package struct JoinRequest: Equatable, Sendable {
    /// What wants to come in.
    package enum Kind: String, CaseIterable, Sendable {
        /// A media resource: sound and picture.
        case media
        /// A WebSocket: events and commands. It is connected when it asks, and neither sends nor receives media.
        case socket
    }

    package var kind: Kind
    /// Made by the caller for this resource; never used before.
    package var resource: MediaResourceID
    /// Made by the caller, for the case that the resource begins a session of its own.
    package var newSession: SessionID
    /// Goes with `newSession`.
    package var newSecret: BindingSecret
    package var role: Role
    /// The token's point; roles without a seat have none.
    package var point: PointCode?
    package var token: TokenID
    /// How many sessions an observer's token allows at once; `nil` when it sets no limit of its own.
    package var maximumReceivers: Int?
    /// Offer and route together: whether the resource wants to send anything, and to receive anything.
    ///
    /// A socket does neither.
    package var sends: Bool
    package var receives: Bool
    /// The secret of an earlier 201 or `welcome`, where the client showed one.
    package var shownSecret: BindingSecret?
    /// Whether the client asked for the seat although somebody else sits there.
    package var takeover: Bool

    package init(
        kind: Kind = .media, resource: MediaResourceID, newSession: SessionID, newSecret: BindingSecret, role: Role,
        point: PointCode?, token: TokenID, maximumReceivers: Int? = nil, sends: Bool = false, receives: Bool = false,
        shownSecret: BindingSecret? = nil, takeover: Bool = false
    ) {
        self.kind = kind
        self.resource = resource
        self.newSession = newSession
        self.newSecret = newSecret
        self.role = role
        self.point = point
        self.token = token
        self.maximumReceivers = maximumReceivers
        self.sends = sends
        self.receives = receives
        self.shownSecret = shownSecret
        self.takeover = takeover
    }
}

/// What somebody who was let in is told.
package struct Admission: Equatable, Sendable {
    package var resource: MediaResourceID
    /// The session that the resource belongs to: a new one, or the one whose secret was shown.
    package var session: SessionID
    package var secret: BindingSecret
    package var role: Role
    /// The seat; `nil` for roles without one.
    package var point: PointCode?
    /// What is left of the request after the role's rights: the answer's directions.
    package var sends: Bool
    package var receives: Bool
}
