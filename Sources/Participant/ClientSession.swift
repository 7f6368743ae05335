import OpenSSL
import Transport
package import Units
package import Wire

/// One session of one device in a room, without IO: joins, sends, receives, comes back after a loss, leaves.
///
/// After each call carry out all of ``takeEffects()`` before the next one, and send what is in the outbox.
package final class ClientSession {
    package let settings: SessionSettings
    package private(set) var state = SessionState.idle
    let resources: SessionResources
    private var effects: [SessionEffect] = []
    private(set) var media: MediaSession?
    private var exchange: JoinExchange?
    private var retry = RetryPolicy()
    private var attempts = 0
    private var connections = 0
    /// What was counted on earlier connections.
    private var traffic = SessionStatus.Traffic()
    private var earlierSlots: [SlotStatus] = []
    private var earlierRefused: UInt64 = 0
    /// When the next try is due, or what is under way is given up.
    private var timer: Instant?
    private var location: String?
    /// The secret that joins media and socket to one session: of the last answer, or given by the shell.
    package var binding: String?
    private var sentBinding: String?
    /// Whether a socket of ours may hold the seat by a secret that we have not heard of yet.
    package var hasSocket = false
    /// How often in a row the seat was another device's.
    private var elsewheres = 0
    private var lastLoss: LossReason?
    private var wasConnected = false

    /// Ours: how long name look-up, TCP, TLS and the answer may take together.
    static let joinTime = Duration.seconds(5)
    static let leaveTime = Duration.seconds(2)

    package init(_ settings: SessionSettings, resources: SessionResources) {
        self.settings = settings
        self.resources = resources
    }

    // MARK: What the shell looks at

    /// Asks the engine what it wants done; rarely anything.
    package func takeEffects() -> [SessionEffect] {
        guard !effects.isEmpty else { return [] }
        defer { effects = [] }
        return effects
    }

    package var hasEffects: Bool { !effects.isEmpty }

    /// When ``advance(to:random:into:)`` has something to do.
    package var deadline: Instant? { timer.earlier(media?.deadline) }

    /// What is received, in the order of the bits of ``ControlNotice/reportedSlots``; empty before the answer.
    package var slots: [SlotID] { media?.slots.map(\.id) ?? [] }

    /// The clock of the slot at `place` of ``slots``, by its last sender report.
    package func senderReport(_ place: Int) -> SlotClock? {
        guard let media, media.slots.indices.contains(place) else { return nil }
        return media.slots[place].clock
    }

    /// Counters as of now; not for the packet path.
    package func status() -> SessionStatus {
        var status = SessionStatus()
        status.state = state
        status.roundTrip = media?.transport.roundTrip
        status.uplinkLoss = media?.uplinkLoss
        status.traffic = media?.traffic ?? traffic
        status.slots = slotStatuses
        status.refused = earlierRefused &+ (media?.transport.counters.all ?? 0)
        status.connections = connections
        return status
    }

    private var slotStatuses: [SlotStatus] {
        guard let media else { return earlierSlots }
        return media.slots.map { slot in
            var status = slot.currentStatus
            if let earlier = earlierSlots.first(where: { $0.slot == slot.id }) { status.add(earlier) }
            return status
        }
    }

    // MARK: Joining

    /// Begins; the first try is made at once.
    package func start(at now: Instant, random: inout some RandomNumberGenerator) {
        guard state == .idle else { return }
        join(at: now, random: &random)
    }

    private func join(at now: Instant, random: inout some RandomNumberGenerator) {
        attempts += 1
        exchange = JoinExchange(settings, certificate: resources.dtls.certificate, random: &random)
        state = .joining
        timer = now.advanced(by: Self.joinTime)
        effects.append(.report(.joining(attempt: attempts)))
        effects.append(.connect)
    }

    /// The connection that `.connect` asked for stands.
    package func signallingOpened(at now: Instant, random: inout some RandomNumberGenerator) {
        switch state {
        case .joining:
            sentBinding = binding
            guard let request = exchange?.request(settings, binding: binding) else {
                end(.refused(RefusalNotice(status: 0, code: "bad-settings", detail: "Room or token can't be sent.")))
                return
            }
            effects.append(.send(request))
        case .leaving:
            if let location, let request = LeaveRequest.bytes(location, settings) { effects.append(.send(request)) }
        case .idle, .connecting, .connected, .waiting, .ended:
            effects.append(.disconnect)
        }
    }

    /// It could not be made, or ended before the answer was complete.
    ///
    /// - Parameters:
    ///   - reason: For people.
    ///   - isFinal: Whether trying again is of no use: the server's certificate is not to be trusted.
    ///   - now: When.
    ///   - random: Spreads the tries.
    package func signallingFailed(
        _ reason: String, isFinal: Bool = false, at now: Instant, random: inout some RandomNumberGenerator
    ) {
        switch state {
        case .joining where isFinal && !wasConnected:
            end(.refused(RefusalNotice(status: 0, code: "server-not-trusted", detail: reason)))
        case .joining: failToReach(reason, at: now, random: &random)
        case .leaving: finishLeaving()
        case .idle, .connecting, .connected, .waiting, .ended: break
        }
    }

    /// Bytes of the server over that connection, in the clear.
    package func signallingReceived(
        _ bytes: borrowing RawSpan, at now: Instant, random: inout some RandomNumberGenerator
    ) {
        if state == .leaving { return finishLeaving() }
        guard state == .joining, var exchange else { return }
        self.exchange = nil
        do throws(ExchangeProblem) {
            guard let outcome = try exchange.receive(bytes) else {
                self.exchange = exchange
                return
            }
            effects.append(.disconnect)
            switch outcome {
            case .joined(let joined): begin(joined, exchange, at: now, random: &random)
            case .refused(let notice): refuse(notice, at: now, random: &random)
            }
        } catch {
            effects.append(.disconnect)
            failToReach(error.text, at: now, random: &random)
        }
    }

    private func begin(
        _ joined: JoinExchange.Joined, _ exchange: JoinExchange, at now: Instant,
        random: inout some RandomNumberGenerator
    ) {
        location = joined.location
        binding = joined.binding ?? binding
        elsewheres = 0
        do throws(TLSError) {
            media = try MediaSession(
                joined.negotiated, local: exchange.credentials, cname: exchange.cname, settings: settings,
                traffic: traffic, shared: resources, at: now, random: &random)
        } catch {
            return failToReach("\(error)", at: now, random: &random)
        }
        state = .connecting
        timer = nil
        effects.append(.report(.answered(session: joined.session)))
    }

    private func refuse(_ notice: RefusalNotice, at now: Instant, random: inout some RandomNumberGenerator) {
        // With our own secret we would have got our own seat at once: if another device has it now, it took it. Or our
        // own socket, which came back first and whose secret is on its way to us.
        let isElsewhere = notice.code == "point-elsewhere"
        elsewheres = isElsewhere && binding == sentBinding ? elsewheres + 1 : 0
        let lostSeat = lastLoss == .closedByServer && binding != nil && elsewheres > (hasSocket ? 1 : 0)
        guard !notice.isReplacement, !lostSeat else { return end(.replaced) }
        guard notice.isTemporary else {
            effects.append(.report(.refused(notice, nextTry: nil)))
            return end(.refused(notice))
        }
        let isOurs = isElsewhere && binding != sentBinding
        let pause = wait(at: now, retryAfter: isOurs ? nil : notice.retryAfter, random: &random)
        effects.append(.report(.refused(notice, nextTry: pause)))
    }

    private func failToReach(_ reason: String, at now: Instant, random: inout some RandomNumberGenerator) {
        let pause = wait(at: now, random: &random)
        effects.append(.report(.unreachable(reason, nextTry: pause)))
    }

    private func wait(
        at now: Instant, retryAfter: Duration? = nil, random: inout some RandomNumberGenerator
    ) -> Duration {
        let pause = retry.pause(at: now, retryAfter: retryAfter, random: &random)
        exchange = nil
        state = .waiting
        timer = now.advanced(by: pause)
        return pause
    }

    private func end(_ end: SessionEnd) {
        exchange = nil
        dropMedia()
        timer = nil
        state = .ended(end)
        effects.append(.report(.ended(end)))
    }

    private func dropMedia() {
        guard let media else { return }
        earlierSlots = slotStatuses
        earlierRefused &+= media.transport.counters.all
        traffic = media.traffic
        self.media = nil
    }

    // MARK: Media

    /// Takes one datagram; media is in the clear in it afterwards.
    package func receive(
        _ datagram: inout MutableRawSpan, on path: NetworkPath, at now: Instant,
        random: inout some RandomNumberGenerator, into outbox: inout Outbox
    ) -> SessionInput {
        guard let media else { return .nothing }
        let input = media.receive(&datagram, on: path, at: now, into: &outbox)
        if case .media = input { return input }
        followTransport(media, at: now, random: &random)
        return input
    }

    /// Sends one packet of ours; see ``OutgoingPacket``.
    ///
    /// - Returns: Whether it went out.
    @discardableResult
    package func send(
        _ packet: OutgoingPacket, payload: borrowing RawSpan, at now: Instant, into outbox: inout Outbox
    ) -> Bool {
        media?.send(packet, payload: payload, at: now, into: &outbox) ?? false
    }

    /// Says at which moment `timestamp` of a track was captured; without it the earliest packets tell.
    package func setClock(_ track: SendingTrack, layer: Int = 0, timestamp: UInt32, capturedAt instant: Instant) {
        media?.stream(track, layer: layer)?.setClock(timestamp: timestamp, at: instant)
    }

    /// Asks for a keyframe of picture slot `index`.
    package func wantKeyframe(ofPicture index: Int, at now: Instant) {
        media?.slots.first { $0.id == .picture(index) }?.wantKeyframe(at: now)
    }

    /// Says that nobody is on the main picture: its next one ends no freeze.
    package func pauseMainPicture() {
        media?.slots.first { $0.id == .picture(0) }?.pauseFrames()
    }

    /// Does what is due; see ``deadline``.
    package func advance(to now: Instant, random: inout some RandomNumberGenerator, into outbox: inout Outbox) {
        if let media {
            media.advance(to: now, random: &random, into: &outbox)
            followTransport(media, at: now, random: &random)
        }
        guard let due = timer, due <= now else { return }
        timer = nil
        switch state {
        case .waiting: join(at: now, random: &random)
        case .joining:
            effects.append(.disconnect)
            failToReach("the server did not answer in time", at: now, random: &random)
        case .leaving: finishLeaving()
        case .idle, .connecting, .connected, .ended: break
        }
    }

    private func followTransport(_ media: MediaSession, at now: Instant, random: inout some RandomNumberGenerator) {
        guard state == .connecting || state == .connected else { return }
        switch media.transport.state {
        case .checking, .handshaking: break
        case .connected:
            guard state == .connecting else { return }
            state = .connected
            connections += 1
            wasConnected = true
            lastLoss = nil
            retry.succeed()
            effects.append(.report(.connected))
        case .closed(let reason):
            dropMedia()
            let loss = LossReason(reason)
            lastLoss = loss
            let pause = wait(at: now, random: &random)
            effects.append(.report(.lost(loss, nextTry: pause)))
        }
    }

    /// The server that this session stood with is gone, as somebody else has found out: comes back at once instead of
    /// waiting until its silence tells.
    package func loseServer(at now: Instant, random: inout some RandomNumberGenerator) {
        guard state == .connecting || state == .connected else { return }
        dropMedia()
        lastLoss = .serverSilent
        let pause = wait(at: now, random: &random)
        effects.append(.report(.lost(.serverSilent, nextTry: pause)))
    }

    // MARK: Leaving

    /// Tells the server that we go; `.ended(.left)` is reported when that is done, in two seconds at the latest.
    package func leave(at now: Instant, into outbox: inout Outbox) {
        switch state {
        case .leaving, .ended: return
        case .idle, .waiting: return end(.left)
        case .joining:
            effects.append(.disconnect)
            return end(.left)
        case .connecting, .connected: break
        }
        state = .leaving
        timer = now.advanced(by: Self.leaveTime)
        effects.append(.connect)
        // Media ends now, whether or not the server can still be asked to forget the resource.
        media?.transport.close(at: now, into: &outbox)
    }

    private func finishLeaving() {
        effects.append(.disconnect)
        end(.left)
    }
}

extension LossReason {
    fileprivate init(_ reason: MediaTransport.CloseReason) {
        self =
            switch reason {
            case .peerClosed: .closedByServer
            case .consentLost: .serverSilent
            case .fingerprintMismatch, .handshakeFailed, .ended: .handshakeFailed
            case .keysExhausted: .keysExhausted
            }
    }
}
