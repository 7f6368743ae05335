package import ICE
package import OpenSSL
import RTP
import SRTP
import STUN
package import Units
package import Wire

/// One participant's media path: demultiplexer (RFC 7983), ICE, DTLS and SRTP.
///
/// Bytes and time in, bytes and a deadline out.
///
/// Confined to one loop. Whatever comes from an address that ICE has not checked is dropped and counted.
package final class MediaTransport {
    package enum State: Equatable, Sendable {
        /// Waiting for the first valid check.
        case checking
        /// ICE is through; DTLS is under way.
        case handshaking
        case connected
        case closed(CloseReason)
    }

    package enum CloseReason: String, Sendable {
        /// The peer's close_notify came.
        case peerClosed
        /// The certificate is not the one that the session description announced.
        case fingerprintMismatch
        case handshakeFailed
        /// All packet indexes of a key are used (RFC 3711 §9.2).
        case keysExhausted
        /// The client's path was not answered any more.
        case consentLost
        /// We closed it.
        case ended
    }

    /// What a datagram turned out to be, once authenticated.
    package enum Received: Equatable, Sendable {
        case nothing
        /// The datagram now starts with a plain RTP packet of `length` bytes; `index` is its 48-bit SRTP index.
        case rtp(length: Int, index: UInt64)
        /// The datagram now starts with a plain RTCP compound of `length` bytes.
        case rtcp(length: Int)
        /// ``state`` or ``path`` is another one.
        case changed
    }

    /// Datagrams that led to nothing, by reason.
    package struct Counters: Sendable, Equatable {
        package var badTag: UInt64 = 0
        package var replayed: UInt64 = 0
        package var malformed: UInt64 = 0
        package var tooManySources: UInt64 = 0
        /// From an address that ICE has not checked.
        package var unchecked: UInt64 = 0
        /// Media before the keys were there, or of no known kind.
        package var unexpected: UInt64 = 0
        package var badCheck: UInt64 = 0

        package init() {}

        package var all: UInt64 {
            badTag &+ replayed &+ malformed &+ tooManySources &+ unchecked &+ unexpected &+ badCheck
        }
    }

    private enum Agent {
        case lite(LiteAgent)
        case controlling(ControllingAgent)
    }

    package private(set) var state = State.checking
    /// Where media and RTCP go; `nil` until ICE has selected it.
    package private(set) var path: NetworkPath?
    /// When anything authentic last came: a check, SRTP, SRTCP, or a message of the handshake.
    package private(set) var lastAuthenticated: Instant?
    package private(set) var counters = Counters()
    /// Whether something could not be sent because the keys' packet indexes are used: the session is to be closed.
    package private(set) var isExhausted = false
    private var agent: Agent
    private let dtls: DTLSSession
    private let fingerprints: [Fingerprint]
    private var flight = DTLSFlight()
    private var outbound: OutboundContext?
    private var inbound: InboundContext?
    private let firstRTCPIndex: UInt32

    /// The server's side: ICE-lite, DTLS server.
    ///
    /// `firstRTCPIndex` is 0, but for tests of the end of indexes.
    ///
    /// - Throws: ``TLSError`` when OpenSSL can't make a session.
    package init(
        server local: ICECredentials, remote: ICECredentials, fingerprints: [Fingerprint], dtls: DTLSContext,
        firstRTCPIndex: UInt32 = 0
    ) throws(TLSError) {
        self.firstRTCPIndex = firstRTCPIndex
        let session = try DTLSSession(dtls, role: .server)
        self.dtls = session
        self.fingerprints = fingerprints
        agent = .lite(LiteAgent(local: local, remote: remote))
    }

    /// The client's side: controlling ICE agent, DTLS client; it begins to check at once.
    ///
    /// `candidates` are the server's addresses, best first; `tieBreaker` is 64 random bits (RFC 8445 §7.1.2).
    ///
    /// - Throws: ``TLSError`` when OpenSSL can't make a session.
    package init(
        client local: ICECredentials, remote: ICECredentials, candidates: [SocketAddress],
        fingerprints: [Fingerprint], dtls: DTLSContext, tieBreaker: UInt64, at now: Instant
    ) throws(TLSError) {
        let session = try DTLSSession(dtls, role: .client)
        firstRTCPIndex = 0
        self.dtls = session
        self.fingerprints = fingerprints
        let ranked = candidates.enumerated().map { index, address in
            Candidate(
                foundation: "\(index + 1)",
                priority: Candidate.priority(.host, localPreference: UInt16(clamping: 65_535 - index)), address: address
            )
        }
        var controlling = ControllingAgent(local: local, remote: remote, candidates: ranked, tieBreaker: tieBreaker)
        controlling.start(at: now)
        agent = .controlling(controlling)
    }

    /// Of the client's last answered check; `nil` on the server's side.
    package var roundTrip: Duration? {
        if case .controlling(let agent) = agent { agent.roundTrip } else { nil }
    }

    package var deadline: Instant? {
        if case .closed = state { return nil }
        // Asked of every endpoint a hundred times a second: the server's agent is not even copied.
        if case .lite = agent { return flight.deadline }
        if case .controlling(let agent) = agent { return agent.deadline.earlier(flight.deadline) }
        return flight.deadline
    }

    /// Whether media may come from `path`: ICE has checked it.
    package func isValidated(_ path: NetworkPath, at now: Instant) -> Bool {
        switch agent {
        case .lite(let agent): agent.isValidated(path, at: now)
        case .controlling(let agent): agent.isValidated(path)
        }
    }

    /// Takes one datagram; SRTP and SRTCP are decrypted in place.
    package func receive(
        _ datagram: inout MutableRawSpan, on path: NetworkPath, at now: Instant, into outbox: inout Outbox
    ) -> Received {
        if case .closed = state { return .nothing }
        // RFC 7983 §7: the first byte tells what it is.
        switch try? datagram.bytes.bigEndian(UInt8.self, at: 0) {
        case .some(0...3): return receiveCheck(datagram.bytes, on: path, at: now, into: &outbox)
        case .some(20...63): return receiveHandshake(datagram.bytes, on: path, at: now, into: &outbox)
        case .some(128...191): return receiveMedia(&datagram, on: path, at: now)
        case .some, .none:
            counters.unexpected &+= 1
            return .nothing
        }
    }

    // MARK: ICE

    private func receiveCheck(
        _ message: borrowing RawSpan, on path: NetworkPath, at now: Instant, into outbox: inout Outbox
    ) -> Received {
        let authenticator = StunAuthenticator()
        var selected: NetworkPath?
        switch agent {
        case .lite(var lite):
            let outcome = lite.receive(message, on: path, at: now, authenticator: authenticator, into: &outbox)
            agent = .lite(lite)
            switch outcome {
            case .ignored: counters.badCheck &+= 1
            case .refused: break
            case .answered: lastAuthenticated = now
            case .selected(let path):
                lastAuthenticated = now
                selected = path
            }
        case .controlling(var controlling):
            let outcome = controlling.receive(message, on: path, at: now, authenticator: authenticator)
            agent = .controlling(controlling)
            switch outcome {
            case .ignored: counters.badCheck &+= 1
            case .refused: break
            case .answered: lastAuthenticated = now
            case .selected(let path):
                lastAuthenticated = now
                selected = path
            }
        }
        guard let selected else { return .nothing }
        self.path = selected
        if state == .checking {
            // A peer may have begun, and even ended, its handshake on a checked path before it nominated one.
            state = outbound == nil ? .handshaking : .connected
            if dtls.role == .client {
                do throws(TLSError) { try dtls.start() } catch { return fail(.handshakeFailed) }
                sendFlight(to: selected, at: now, into: &outbox)
            }
        }
        return .changed
    }

    /// New ICE credentials; keys and path live on until the peer nominates under the new ones (RFC 8445 §9).
    package func restartICE(local: ICECredentials, remote: ICECredentials) {
        guard case .lite(var lite) = agent else { return }
        lite.restart(local: local, remote: remote)
        agent = .lite(lite)
    }

    /// The user fragments under which the server's side takes checks.
    package var localFragments: [String] {
        if case .lite(let agent) = agent { agent.localFragments } else { [] }
    }

    // MARK: DTLS

    private func receiveHandshake(
        _ datagram: borrowing RawSpan, on path: NetworkPath, at now: Instant, into outbox: inout Outbox
    ) -> Received {
        guard isValidated(path, at: now) else {
            counters.unchecked &+= 1
            return .nothing
        }
        do throws(TLSError) {
            try dtls.receive(datagram)
        } catch {
            sendFlight(to: path, at: now, into: &outbox)
            return fail(.handshakeFailed)
        }
        let wasConnected = state == .connected
        if dtls.isConnected, outbound == nil {
            if let failure = finishHandshake() { return fail(failure) }
            lastAuthenticated = now
        }
        sendFlight(to: self.path ?? path, at: now, into: &outbox)
        if dtls.isClosed { return fail(.peerClosed) }
        return wasConnected == (state == .connected) ? .nothing : .changed
    }

    private func sendFlight(to path: NetworkPath, at now: Instant, into outbox: inout Outbox) {
        let datagrams = dtls.takeFlight()
        if dtls.isConnected { flight.cancel() }
        guard !datagrams.isEmpty else { return }
        flight.send(datagrams, isFinal: dtls.isConnected, to: path, at: now, into: &outbox)
    }

    /// Checks who the peer is and makes the keys.
    private func finishHandshake() -> CloseReason? {
        let isAnnounced = fingerprints.contains { announced in
            guard let hash = FingerprintHash(rawValue: announced.algorithm) else { return false }
            return dtls.peerFingerprint(hash) == announced.value
        }
        guard isAnnounced else { return .fingerprintMismatch }
        guard let exported = try? dtls.exportedKeys(), let profile = SRTPProfile(rawValue: exported.profile) else {
            return .handshakeFailed
        }
        let client = SRTPMasterKey(key: exported.clientKey, salt: exported.clientSalt)
        let server = SRTPMasterKey(key: exported.serverKey, salt: exported.serverSalt)
        let isServer = dtls.role == .server
        outbound = OutboundContext(
            profile, master: isServer ? server : client, firstRTCPIndex: firstRTCPIndex, factory: PacketCiphers())
        inbound = InboundContext(profile, master: isServer ? client : server, factory: PacketCiphers())
        guard outbound != nil, inbound != nil else { return .handshakeFailed }
        // Media goes to a path that the peer has nominated: until then the keys wait.
        if path != nil { state = .connected }
        return nil
    }

    private func fail(_ reason: CloseReason) -> Received {
        state = .closed(reason)
        flight.cancel()
        return .changed
    }

    /// Sends close_notify; nothing is taken or sent afterwards.
    package func close(_ reason: CloseReason = .ended, at now: Instant, into outbox: inout Outbox) {
        if case .closed = state { return }
        dtls.close()
        if let path { for datagram in dtls.takeFlight() { outbox.append(datagram, to: path) } }
        _ = fail(reason)
    }

    // MARK: SRTP

    private func receiveMedia(_ datagram: inout MutableRawSpan, on path: NetworkPath, at now: Instant) -> Received {
        // Almost always the selected path: comparing is cheaper than looking it up.
        guard path == self.path || isValidated(path, at: now) else {
            counters.unchecked &+= 1
            return .nothing
        }
        guard state == .connected else {
            counters.unexpected &+= 1
            return .nothing
        }
        do throws(SRTPDrop) {
            if RTCPPacket.isControl(datagram.bytes) {
                guard let length = try inbound?.unprotectRTCP(&datagram) else { return .nothing }
                lastAuthenticated = now
                return .rtcp(length: length)
            }
            guard let opened = try inbound?.unprotectRTP(&datagram) else { return .nothing }
            lastAuthenticated = now
            return .rtp(length: opened.length, index: opened.index)
        } catch {
            switch error {
            case .malformed: counters.malformed &+= 1
            case .badTag: counters.badTag &+= 1
            case .replayed: counters.replayed &+= 1
            case .tooManySources: counters.tooManySources &+= 1
            case .exhausted: return fail(.keysExhausted)
            }
            return .nothing
        }
    }

    /// Makes an SRTP packet; see `OutboundContext.protectRTP` for the parameters.
    ///
    /// - Returns: Its length; `nil` before the handshake is done, without room, or past the last index.
    package func protectRTP(
        into packet: inout MutableRawSpan, headerLength: Int, prefixLength: Int, rest: borrowing RawSpan,
        ssrc: SSRC, index: UInt64
    ) -> Int? {
        outbound?.protectRTP(
            into: &packet, headerLength: headerLength, prefixLength: prefixLength, rest: rest, ssrc: ssrc, index: index)
    }

    /// Makes an SRTCP packet of the compound of `length` bytes at the start of `packet`, in place.
    package func protectRTCP(_ packet: inout MutableRawSpan, length: Int) -> Int? {
        guard state == .connected else { return nil }
        if outbound?.isRTCPExhausted ?? false { exhaust() }
        return outbound?.protectRTCP(&packet, length: length)
    }

    /// A stream has come to the end of its indexes.
    package func exhaust() { isExhausted = true }

    // MARK: Time

    /// Does what is due; see ``deadline``.
    ///
    /// The ids of the client's checks are drawn from `random`; the server draws nothing.
    ///
    /// - Returns: Whether ``state`` changed.
    package func advance(
        to now: Instant, random: inout some RandomNumberGenerator, into outbox: inout Outbox
    ) -> Bool {
        if case .closed = state { return false }
        if case .controlling(var controlling) = agent {
            let event = controlling.advance(
                to: now, authenticator: StunAuthenticator(), random: &random, into: &outbox)
            agent = .controlling(controlling)
            if event != nil { return fail(.consentLost) == .changed }
        }
        if let path { flight.advance(to: now, path: path, into: &outbox) }
        return false
    }
}
