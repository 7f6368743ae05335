import Units

/// What people may want of the room, and what the room makes of it.
extension BridgeRoom {
    /// Carries out a command as a whole or not at all.
    mutating func carryOut(_ command: Command, by actor: Actor, at now: Instant) -> [Effect] {
        do throws(Refusal) {
            try check(command, by: actor)
            return try perform(command, by: actor, at: now)
        } catch {
            return [.rejected(error)]
        }
    }

    // MARK: Checking

    /// Judges right and size, before the room's state is looked at.
    private func check(_ command: Command, by actor: Actor) throws(Refusal) {
        guard Permissions.allows(command, by: actor) else { throw .notAllowed }
        if let point = actor.point, removals.blocks(point) { throw .removed }
        if let token = actor.token, removals.blocks(token) { throw .removed }
        if let refusal = command.oversize { throw refusal }
    }

    /// The actor's own point, for commands that are about it.
    private func ownPoint(of actor: Actor) throws(Refusal) -> PointCode {
        guard let point = actor.point else { throw .pointMissing }
        guard roster[point] != nil else { throw .unknownPoint(point) }
        return point
    }

    private func checkKnown(_ points: [PointCode]) throws(Refusal) {
        if let unknown = points.first(where: { roster[$0] == nil }) { throw .unknownPoint(unknown) }
    }

    private func checkPresent(_ point: PointCode) throws(Refusal) {
        guard let seat = roster[point] else { throw .unknownPoint(point) }
        guard seat.isOccupied else { throw .nobodyThere }
    }

    // MARK: Carrying out

    private mutating func perform(
        _ command: Command, by actor: Actor, at now: Instant
    ) throws(Refusal) -> [Effect] {
        switch command {
        case .ask:
            let point = try ownPoint(of: actor)
            try checkPresent(point)
            return tell(try floorControl.handle(.request(point), at: now))
        case .withdraw: return tell(try floorControl.handle(.withdraw(try ownPoint(of: actor)), at: now))
        case .give(let point):
            try checkPresent(point)
            return tell(try floorControl.handle(.grant(point), at: now))
        case .take(let point): return try take(point, at: now)
        case .mute(let target): try mute(target, by: actor)
        case .unmute(let target): try unmute(target)
        case .program(let points): try program(points)
        case .mode(let mode): return setMode(mode)
        case .lock(let locks): return lock(locks)
        case .remove(let point, let reason): return try remove(point, reason, by: actor, at: now)
        case .readmit(let point): return try readmit(point)
        case .delegates(let delegates, let point): try announce(delegates, of: point, by: actor)
        case .message(let text, let target): return try send(text, to: target, by: actor, at: now)
        case .stats: break
        }
        return []
    }

    private mutating func take(_ point: PointCode?, at now: Instant) throws(Refusal) -> [Effect] {
        guard let point else { return tell(try floorControl.handle(.takeAll, at: now)) }
        try checkKnown([point])
        return tell(try floorControl.handle(.take(point), at: now))
    }

    private mutating func mute(_ target: Command.MuteTarget, by actor: Actor) throws(Refusal) {
        let points: [PointCode]
        switch target {
        case .all: points = roster.order.filter { !isChairSeat($0) }
        case .points(let named):
            try checkKnown(named)
            guard actor.role == .chair || !named.contains(where: isChairSeat) else { throw .isChair }
            points = named
        }
        mutes.formUnion(points)
        for point in points { floorControl.mute(point) }
        voicesAreStale = true
    }

    private mutating func unmute(_ target: Command.MuteTarget) throws(Refusal) {
        switch target {
        case .all: mutes = []
        case .points(let points):
            try checkKnown(points)
            mutes.subtract(points)
        }
        voicesAreStale = true
    }

    private mutating func program(_ points: [PointCode]) throws(Refusal) {
        try checkKnown(points)
        var seen: Set<PointCode> = []
        programme.choose(points.filter { seen.insert($0).inserted })
    }

    private mutating func setMode(_ mode: RoomMode) -> [Effect] {
        guard mode != self.mode else { return [] }
        chosenMode = mode
        return [.notice(to: .all, .mode(mode))] + applyFloorRule()
    }

    private mutating func lock(_ locks: Bool) -> [Effect] {
        guard locks != isLocked else { return [] }
        isLocked = locks
        return [.notice(to: .all, locks ? .locked : .unlocked)]
    }

    // MARK: Putting out

    private mutating func remove(
        _ point: PointCode, _ reason: String, by actor: Actor, at now: Instant
    ) throws(Refusal) -> [Effect] {
        guard let seat = roster[point] else { throw .unknownPoint(point) }
        guard point != actor.point, actor.role == .chair || !isChairSeat(point) else { throw .isChair }
        let there = seat.holders.compactMap { resources[$0]?.session }
        let leaving = inOrder(resources.values.filter { there.contains($0.session) })
        let removal = Removal(by: actor.role, at: now, reason: CommandText.cleaned(reason))
        removals.remove(point, removal, tokens: leaving.compactMap { resources[$0]?.token })
        let effects = leaving.flatMap { end($0, .removed) }
        roster.setRemoved(true, at: point)
        touched.append(point)
        return effects + [.notice(to: .staff, .removed(point))]
    }

    private mutating func readmit(_ point: PointCode) throws(Refusal) -> [Effect] {
        guard removals.readmit(point) else { throw .notRemoved }
        roster.setRemoved(false, at: point)
        touched.append(point)
        return [.notice(to: .staff, .readmitted(point))]
    }

    // MARK: Words

    private mutating func announce(
        _ delegates: [Delegate], of named: PointCode?, by actor: Actor
    ) throws(Refusal) {
        guard let point = named ?? actor.point else { throw .pointMissing }
        try checkKnown([point])
        let delegates = delegates.map {
            Delegate(name: CommandText.cleaned($0.name), post: CommandText.cleaned($0.post))
        }
        guard roster[point]?.delegates != delegates else { return }
        roster.setDelegates(delegates, at: point)
        touched.append(point)
    }

    private func send(
        _ text: String, to target: MessageTarget, by actor: Actor, at now: Instant
    ) throws(Refusal) -> [Effect] {
        if case .point(let point) = target { try checkPresent(point) }
        if let point = actor.point { try checkKnown([point]) }
        let text = CommandText.cleaned(text, keepsLines: true)
        return [.message(RoomMessage(from: actor.role, point: actor.point, to: target, text: text, at: now))]
    }
}
