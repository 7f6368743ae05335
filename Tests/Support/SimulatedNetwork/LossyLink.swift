package import Units

/// A one-way link that delays, reorders and drops packets by a seeded plan: same seed, same run.
package struct LossyLink<Packet> {
    /// Where the packets under way are; in order of arrival.
    private var arrivals: [(at: Instant, packet: Packet)] = []
    private var random: SplitMix64
    /// For packets that are sent from now on.
    package var delay: Duration
    /// Up to so much is added to the delay of each packet: more than the packets' spacing reorders them.
    package var jitter: Duration
    package var lossPerMille: UInt64
    package private(set) var sent = 0
    package private(set) var lost = 0

    package init(delay: Duration, jitter: Duration = .zero, lossPerMille: UInt64, seed: UInt64) {
        self.delay = delay
        self.jitter = jitter
        self.lossPerMille = lossPerMille
        random = SplitMix64(state: seed)
    }

    package mutating func send(_ packet: Packet, at now: Instant) {
        sent += 1
        guard lossPerMille == 0 || random.next() % 1_000 >= lossPerMille else {
            lost += 1
            return
        }
        var extra = Duration.zero
        if jitter > .zero { extra = .nanoseconds(Int64(random.next() % UInt64(jitter.nanoseconds))) }
        let arrival = now.advanced(by: delay + extra)
        var place = arrivals.count
        while place > 0, arrivals[place - 1].at > arrival { place -= 1 }
        arrivals.insert((arrival, packet), at: place)
    }

    /// The time of the next arrival; `nil` while nothing is under way.
    package var deadline: Instant? { arrivals.first?.at }

    package mutating func receive(at now: Instant) -> [Packet] {
        let due = arrivals.prefix { $0.at <= now }.map(\.packet)
        arrivals.removeFirst(due.count)
        return due
    }
}
