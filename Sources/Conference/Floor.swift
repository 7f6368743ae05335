import Units

/// Who may speak: the floor of one room, as a state machine (words of RFC 8855).
///
/// The chair grants by hand. So a request is pending until it is granted, denied or cancelled, and never just
/// `Accepted`, as RFC 8855 §5.2.5 calls it; it has a position all the same.
struct Floor: Sendable {
    enum Event: Hashable, Sendable {
        case request(PointCode)
        /// By the point itself: cancels its request, or releases the floor.
        case withdraw(PointCode)
        case grant(PointCode)
        /// By the chair: revokes the floor, or denies the request.
        case take(PointCode)
        /// By the chair, from all who hold the floor.
        case takeAll
    }

    /// What has become of a point's request (RFC 8855 §5.2.5).
    enum RequestStatus: Hashable, Sendable {
        case pending, granted, denied, cancelled, released, revoked
    }

    struct Change: Hashable, Sendable {
        var point: PointCode
        var status: RequestStatus
    }

    private struct Holder: Sendable {
        var place: FloorState.Place
        /// Whether it may be heard although it was muted before.
        var liftsMute = true
    }

    /// Ours: more voices than any room mixes at once.
    static let holderLimit = 16

    private var holders: [Holder] = []
    private var queue: [FloorState.Place] = []
    /// Whom the limit of one holder does not count.
    private(set) var chairs: Set<PointCode> = []
    /// Whether one at most holds the floor, besides the chair.
    private(set) var isSingle = false
    /// Moves whenever ``state`` changes.
    private(set) var version: UInt64 = 0

    var state: FloorState { FloorState(holders: holders.map(\.place), queue: queue) }

    func holds(_ point: PointCode) -> Bool { holders.contains { $0.place.point == point } }
    func awaits(_ point: PointCode) -> Bool { queue.contains { $0.point == point } }

    /// Whether `point` holds a floor that was granted after its mute.
    func liftsMute(_ point: PointCode) -> Bool { holders.contains { $0.place.point == point && $0.liftsMute } }
}

extension Floor {
    /// Lets `event` happen; who is there and who may do so has been checked.
    mutating func handle(_ event: Event, at now: Instant) throws(Refusal) -> [Change] {
        switch event {
        case .request(let point):
            guard !holds(point) else { throw .alreadyHolds }
            guard !awaits(point) else { throw .alreadyAsked }
            queue.append(FloorState.Place(point: point, since: now))
            version += 1
            return [Change(point: point, status: .pending)]
        case .withdraw(let point):
            let changes = drop(point, held: .released, waiting: .cancelled)
            guard !changes.isEmpty else { throw .notQueued }
            return changes
        case .grant(let point):
            return try grant(point, at: now)
        case .take(let point):
            let changes = drop(point, held: .revoked, waiting: .denied)
            guard !changes.isEmpty else { throw .notHolding }
            return changes
        case .takeAll:
            return holders.map(\.place.point).flatMap { drop($0, held: .revoked, waiting: .denied) }
        }
    }

    /// Forgets a point that has gone.
    mutating func leave(_ point: PointCode) -> [Change] { drop(point, held: .released, waiting: .cancelled) }

    /// Silences a holder that was muted just now.
    mutating func mute(_ point: PointCode) {
        for index in holders.indices where holders[index].place.point == point { holders[index].liftsMute = false }
    }

    /// Sets by what rule the floor is held; too many who hold it lose it, whoever got it last keeps it.
    mutating func setRule(isSingle: Bool, chairs: Set<PointCode>) -> [Change] {
        self.isSingle = isSingle
        self.chairs = chairs
        return isSingle ? revoke(allBut: holders.last { !chairs.contains($0.place.point) }?.place.point) : []
    }

    private mutating func grant(_ point: PointCode, at now: Instant) throws(Refusal) -> [Change] {
        guard !holds(point) else { throw .alreadyHolds }
        let replaces = isSingle && !chairs.contains(point)
        guard replaces || holders.count < Self.holderLimit else { throw .floorFull }
        let revoked = replaces ? revoke(allBut: nil) : []
        queue.removeAll { $0.point == point }
        holders.append(Holder(place: FloorState.Place(point: point, since: now)))
        version += 1
        return revoked + [Change(point: point, status: .granted)]
    }

    /// Revokes the floor of everybody but the chair and `point`.
    private mutating func revoke(allBut point: PointCode?) -> [Change] {
        holders.map(\.place.point).filter { $0 != point && !chairs.contains($0) }
            .flatMap { drop($0, held: .revoked, waiting: .denied) }
    }

    private mutating func drop(_ point: PointCode, held: RequestStatus, waiting: RequestStatus) -> [Change] {
        if let index = holders.firstIndex(where: { $0.place.point == point }) {
            holders.remove(at: index)
            version += 1
            return [Change(point: point, status: held)]
        }
        if let index = queue.firstIndex(where: { $0.point == point }) {
            queue.remove(at: index)
            version += 1
            return [Change(point: point, status: waiting)]
        }
        return []
    }
}
