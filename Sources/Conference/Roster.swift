import Units

/// Every point of a room and who sits there, with a version that moves whenever a line changes.
struct Roster: Sendable {
    private var seats: [PointCode: Seat] = [:]
    /// The room file's order, then points that are no longer in it but still occupied.
    private(set) var order: [PointCode] = []
    private(set) var occupied = 0
    private(set) var version: UInt64 = 1
    private var changed: Set<PointCode> = []
    private var removed: Set<PointCode> = []
    private var isReordered = false

    init(_ entries: [RosterEntry], at now: Instant) {
        order = entries.map(\.code)
        seats = Dictionary(
            entries.map { ($0.code, Seat(entry: $0, since: now)) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(point: PointCode) -> Seat? { seats[point] }

    // MARK: Sitting down and getting up

    /// Gives `resource` the parts of the seat that it uses; whoever had them has been released before.
    mutating func seat(_ resource: MediaResource, at point: PointCode) {
        guard var seat = seats[point] else { return }
        if !seat.isOccupied { occupied += 1 }
        if resource.sends { seat.sending = resource.id }
        if resource.receives { seat.receiving = resource.id }
        if resource.kind == .socket { seat.control = resource.id }
        seat.departure = nil
        seats[point] = seat
    }

    mutating func release(_ resource: MediaResource, at point: PointCode, _ reason: EndReason) {
        guard var seat = seats[point], seat.isOccupied else { return }
        seat.release(resource.id)
        if !seat.isOccupied {
            occupied -= 1
            seat.departure = reason
        }
        seats[point] = seat
    }

    mutating func setDelegates(_ delegates: [Delegate], at point: PointCode) { seats[point]?.delegates = delegates }

    /// Notes that a point was put out, or lets that be forgotten.
    mutating func setRemoved(_ isRemoved: Bool, at point: PointCode) {
        if isRemoved {
            seats[point]?.departure = .removed
        } else if seats[point]?.departure == .removed {
            seats[point]?.departure = nil
        }
    }

    mutating func note(_ takeover: Takeover, at point: PointCode) {
        seats[point]?.takeovers += 1
        seats[point]?.lastTakeover = takeover
    }

    // MARK: Lines

    /// Notes that `point`'s line has changed, and its state where that has.
    mutating func update(_ point: PointCode, state: PresenceState, at now: Instant) {
        guard var seat = seats[point] else { return }
        if seat.state != state {
            seat.state = state
            seat.since = now
        }
        if state == .present { seat.wasHere = true }
        seats[point] = seat
        changed.insert(point)
        version += 1
    }

    /// Takes a point off that the room file no longer has.
    mutating func remove(_ point: PointCode) {
        guard seats.removeValue(forKey: point) != nil else { return }
        order.removeAll { $0 == point }
        changed.remove(point)
        removed.insert(point)
        version += 1
    }

    /// Follows the room file: points come and go, seats stay as they are.
    mutating func replace(_ entries: [RosterEntry], at now: Instant) {
        let before = order
        var old = seats
        seats = [:]
        order = []
        for entry in entries where seats[entry.code] == nil {
            var seat = old.removeValue(forKey: entry.code) ?? Seat(entry: entry, since: now)
            if seat.entry != entry || !seat.isExpected { changed.insert(entry.code) }
            seat.entry = entry
            seat.isExpected = true
            seats[entry.code] = seat
            order.append(entry.code)
        }
        for point in before {
            guard var seat = old[point] else { continue }
            guard seat.isOccupied else {
                removed.insert(point)
                changed.remove(point)
                continue
            }
            seat.isExpected = false
            seats[point] = seat
            order.append(point)
            changed.insert(point)
        }
        let known = Set(before)
        changed.formUnion(order.filter { !known.contains($0) })
        removed.subtract(order)
        isReordered = isReordered || order != before
        version += 1
    }

    /// What has changed since this was last called.
    mutating func takeChanges() -> (changed: [PointCode], removed: [PointCode], isReordered: Bool)? {
        guard !changed.isEmpty || !removed.isEmpty || isReordered else { return nil }
        defer {
            changed = []
            removed = []
            isReordered = false
        }
        return (changed.sorted(), removed.sorted(), isReordered)
    }
}
