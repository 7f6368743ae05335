import Units

/// What follows from an event in the rest of the room: lines, chair's seats, floor, mutes, voices.
extension BridgeRoom {
    /// Brings everything up to date that depends on the touched points, on mutes or on the floor.
    mutating func settle(at now: Instant) -> [Effect] {
        var effects = settleSeats(at: now)
        if voicesAreStale {
            voicesAreStale = false
            effects += settleVoices()
        }
        for point in touched {
            guard let seat = roster[point] else { continue }
            roster.update(point, state: presence(on: seat), at: now)
        }
        touched.removeAll(keepingCapacity: true)
        return effects
    }

    private mutating func settleSeats(at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        var chairsHaveChanged = false
        for point in touched {
            let seat = roster[point]
            let sender = seat?.sending.flatMap { resources[$0] }
            programme.setSending(point, sender.map { $0.isLive && ($0.media.video || $0.media.screen) } ?? false)
            let isChair = point == definition.central || seat.flatMap(role) == .chair
            if chairPoints.contains(point) != isChair {
                if isChair { chairPoints.insert(point) } else { chairPoints.remove(point) }
                chairsHaveChanged = true
            }
            guard seat?.isOccupied != true else { continue }
            programme.forgetSpeaker(point)
            effects += tell(floorControl.leave(point))
            guard let seat, !seat.isExpected else { continue }
            roster.remove(point)
            if mutes.remove(point) != nil { voicesAreStale = true }
        }
        if chairsHaveChanged { effects += applyFloorRule() }
        return effects
    }

    /// Tells the floor by what rule it is held now.
    mutating func applyFloorRule() -> [Effect] {
        voicesAreStale = true
        return tell(floorControl.setRule(isSingle: mode == .lecture, chairs: chairPoints))
    }

    /// What the points concerned are told about their requests.
    mutating func tell(_ changes: [Floor.Change]) -> [Effect] {
        if !changes.isEmpty { voicesAreStale = true }
        return changes.compactMap { change in
            let kind: NoticeKind? =
                switch change.status {
                case .granted: .floorGiven
                case .revoked: .floorTaken
                case .denied: .floorDenied
                case .released: .floorReleased
                case .pending, .cancelled: nil
                }
            return kind.map { .notice(to: .points([change.point]), $0) }
        }
    }

    private mutating func settleVoices() -> [Effect] {
        var effects: [Effect] = []
        let inForce = mutes.filter { !floorControl.liftsMute($0) }
        let muted = inForce.subtracting(silenced)
        let heardAgain = silenced.subtracting(inForce)
        silenced = inForce
        touched += muted.union(heardAgain)
        if !muted.isEmpty { effects.append(.notice(to: .points(muted), .muted)) }
        // Whoever was given the floor has been told so, and knows more by that.
        let unmuted = heardAgain.filter { !mutes.contains($0) && roster[$0] != nil }
        if !unmuted.isEmpty { effects.append(.notice(to: .points(unmuted), .unmuted)) }
        let plan = makeVoicePlan()
        if plan != voicePlan {
            voicePlan = plan
            effects.append(.voices(plan))
        }
        return effects
    }
}
