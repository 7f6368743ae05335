package import STUN
package import Units
package import Wire

/// The server's side of ICE with one peer: it answers checks and sends none (RFC 8445 §2.5, "lite").
///
/// The peer controls. A path is valid once an authentic check came on it, and the path to send on moves only by a check
/// with USE-CANDIDATE. Where the peer nominates several, the highest PRIORITY wins; a lower one takes over when the
/// winner has not been nominated for five seconds (longer than any browser pauses between checks of the pair it uses),
/// or when its last check came without USE-CANDIDATE: then the peer has moved away from it. With equal priority the
/// present path stays, unless the two differ by the remote port only: that is one candidate behind a NAT that forgot.
///
/// Whatever is not an authentic check of this session gets no answer and is counted.
package struct LiteAgent: Sendable {
    package enum Outcome: Equatable, Sendable {
        /// No answer, no effect.
        case ignored(CheckFault)
        /// A valid check; `pathValidated` says whether it is the first one on its path (for 30 s).
        case answered(pathValidated: Bool)
        /// A valid check that moved ``LiteAgent/selectedPath`` there.
        case selected(NetworkPath)
        /// An authentic request answered with an error: 420 unknown attribute, 487 role conflict.
        case refused(code: Int)
    }

    /// How long a nomination holds against one of lower priority.
    package static let nominationLifetime = Duration.seconds(5)

    private struct Selection {
        var path: NetworkPath
        var priority: UInt32
        var nominated: Instant
        /// Whether the last check of the path came with USE-CANDIDATE.
        var isHeld: Bool
    }

    private var current: CredentialPair
    /// After a restart, until the first nomination under it.
    private var next: CredentialPair?
    private var selection: Selection?
    private var paths = ValidatedPaths()
    /// When the last valid check came.
    package private(set) var lastCheck: Instant?
    package private(set) var counters = CheckCounters()

    /// - Parameters:
    ///   - local: Ours, as the answer says.
    ///   - remote: The peer's, as its offer says; without them any user fragment is taken on its side of USERNAME.
    package init(local: ICECredentials, remote: ICECredentials?) {
        current = CredentialPair(local: local, remote: remote)
    }

    /// Where to send: the path that the peer nominated.
    package var selectedPath: NetworkPath? { selection?.path }

    /// The user fragments under which checks are taken: one, and two between a restart and its first nomination.
    package var localFragments: [String] { [current.local.fragment] + (next.map { [$0.local.fragment] } ?? []) }

    /// Whether a valid check came on `path` in the last 30 s, or the peer nominated it.
    ///
    /// Anything but STUN is taken only from there.
    package func isValidated(_ path: NetworkPath, at now: Instant) -> Bool {
        selection?.path == path || paths.contains(path, at: now)
    }

    /// Takes new credentials beside the present ones (RFC 8445 §9).
    ///
    /// The selected path goes on, and checks under both are answered, until the peer nominates under the new ones.
    package mutating func restart(local: ICECredentials, remote: ICECredentials?) {
        next = CredentialPair(local: local, remote: remote)
    }

    /// Takes one datagram that looks like STUN, and puts the answer that it earns, if any, into `outbox`.
    ///
    /// - Parameters:
    ///   - message: The whole datagram.
    ///   - path: Where it came from; the answer goes back the same way.
    ///   - now: The time of its arrival.
    ///   - authenticator: Who reckons HMAC-SHA1.
    ///   - outbox: At most one datagram of at most 128 bytes is added.
    /// - Returns: What came of it; after ``Outcome/selected(_:)`` media go to the new path.
    package mutating func receive(
        _ message: borrowing RawSpan, on path: NetworkPath, at now: Instant,
        authenticator: borrowing some MessageAuthenticator & ~Copyable, into outbox: inout Outbox
    ) -> Outcome {
        switch admit(message, authenticator: authenticator) {
        case .failure(let fault):
            counters.count(fault)
            return .ignored(fault)
        case .success(let (request, isNext)):
            let credentials = isNext ? next ?? current : current
            let (answer, code) = Self.verdict(on: request)
            credentials.answer(request, answer, on: path, authenticator: authenticator, into: &outbox)
            if let code {
                counters.refused &+= 1
                return .refused(code: code)
            }
            counters.answered &+= 1
            return accept(request, underNext: isNext, on: path, at: now)
        }
    }

    private enum Admission {
        case failure(CheckFault)
        case success((STUNMessage, isNext: Bool))
    }

    /// Lets nothing through but authentic binding requests of this session.
    private func admit(
        _ message: borrowing RawSpan, authenticator: borrowing some MessageAuthenticator & ~Copyable
    ) -> Admission {
        guard let request = try? STUNMessage(parsing: message) else { return .failure(.malformed) }
        guard request.messageClass == .request, request.method == .binding else { return .failure(.unexpected) }
        guard request.hasFingerprint else { return .failure(.noFingerprint) }
        guard let username = request.username else { return .failure(.unknownUser) }
        let isNext = next?.matches(username, in: message) ?? false
        guard isNext || current.matches(username, in: message) else { return .failure(.unknownUser) }
        guard request.integrity != nil else { return .failure(.noIntegrity) }
        let credentials = isNext ? next ?? current : current
        guard credentials.authenticates(request, in: message, authenticator: authenticator) else {
            return .failure(.wrongIntegrity)
        }
        return .success((request, isNext))
    }

    /// RFC 8489 §6.3.1 and RFC 8445 §7.3.1.1: we are lite and cannot take the controlling role.
    private static func verdict(on request: STUNMessage) -> (CredentialPair.Answer, code: Int?) {
        if !request.notUnderstood.isEmpty { return (.unknownAttributes, 420) }
        if request.controlled != nil { return (.roleConflict, 487) }
        return (.success, nil)
    }

    private mutating func accept(
        _ request: STUNMessage, underNext isNext: Bool, on path: NetworkPath, at now: Instant
    ) -> Outcome {
        lastCheck = now
        let isNew = paths.insert(path, at: now)
        guard request.useCandidate else {
            if selection?.path == path { selection?.isHeld = false }
            return .answered(pathValidated: isNew)
        }
        let nomination = Selection(path: path, priority: request.priority ?? 0, nominated: now, isHeld: true)
        if isNext, let next {
            current = next
            self.next = nil
        } else if let selection, !Self.replaces(nomination, selection) {
            return .answered(pathValidated: isNew)
        }
        let moved = selection?.path != path
        selection = nomination
        return moved ? .selected(path) : .answered(pathValidated: isNew)
    }

    private static func replaces(_ nomination: Selection, _ present: Selection) -> Bool {
        if nomination.path == present.path || nomination.priority > present.priority { return true }
        if !present.isHeld || nomination.nominated.since(present.nominated) > nominationLifetime { return true }
        return nomination.priority == present.priority && nomination.path.local == present.path.local
            && nomination.path.remote.address == present.path.remote.address
    }
}
