package import Units

/// One datagram on its way.
package struct Datagram: Hashable, Sendable {
    package var source: SocketAddress
    package var destination: SocketAddress
    package var bytes: [UInt8]

    package init(source: SocketAddress, destination: SocketAddress, bytes: [UInt8]) {
        self.source = source
        self.destination = destination
        self.bytes = bytes
    }
}

/// Datagrams between addresses in simulated time: every receiver has a ``LossyLink`` to itself.
package struct DatagramNetwork {
    private var links: [SocketAddress: LossyLink<Datagram>] = [:]
    /// In order of their first datagram, so that a run does not depend on how dictionaries hash.
    private var order: [SocketAddress] = []
    private var seeds: SplitMix64
    /// Of links that are made from now on.
    private var delay: Duration
    private var jitter: Duration
    private var lossPerMille: UInt64
    /// Loses what it says yes to, beside what the links lose by chance.
    package var loses: ((Datagram) -> Bool)?
    /// How long a datagram waits before its link takes it: a queue of the test's own.
    package var waits: ((Datagram, Instant) -> Duration)?
    /// Sees everything that is sent, lost or not.
    package var tap: ((Datagram) -> Void)?

    package init(delay: Duration = .milliseconds(10), jitter: Duration = .zero, lossPerMille: UInt64 = 0, seed: UInt64)
    {
        self.delay = delay
        self.jitter = jitter
        self.lossPerMille = lossPerMille
        seeds = SplitMix64(state: seed)
    }

    /// Changes what all links do from now on.
    package mutating func set(delay: Duration? = nil, jitter: Duration? = nil, lossPerMille: UInt64? = nil) {
        self.delay = delay ?? self.delay
        self.jitter = jitter ?? self.jitter
        self.lossPerMille = lossPerMille ?? self.lossPerMille
        for address in order {
            links[address]?.delay = self.delay
            links[address]?.jitter = self.jitter
            links[address]?.lossPerMille = self.lossPerMille
        }
    }

    package mutating func send(_ datagram: Datagram, at now: Instant) {
        tap?(datagram)
        if let loses, loses(datagram) { return }
        if links[datagram.destination] == nil {
            links[datagram.destination] = LossyLink(
                delay: delay, jitter: jitter, lossPerMille: lossPerMille, seed: seeds.next())
            order.append(datagram.destination)
        }
        links[datagram.destination]?.send(datagram, at: now.advanced(by: waits?(datagram, now) ?? .zero))
    }

    package var deadline: Instant? {
        links.values.reduce(nil) { $0.earlier($1.deadline) }
    }

    /// What has arrived by `now`, receiver by receiver.
    package mutating func receive(at now: Instant) -> [Datagram] {
        var arrived: [Datagram] = []
        for address in order { arrived += links[address]?.receive(at: now) ?? [] }
        return arrived
    }
}
