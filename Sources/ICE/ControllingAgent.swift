package import STUN
package import Units
package import Wire

/// The client's side of ICE towards a lite server: it sends the checks and picks the pair (RFC 8445 §6 to §8).
///
/// Checks go out in order of priority, 50 ms apart. The first pair that is answered is nominated at once; if there is
/// only one pair, its very first check nominates it. Once the server has answered a nominating check the agent is
/// connected, checks its path each second, and gives it up after three seconds without a valid response: much
/// stricter than consent demands (RFC 7675 §5.1: 30 s), because a conference must notice. A check without an answer is
/// followed by another after a quarter of a second, so that three seconds are about ten checks and loss is no death.
///
/// Each repeat is a transaction of its own, unlike RFC 8489 §6.2.1: so each response tells its round trip.
package struct ControllingAgent: Sendable {
    package enum State: Equatable, Sendable {
        case idle
        case checking
        case connected
        /// The selected path was not answered for three seconds. Final.
        case lost
        /// No path was answered and nominated within ten seconds. Final.
        case failed
    }

    package enum Outcome: Equatable, Sendable {
        case ignored(CheckFault)
        /// A valid response.
        case answered(roundTrip: Duration)
        /// The valid response that made the agent connected.
        case selected(NetworkPath)
        /// The server's authentic error: 420, 487.
        case refused(code: Int)
    }

    package enum Event: Equatable, Sendable {
        case lost
        case failed
    }

    /// Ta (RFC 8445 §14.2).
    static let pace = Duration.milliseconds(50)
    /// Ours: a path that works at all is checked within this.
    static let checkingLimit = Duration.seconds(10)
    static let consentInterval = Duration.seconds(1)
    static let consentLimit = Duration.seconds(3)
    static let maximumPairs = 16

    package private(set) var state: State = .idle
    /// Of the last answered check.
    package private(set) var roundTrip: Duration?
    /// Our address as the server sees it.
    package private(set) var mappedAddress: SocketAddress?
    package private(set) var counters = CheckCounters()

    private let credentials: CheckCredentials
    private var pairs: [CandidatePair] = []
    private var selected: Int?
    private var transactions = CheckTransactions()
    /// When the present state began, or the last valid response came.
    private var lastProgress = Instant.zero

    /// - Parameters:
    ///   - local: Ours, as the offer says.
    ///   - remote: The server's, as the answer says.
    ///   - candidates: The server's; those of UDP and component 1 are used, 16 at most.
    ///   - address: Our side of all paths; an unspecified one when the kernel chooses it.
    ///   - tieBreaker: 64 random bits (RFC 8445 §7.1.2).
    package init(
        local: ICECredentials, remote: ICECredentials, candidates: [Candidate] = [],
        from address: SocketAddress = SocketAddress(.anyV4, port: 0), tieBreaker: UInt64
    ) {
        credentials = CheckCredentials(local: local, remote: remote, tieBreaker: tieBreaker)
        for candidate in candidates.sorted(by: { $0.priority > $1.priority })
        where candidate.transport == .udp && candidate.component == 1 {
            add(candidate, on: NetworkPath(remote: candidate.address, local: address), at: .zero)
        }
    }

    /// Adds a pair whose path the caller has made, such as a TCP connection or one that was trickled in.
    ///
    /// A path that is there already, and the seventeenth, are left out.
    package mutating func add(_ candidate: Candidate, on path: NetworkPath, at now: Instant) {
        guard pairs.count < Self.maximumPairs, !pairs.contains(where: { $0.path == path }) else { return }
        let preference = Candidate.localPreference(candidate.transport, other: 8_191)
        let priority = Candidate.priority(.peerReflexive, localPreference: preference)
        pairs.append(CandidatePair(path: path, priority: priority, due: now))
    }

    /// Where to send; `nil` until the server has confirmed it.
    package var selectedPath: NetworkPath? {
        guard state == .connected, let selected else { return nil }
        return pairs[selected].path
    }

    /// Whether the server has answered a check on `path`; anything but STUN is taken only from there.
    ///
    /// Only the remote side counts: our own may be unspecified.
    package func isValidated(_ path: NetworkPath) -> Bool {
        selected.map { pairs[$0].path.remote == path.remote } ?? false
    }

    /// Begins to check; without effect when it has begun.
    package mutating func start(at now: Instant) {
        guard state == .idle else { return }
        state = .checking
        lastProgress = now
        for index in pairs.indices { pairs[index].due = now.advanced(by: Self.pace * index) }
    }

    /// When ``advance(to:authenticator:random:into:)`` has something to do; look anew after each call.
    package var deadline: Instant? {
        switch state {
        case .idle, .lost, .failed: nil
        case .checking, .connected: min(nextCheck ?? limit, limit)
        }
    }

    private var limit: Instant {
        lastProgress.advanced(by: state == .connected ? Self.consentLimit : Self.checkingLimit)
    }

    private var nextCheck: Instant? {
        selected.map { pairs[$0].due } ?? pairs.lazy.map(\.due).min()
    }

    /// Sends the checks that are due, or gives up.
    package mutating func advance(
        to now: Instant, authenticator: borrowing some MessageAuthenticator & ~Copyable,
        random: inout some RandomNumberGenerator, into outbox: inout Outbox
    ) -> Event? {
        guard state == .checking || state == .connected else { return nil }
        guard now < limit else {
            let wasConnected = state == .connected
            state = wasConnected ? .lost : .failed
            return wasConnected ? .lost : .failed
        }
        for index in pairs.indices where pairs[index].due <= now && (selected ?? index) == index {
            let id = TransactionID(using: &random)
            let nominates = selected != nil || pairs.count == 1
            let pair = pairs[index]
            credentials.sendCheck(
                id, priority: pair.priority, nominates: nominates, on: pair.path, authenticator: authenticator,
                into: &outbox)
            transactions.insert(CheckTransaction(id: id, pair: index, sent: now, nominates: nominates))
            pairs[index].attempts += 1
            pairs[index].due = now.advanced(by: retryInterval(after: pairs[index].attempts))
        }
        return nil
    }

    /// How long a check waits for its answer before the next one goes out: two round trips, within bounds.
    ///
    /// Before the first answer 100 ms, doubled each time; RFC 8445 §14.3 begins at 500 ms, which on a lossy line is
    /// half a second of black picture.
    private func retryInterval(after attempts: Int) -> Duration {
        guard let roundTrip else { return .milliseconds(min(100 << min(max(attempts - 1, 0), 3), 500)) }
        return min(max(roundTrip * 2, .milliseconds(250)), Self.consentInterval)
    }

    /// Takes one datagram that looks like STUN.
    ///
    /// - Parameters:
    ///   - message: The whole datagram.
    ///   - path: Where it came from.
    ///   - now: The time of its arrival.
    ///   - authenticator: Who reckons HMAC-SHA1.
    /// - Returns: What came of it. The next check may be due at once: look at ``deadline``.
    package mutating func receive(
        _ message: borrowing RawSpan, on path: NetworkPath, at now: Instant,
        authenticator: borrowing some MessageAuthenticator & ~Copyable
    ) -> Outcome {
        switch admit(message, on: path, authenticator: authenticator) {
        case .failure(let fault):
            counters.count(fault)
            return .ignored(fault)
        case .success(let (response, index)):
            let transaction = transactions.remove(at: index)
            guard let mapped = response.mappedAddress, response.messageClass == .success else {
                counters.refused &+= 1
                return .refused(code: response.errorCode ?? 500)
            }
            counters.answered &+= 1
            mappedAddress = mapped
            return confirm(transaction, at: now)
        }
    }

    private enum Admission {
        case failure(CheckFault)
        case success((STUNMessage, transaction: Int))
    }

    /// Lets nothing through but authentic responses to our own requests (RFC 8489 §6.3.3, RFC 8445 §7.2.5).
    private func admit(
        _ message: borrowing RawSpan, on path: NetworkPath,
        authenticator: borrowing some MessageAuthenticator & ~Copyable
    ) -> Admission {
        guard state == .checking || state == .connected else { return .failure(.unexpected) }
        guard let response = try? STUNMessage(parsing: message) else { return .failure(.malformed) }
        guard response.method == .binding, response.messageClass == .success || response.messageClass == .error
        else { return .failure(.unexpected) }
        guard let index = transactions.firstIndex(of: response.transactionID) else {
            return .failure(.unknownTransaction)
        }
        guard pairs[transactions[index].pair].path.remote == path.remote else { return .failure(.wrongAddress) }
        guard response.hasFingerprint else { return .failure(.noFingerprint) }
        guard response.integrity != nil else { return .failure(.noIntegrity) }
        guard credentials.authenticates(response, in: message, authenticator: authenticator) else {
            return .failure(.wrongIntegrity)
        }
        guard response.notUnderstood.isEmpty, response.mappedAddress != nil || response.messageClass == .error
        else { return .failure(.incomprehensible) }
        return .success((response, index))
    }

    private mutating func confirm(_ transaction: CheckTransaction, at now: Instant) -> Outcome {
        let measured = max(now.since(transaction.sent), .zero)
        roundTrip = measured
        if state == .checking, selected == nil {
            selected = transaction.pair
            pairs[transaction.pair].due = now
        }
        guard selected == transaction.pair, transaction.nominates else { return .answered(roundTrip: measured) }
        let wasConnected = state == .connected
        state = .connected
        lastProgress = now
        pairs[transaction.pair].due = max(now, transaction.sent.advanced(by: Self.consentInterval))
        return wasConnected ? .answered(roundTrip: measured) : .selected(pairs[transaction.pair].path)
    }
}
