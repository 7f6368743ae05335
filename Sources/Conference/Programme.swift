import Units

/// Who is seen: turns choice, speaker and roster order into one ordered list of points that send video.
///
/// The first `slots` places are what receivers see; the rest steps in for a receiver's own picture and for what it
/// cannot decode. Somebody who stays among the shown keeps the place.
struct Programme: Sendable {
    private var slots: Int
    private var standard: [PointCode]
    /// Whom chair or operator chose; empty while they have not.
    private(set) var chosen: [PointCode] = []
    private var order: [PointCode] = []
    private var rank: [PointCode: Int] = [:]
    /// The ranks of those who send video, rising: the next one is found without going through the roster.
    private var senders: [Int] = []
    private var speakers = SpeakerTracker()
    private(set) var plan: [PointCode] = []
    private var isStale = false

    /// Begins with nobody sending; `order` is every point of the room, in roster order, each once.
    init(slots: Int, standard: [PointCode], order: [PointCode]) {
        self.slots = slots
        self.standard = standard
        setOrder(order)
    }

    /// Whom chair, operator or room file want to be seen; empty when the main picture follows the speaker.
    var wanted: [PointCode] { chosen.isEmpty ? standard : chosen }

    /// Who is speaking now; the main picture stays with the last one who did.
    var speaker: PointCode? { speakers.speaking }

    var deadline: Instant? { speakers.deadline }

    mutating func replace(slots: Int, standard: [PointCode], order: [PointCode]) {
        let sending = senders.map { self.order[$0] }
        self.slots = slots
        self.standard = standard
        setOrder(order)
        senders = sending.compactMap { rank[$0] }.sorted()
        isStale = true
    }

    private mutating func setOrder(_ order: [PointCode]) {
        self.order = order
        rank = Dictionary(zip(order, order.indices), uniquingKeysWith: { first, _ in first })
    }

    mutating func choose(_ points: [PointCode]) {
        chosen = points
        isStale = true
    }

    mutating func hear(_ point: PointCode?, at now: Instant) {
        if speakers.advance(to: now) { isStale = true }
        speakers.hear(point, at: now)
    }

    mutating func forgetSpeaker(_ point: PointCode) {
        speakers.forget(point)
        isStale = true
    }

    /// Tells whether `point` sends live video.
    mutating func setSending(_ point: PointCode, _ sends: Bool) {
        guard let rank = rank[point] else { return }
        let index = position(of: rank)
        let isListed = index < senders.count && senders[index] == rank
        guard isListed != sends else { return }
        if sends { senders.insert(rank, at: index) } else { senders.remove(at: index) }
        isStale = true
    }

    /// Brings the plan up to date.
    ///
    /// - Returns: The plan when it has changed.
    mutating func refresh(at now: Instant) -> [PointCode]? {
        if speakers.advance(to: now) { isStale = true }
        guard isStale else { return nil }
        isStale = false
        let next = makePlan()
        guard next != plan else { return nil }
        plan = next
        return next
    }

    // MARK: The plan

    private func makePlan() -> [PointCode] {
        let length = min(slots + BridgeRoom.planReserve, senders.count)
        let visible = min(slots, length)
        var next = [PointCode?](repeating: nil, count: length)
        var taken: Set<PointCode> = []
        for (place, point) in head.prefix(length).enumerated() {
            next[place] = point
            taken.insert(point)
        }
        let fixed = taken.count
        fill(min(fixed, visible)..<visible, of: &next, taken: &taken)
        fill(max(fixed, visible)..<length, of: &next, taken: &taken)
        return next.compactMap(\.self)
    }

    /// The places that are not a matter of taste: the chosen ones, or the main picture alone.
    private var head: [PointCode] {
        let wanted = wanted.filter(isSending)
        guard wanted.isEmpty else { return wanted }
        let main = speakers.recent.first(where: isSending) ?? senders.first.map { order[$0] }
        return main.map { [$0] } ?? []
    }

    /// Fills `places` with recent speakers, then whoever is shown already, these places first, then in roster order.
    ///
    /// Goes through at most as many points as twice the plan's length.
    private func fill(_ places: Range<Int>, of next: inout [PointCode?], taken: inout Set<PointCode>) {
        var members: [PointCode] = []
        let staying = plan.indices.clamped(to: places).map { plan[$0] }
        let shownBefore = (speakers.recent + staying + plan).lazy.filter(isSending)
        let inRosterOrder = senders.lazy.map { order[$0] }
        for point in shownBefore where members.count < places.count && taken.insert(point).inserted {
            members.append(point)
        }
        for point in inRosterOrder {
            guard members.count < places.count else { break }
            if taken.insert(point).inserted { members.append(point) }
        }

        var vacant: [PointCode] = []
        for point in members {
            if let place = plan.firstIndex(of: point), places.contains(place) {
                next[place] = point
            } else {
                vacant.append(point)
            }
        }
        var newcomers = vacant.makeIterator()
        for place in places where next[place] == nil { next[place] = newcomers.next() }
    }

    private func isSending(_ point: PointCode) -> Bool {
        guard let rank = rank[point] else { return false }
        let index = position(of: rank)
        return index < senders.count && senders[index] == rank
    }

    /// Where `rank` stands among the senders or would be put in.
    private func position(of rank: Int) -> Int {
        var low = 0
        var high = senders.count
        while low < high {
            let middle = (low + high) / 2
            if senders[middle] < rank { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
