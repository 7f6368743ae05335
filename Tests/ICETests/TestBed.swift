import ICE
import TestAuthenticator
import Units
import Wire

/// A client and a server, and a lossy way of 20 ms between them.
struct TestBed {
    struct Flight {
        var at: Instant
        var bytes: [UInt8]
        /// As the client sees it.
        var path: NetworkPath
        var isToServer: Bool
    }

    static let delay = Duration.milliseconds(20)
    static let clientAddress = SocketAddress(IPAddress(v4: 0x0A00_0001), port: 5_000)

    var client: ControllingAgent
    var server = LiteAgent(local: ICETests.server, remote: ICETests.client)
    var random: SeededRandom
    var flights: [Flight] = []
    var now = milliseconds(1_000)
    var lossPerMille: UInt64 = 0
    /// Server addresses that nothing reaches.
    var dead: Set<SocketAddress> = []
    var selectedAt: Instant?
    var event: (ControllingAgent.Event, at: Instant)?
    var lastAnswer: Instant?
    var requests = 0
    /// Where requests went.
    var targets: Set<SocketAddress> = []

    init(candidates: [Candidate], lossPerMille: UInt64 = 0, seed: UInt64 = 1) {
        random = SeededRandom(state: seed)
        self.lossPerMille = lossPerMille
        client = ControllingAgent(
            local: ICETests.client, remote: ICETests.server, candidates: candidates, from: Self.clientAddress,
            tieBreaker: random.next())
        client.start(at: now)
    }

    static func candidate(_ number: Int, priority: UInt32 = 100) -> Candidate {
        let address = SocketAddress(IPAddress(v4: 0xC000_0200 + UInt32(number)), port: 3_478)
        return Candidate(foundation: "1", priority: priority, address: address)
    }

    /// Lets time pass, from one thing due to the next.
    mutating func run(until end: Instant) {
        while true {
            let due = flights.map(\.at).min().earlier(client.deadline)
            guard let due, due <= end else { break }
            now = max(now, due)
            deliver()
            if let deadline = client.deadline, deadline <= now { advanceClient() }
        }
        now = max(now, end)
    }

    private mutating func advanceClient() {
        var outbox = Outbox(capacity: 20_000, datagrams: 32)
        let event = client.advance(to: now, authenticator: TestAuthenticator(), random: &random, into: &outbox)
        if let event { self.event = (event, now) }
        requests += outbox.count
        targets.formUnion(outbox.paths.map(\.remote))
        for (bytes, path) in zip(outbox.datagrams, outbox.paths) { send(bytes, path, isToServer: true) }
    }

    private mutating func send(_ bytes: [UInt8], _ path: NetworkPath, isToServer: Bool) {
        guard random.next() % 1_000 >= lossPerMille, !dead.contains(path.remote) else { return }
        flights.append(Flight(at: now.advanced(by: Self.delay), bytes: bytes, path: path, isToServer: isToServer))
    }

    private mutating func deliver() {
        let due = flights.filter { $0.at <= now }
        flights.removeAll { $0.at <= now }
        for flight in due {
            let turned = NetworkPath(remote: flight.path.local, local: flight.path.remote)
            if flight.isToServer {
                for answer in server.receive(flight.bytes, on: turned, at: now).answers {
                    send(answer, flight.path, isToServer: false)
                }
            } else {
                record(receive(flight.bytes, on: flight.path))
            }
        }
    }

    mutating func receive(_ bytes: [UInt8], on path: NetworkPath) -> ControllingAgent.Outcome {
        client.receive(unsafe bytes.span.bytes, on: path, at: now, authenticator: TestAuthenticator())
    }

    private mutating func record(_ outcome: ControllingAgent.Outcome) {
        switch outcome {
        case .answered: lastAnswer = now
        case .selected:
            lastAnswer = now
            selectedAt = now
        case .ignored, .refused: break
        }
    }
}
