import Units

/// What has changed on a roster since it was last asked.
package struct RosterChanges: Equatable, Sendable {
    /// The roster's version with these changes in.
    package var version: UInt64
    /// By code.
    package var changed: [RosterLine]
    package var removed: [PointCode]
    /// Whether points were added, taken out or moved: what readers have must be replaced by the whole roster.
    package var isReordered: Bool
}

extension BridgeRoom {
    /// Moves whenever a line changes: what is encoded once per version can be shared by it.
    package var rosterVersion: UInt64 { roster.version }

    /// Every point, in roster order.
    package var rosterLines: [RosterLine] { roster.order.compactMap(rosterLine) }

    /// Seats with somebody on them, pending ones included.
    package var occupiedSeats: Int { roster.occupied }

    /// The present plan; see ``Effect/picturePlan(_:)``.
    package var picturePlan: [PointCode] { programme.plan }

    /// Whom chair, operator or room file want to be seen; empty while the main picture follows the speaker.
    package var program: [PointCode] { programme.wanted }

    /// Who is speaking: whoever was last the loudest for 2 s; `nil` once that one has not been the loudest for 3 s.
    package var speaker: PointCode? { programme.speaker }

    /// How many sessions are in, by role.
    package var attendance: Census { census }

    package func rosterLine(_ point: PointCode) -> RosterLine? {
        guard let seat = roster[point] else { return nil }
        let holders = seat.holders.compactMap { resources[$0] }
        let sender = seat.sending.flatMap { resources[$0] }
        var sessions: [SessionID] = []
        for holder in holders where !sessions.contains(holder.session) { sessions.append(holder.session) }
        return RosterLine(
            entry: seat.entry, isExpected: seat.isExpected, state: seat.state, since: seat.since,
            media: sender?.isLive == true ? sender?.media ?? .nothing : .nothing,
            path: holders.lazy.compactMap(\.path).first, sessions: sessions, takeovers: seat.takeovers,
            lastTakeover: seat.lastTakeover, departure: seat.departure, muted: silenced.contains(point),
            role: role(on: seat), delegates: seat.delegates, isRemoved: removals.blocks(point))
    }

    /// What has changed since this was last called; `nil` when nothing has.
    ///
    /// For the one place that gathers deltas for everybody, at most five times a second.
    package mutating func takeRosterChanges() -> RosterChanges? {
        guard let changes = roster.takeChanges() else { return nil }
        return RosterChanges(
            version: roster.version, changed: changes.changed.compactMap(rosterLine), removed: changes.removed,
            isReordered: changes.isReordered)
    }

    /// As whom somebody sits there: chair before point.
    func role(on seat: Seat) -> Role? {
        var role: Role?
        for holder in seat.holders where role != .chair { role = resources[holder]?.role ?? role }
        return role
    }

    /// The best that any resource on the seat can say.
    func presence(on seat: Seat) -> PresenceState {
        var state: PresenceState = seat.wasHere ? .absent : .expected
        for holder in seat.holders {
            switch resources[holder]?.phase {
            case .live: return .present
            case .silent: state = .silent
            case .checking, .handshaking: state = state == .silent ? .silent : .connecting
            case nil: break
            }
        }
        return state
    }
}
