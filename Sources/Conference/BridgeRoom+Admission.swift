import Units

extension BridgeRoom {
    /// What admission has decided, before anything has changed.
    private struct Terms {
        /// The session whose secret was shown, if the resource may join it.
        var own: SessionID?
        var sends: Bool
        var receives: Bool
        /// Resources that make room, all of them with ``EndReason/replaced``.
        var displaced: [MediaResourceID] = []
        var takeovers: [Takeover] = []
    }

    /// Lets somebody in or turns them away (design §3, "Seats and sessions").
    mutating func join(_ request: JoinRequest, at now: Instant) -> [Effect] {
        switch terms(for: request, at: now) {
        case .failure(let refusal): [.refused(request.resource, refusal)]
        case .success(let terms): admit(request, on: terms, at: now)
        }
    }

    private mutating func admit(_ request: JoinRequest, on terms: Terms, at now: Instant) -> [Effect] {
        let id = terms.own ?? request.newSession
        var session =
            terms.own.flatMap { sessions[$0] }
            ?? Session(secret: request.newSecret, role: request.role, point: seatPoint(of: request))
        var effects = terms.displaced.flatMap { end($0, .replaced) }
        session.resources.removeAll { terms.displaced.contains($0) }
        session.resources.append(request.resource)
        session.tookSeat = session.tookSeat || !terms.takeovers.isEmpty
        sessions[id] = session
        sessionsBySecret[session.secret] = id
        if let point = session.point {
            for takeover in terms.takeovers { roster.note(takeover, at: point) }
        }
        insert { number in
            MediaResource(
                id: request.resource, number: number, session: id, role: request.role, point: session.point,
                token: request.token, sends: terms.sends, receives: terms.receives,
                phase: .checking(until: now.advanced(by: MediaResource.iceLimit)))
        }
        effects.append(
            .admitted(
                Admission(
                    resource: request.resource, session: id, secret: session.secret, role: request.role,
                    point: session.point, sends: terms.sends, receives: terms.receives)))
        return effects
    }

    // MARK: Deciding

    private func terms(for request: JoinRequest, at now: Instant) -> Result<Terms, Refusal> {
        guard !isRetired else { return .failure(.unknownRoom) }
        let sends = request.sends && request.role.maySend
        guard sends || request.receives else { return .failure(request.sends ? .roleCannotSend : .nothingToDo) }
        let terms = Terms(own: ownSession(of: request), sends: sends, receives: request.receives)
        guard request.role.holdsSeat else { return withoutSeat(request, terms) }
        guard let point = request.point else { return .failure(.pointMissing) }
        guard let seat = roster[point], seat.isExpected else { return .failure(.unknownPoint(point)) }
        return onSeat(seat, request, terms, at: now)
    }

    /// A seat's halves are taken one by one: an encoder that only sends and a player that only receives, which know
    /// nothing of secrets, get along; two that want the same half don't.
    private func onSeat(
        _ seat: Seat, _ request: JoinRequest, _ terms: Terms, at now: Instant
    ) -> Result<Terms, Refusal> {
        guard seat.isOccupied || roster.occupied < definition.pointLimit else { return .failure(.roomFull) }
        var terms = terms
        let newcomer = terms.own ?? request.newSession
        for holder in [terms.sends ? seat.sending : nil, terms.receives ? seat.receiving : nil] {
            guard let holder, !terms.displaced.contains(holder), let old = resources[holder] else { continue }
            guard old.session != terms.own else {
                terms.displaced.append(holder)
                continue
            }
            guard let right = right(of: request, over: old.session, at: now) else { return .failure(.pointElsewhere) }
            // The whole session loses, not just the half: its device is told that it is replaced, once for all.
            terms.displaced += sessions[old.session]?.resources ?? [holder]
            if case .takeover(let cause) = right {
                terms.takeovers.append(Takeover(at: now, from: old.session, to: newcomer, cause: cause))
            }
        }
        return .success(terms)
    }

    private func withoutSeat(_ request: JoinRequest, _ terms: Terms) -> Result<Terms, Refusal> {
        var terms = terms
        terms.displaced = terms.own.flatMap { sessions[$0]?.resources } ?? []
        let freed = terms.displaced.compactMap { resources[$0] }
        guard census.count(of: request.role) - freed.count < limit(of: request.role) else {
            return .failure(.roomFull)
        }
        if let maximum = request.maximumReceivers {
            let others = census.receivers(with: request.token) - freed.count { $0.token == request.token }
            guard others < maximum else { return .failure(.tokenFull) }
        }
        return .success(terms)
    }

    private func limit(of role: Role) -> Int {
        switch role {
        case .point, .chair: definition.pointLimit
        case .observer: definition.observerLimit
        case .operator, .technician: RoomDefinition.staffLimit
        }
    }

    // MARK: Rights

    /// By what right a newcomer pushes an old session off its seat.
    private enum Right {
        /// Nobody was connected there yet: the newer attempt counts.
        case overPending
        case takeover(Takeover.Cause)
    }

    private func right(of request: JoinRequest, over old: SessionID, at now: Instant) -> Right? {
        let last = sessions[old]?.resources.compactMap { resources[$0]?.lastAuthenticated }.max()
        let showsSecret = request.shownSecret.map { sessions[old]?.secret == $0 } ?? false
        guard let last else {
            // Whoever has just lost the seat comes back at once by itself: it must not throw the winner out before
            // that one is connected.
            let isProtected = sessions[old]?.tookSeat == true && !showsSecret
            return isProtected && !(request.takeover && mayTakeOver(request.role)) ? nil : .overPending
        }
        if showsSecret { return .takeover(.secret) }
        if now.since(last) >= MediaResource.silentAfter { return .takeover(.silence) }
        return request.takeover && mayTakeOver(request.role) ? .takeover(.asked) : nil
    }

    private func mayTakeOver(_ role: Role) -> Bool {
        switch role {
        case .chair, .operator: true
        case .point: definition.allowsPointTakeover
        case .observer, .technician: false
        }
    }

    /// The session whose secret was shown, provided that it is of the same role and seat: a secret binds the parts
    /// of one session, it does not lend another's rights.
    private func ownSession(of request: JoinRequest) -> SessionID? {
        guard let shown = request.shownSecret, let id = sessionsBySecret[shown], let session = sessions[id],
            session.role == request.role, session.point == seatPoint(of: request)
        else { return nil }
        return id
    }

    private func seatPoint(of request: JoinRequest) -> PointCode? { request.role.holdsSeat ? request.point : nil }
}
