import Units

extension BridgeRoom {
    /// What admission has decided, before anything has changed.
    private struct Terms {
        /// The session whose secret was shown, if the resource may join it.
        var own: SessionID?
        var sends: Bool
        var receives: Bool
        /// Resources that make room, with ``EndReason/replaced`` or, for the session's own socket,
        /// ``EndReason/resumed``.
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
            ?? Session(
                secret: request.newSecret, role: request.role, point: seatPoint(of: request), token: request.token)
        var effects = terms.displaced.flatMap { end($0, reason(of: $0, madeRoomFor: id, request.kind)) }
        session.resources.removeAll { terms.displaced.contains($0) }
        session.resources.append(request.resource)
        session.tookSeat = session.tookSeat || !terms.takeovers.isEmpty
        session.token = request.token
        if let before = sessions[id] { census.count(before, by: -1) }
        census.count(session, by: 1)
        sessions[id] = session
        sessionsBySecret[session.secret] = id
        if let point = session.point {
            for takeover in terms.takeovers { roster.note(takeover, at: point) }
        }
        let phase = firstPhase(of: request.kind, at: now)
        insert { number in
            MediaResource(
                id: request.resource, kind: request.kind, number: number, session: id, role: request.role,
                point: session.point, token: request.token, sends: terms.sends, receives: terms.receives,
                phase: phase)
        }
        effects.append(
            .admitted(
                Admission(
                    resource: request.resource, session: id, secret: session.secret, role: request.role,
                    point: session.point, sends: terms.sends, receives: terms.receives)))
        return effects
    }

    private func reason(
        of displaced: MediaResourceID, madeRoomFor session: SessionID, _ kind: JoinRequest.Kind
    ) -> EndReason {
        kind == .socket && resources[displaced]?.session == session ? .resumed : .replaced
    }

    private func firstPhase(of kind: JoinRequest.Kind, at now: Instant) -> MediaResource.Phase {
        switch kind {
        case .media: .checking(until: now.advanced(by: MediaResource.iceLimit))
        case .socket: .live(lastAuthenticated: now)
        }
    }

    // MARK: Deciding

    private func terms(for request: JoinRequest, at now: Instant) -> Result<Terms, Refusal> {
        guard !isRetired else { return .failure(.unknownRoom) }
        guard !removals.blocks(request.token) else { return .failure(.removed) }
        let isMedia = request.kind == .media
        let terms = Terms(
            own: ownSession(of: request), sends: isMedia && request.sends && request.role.maySend,
            receives: isMedia && request.receives)
        guard !isMedia || terms.sends || terms.receives else {
            return .failure(request.sends ? .roleCannotSend : .nothingToDo)
        }
        guard request.role.holdsSeat else { return withoutSeat(request, terms) }
        guard let point = request.point else { return .failure(.pointMissing) }
        guard let seat = roster[point], seat.isExpected else { return .failure(.unknownPoint(point)) }
        guard !removals.blocks(point) else { return .failure(.removed) }
        return onSeat(seat, request, terms, at: now)
    }

    /// A seat's parts are taken one by one: an encoder that only sends, a player that only receives and a page that
    /// only has a socket, which know nothing of secrets, get along; two that want the same part don't.
    private func onSeat(
        _ seat: Seat, _ request: JoinRequest, _ terms: Terms, at now: Instant
    ) -> Result<Terms, Refusal> {
        guard !isLocked || seat.wasHere || seat.isOccupied || request.role.isStaff else {
            return .failure(.roomLocked)
        }
        guard seat.isOccupied || roster.occupied < definition.pointLimit else { return .failure(.roomFull) }
        var terms = terms
        let newcomer = terms.own ?? request.newSession
        let wanted = [
            terms.sends ? seat.sending : nil, terms.receives ? seat.receiving : nil,
            request.kind == .socket ? seat.control : nil,
        ]
        for holder in wanted {
            guard let holder, !terms.displaced.contains(holder), let old = resources[holder] else { continue }
            guard old.session != terms.own else {
                terms.displaced.append(holder)
                continue
            }
            guard let right = right(of: request, over: old.session, at: now) else { return .failure(.pointElsewhere) }
            // The whole session loses, not just the part: its device is told that it is replaced, once for all.
            terms.displaced += sessions[old.session]?.resources ?? [holder]
            if case .takeover(let cause) = right {
                terms.takeovers.append(Takeover(at: now, from: old.session, to: newcomer, cause: cause))
            }
        }
        return .success(terms)
    }

    /// Whoever has no seat may come as often as there is room, and again with the same secret as one session.
    private func withoutSeat(_ request: JoinRequest, _ terms: Terms) -> Result<Terms, Refusal> {
        let own = terms.own.flatMap { sessions[$0] }
        guard !isLocked || own != nil || request.role.isStaff else { return .failure(.roomLocked) }
        guard own != nil || census.count(of: request.role) < limit(of: request.role) else {
            return .failure(.roomFull)
        }
        if let maximum = request.maximumReceivers {
            let others = census.sessions(with: request.token) - (own?.token == request.token ? 1 : 0)
            guard others < maximum else { return .failure(.tokenFull) }
        }
        var terms = terms
        terms.displaced = own?.resources.filter { resources[$0]?.kind == request.kind } ?? []
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
