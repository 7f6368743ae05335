package import LibUV
package import Participant
package import Units
import Wire

/// One session of one device on a loop: the IO shell of ``ClientSession``.
///
/// It joins, comes back after losses and tells its handlers, until it has ended or is closed. Everything is called on
/// the loop's thread.
package final class Client {
    package struct Options: Sendable {
        /// Bytes of receive queue asked of the kernel.
        package var receiveBuffer: Int32 = 4 << 20

        package init() {}
    }

    package let settings: SessionSettings
    package var handlers: ClientHandlers
    private let session: ClientSession
    private let options: Options
    private unowned let shared: ClientLoop
    private var socket: DatagramSocket?
    private let link = SignallingLink()
    private var isRunningEffects = false
    private var lastStatus: (status: SessionStatus, time: Instant)?

    init(_ settings: SessionSettings, options: Options, handlers: ClientHandlers, on shared: ClientLoop) {
        self.settings = settings
        self.options = options
        self.handlers = handlers
        self.shared = shared
        session = ClientSession(settings, resources: shared.resources)
    }

    package var state: SessionState { session.state }
    /// The secret that joins this media to a socket.
    package var binding: String? {
        get { session.binding }
        set { session.binding = newValue }
    }
    /// Whether a socket of the same device may hold the seat already.
    package var hasSocket: Bool {
        get { session.hasSocket }
        set { session.hasSocket = newValue }
    }
    package var slots: [SlotID] { session.slots }
    /// What went through the UDP socket, the kernel's drops among it.
    package var datagrams: DatagramCounters { socket?.counters ?? DatagramCounters() }

    /// Begins to join.
    ///
    /// - Throws: ``ClientError`` when there is no UDP socket to be had.
    package func start() throws(ClientError) {
        if socket == nil { try openSocket() }
        session.start(at: shared.loop.now, random: &shared.random)
        runEffects()
    }

    /// Tells the server that we go; the handlers hear of `.ended(.left)` within two seconds.
    package func leave() {
        shared.beginWriting(self)
        session.leave(at: shared.loop.now, into: &shared.outbox)
        runEffects()
    }

    /// The server that it stood with is gone: comes back at once.
    package func loseServer() {
        shared.beginWriting(self)
        session.loseServer(at: shared.loop.now, random: &shared.random)
        runEffects()
    }

    /// Sends one packet, if the session is connected; it goes out at the end of the loop's turn at the latest.
    ///
    /// - Parameters:
    ///   - packet: What it is.
    ///   - payload: An RTP payload, at most 1,150 bytes, so that the datagram fits into 1,200.
    /// - Returns: Whether it went out.
    @discardableResult
    package func send(_ packet: OutgoingPacket, payload: borrowing RawSpan) -> Bool {
        guard session.state == .connected else { return false }
        shared.beginWriting(self)
        return session.send(packet, payload: payload, at: shared.loop.now, into: &shared.outbox)
    }

    /// Says at which moment `timestamp` was captured; without it the packets that come the earliest tell.
    package func setClock(_ track: SendingTrack, layer: Int = 0, timestamp: UInt32, capturedAt instant: Instant) {
        session.setClock(track, layer: layer, timestamp: timestamp, capturedAt: instant)
    }

    /// Asks for a keyframe of picture slot `index`.
    package func wantKeyframe(ofPicture index: Int) {
        session.wantKeyframe(ofPicture: index, at: shared.loop.now)
    }

    /// Says that nobody is on the main picture: its next one ends no freeze.
    package func pauseMainPicture() { session.pauseMainPicture() }

    /// Ends everything at once, without telling the server and without a further event.
    package func close() {
        handlers = ClientHandlers()
        link.close()
        socket?.close()
    }

    /// Where it stands, and its counters.
    package func status() -> SessionStatus { session.status() }

    /// Where it stands, with rates since the last call.
    package func takeStatus() -> ClientStatus {
        let now = shared.loop.now
        let status = session.status()
        defer { lastStatus = (status, now) }
        return ClientStatus(status, since: lastStatus?.status, over: lastStatus.map { now.since($0.time) })
    }

    // MARK: Datagrams

    private func openSocket() throws(ClientError) {
        // One socket for both families; where there is no IPv6, one for IPv4.
        do throws(LoopError) {
            socket = try makeSocket(.anyV6)
        } catch {
            do throws(LoopError) {
                socket = try makeSocket(.anyV4)
            } catch {
                throw ClientError("no UDP socket: \(error)")
            }
        }
    }

    private func makeSocket(_ address: IPAddress) throws(LoopError) -> DatagramSocket {
        var socketOptions = DatagramSocket.Options()
        socketOptions.receiveBuffer = options.receiveBuffer
        socketOptions.sendBuffer = 1 << 20
        socketOptions.backlogBytes = 64 << 10
        return try DatagramSocket(
            on: shared.loop, address: SocketAddress(address, port: 0), options: socketOptions
        ) { [unowned self] datagram, path, now in receive(&datagram, on: path, at: now) }
    }

    private func receive(_ datagram: inout MutableRawSpan, on path: NetworkPath, at now: Instant) {
        shared.beginWriting(self)
        let input = session.receive(
            &datagram, on: path, at: now, random: &shared.random, into: &shared.outbox)
        switch input {
        case .media(let packet):
            handlers.onMedia(packet, datagram.bytes.extracting(packet.payload), now)
        case .control(let notice):
            tell(notice)
        case .nothing:
            if session.hasEffects { runEffects() }
        }
    }

    private func tell(_ notice: ControlNotice) {
        var slots = notice.reportedSlots
        let ids = slots == 0 ? [] : session.slots
        while slots != 0 {
            let place = slots.trailingZeroBitCount
            slots &= slots &- 1
            if let clock = session.senderReport(place), place < ids.count { handlers.onSenderReport(ids[place], clock) }
        }
        var layers = notice.wantedLayers
        while layers != 0 {
            handlers.onKeyframeWanted(layers.trailingZeroBitCount)
            layers &= layers &- 1
        }
        if session.hasEffects { runEffects() }
    }

    func advance(to now: Instant) {
        guard let deadline = session.deadline, deadline <= now else { return }
        shared.beginWriting(self)
        session.advance(to: now, random: &shared.random, into: &shared.outbox)
        runEffects()
    }

    func flush(_ outbox: inout Outbox) { socket?.flush(&outbox) }

    // MARK: Signalling

    /// Carries out what the session wants, also what comes to be wanted meanwhile.
    private func runEffects() {
        guard !isRunningEffects else { return }
        isRunningEffects = true
        defer { isRunningEffects = false }
        while session.hasEffects {
            for effect in session.takeEffects() { run(effect) }
        }
    }

    private func run(_ effect: SessionEffect) {
        switch effect {
        case .connect: connect()
        case .send(let bytes):
            if let problem = link.send(bytes) { fail(problem) }
        case .disconnect:
            link.close()
        case .report(let event): handlers.onEvent(event)
        }
    }

    private func connect() {
        link.open(to: settings.server, on: shared) { [weak self] event in self?.signalling(event) }
    }

    private func fail(_ problem: SignallingConnection.Problem) {
        link.close()
        session.signallingFailed(
            problem.text, isFinal: problem.isFinal, at: shared.loop.now, random: &shared.random)
    }

    private func signalling(_ event: SignallingConnection.Event) {
        let now = shared.loop.now
        switch event {
        case .opened: session.signallingOpened(at: now, random: &shared.random)
        case .received(let bytes): session.signallingReceived(bytes.span.bytes, at: now, random: &shared.random)
        case .failed(let problem): fail(problem)
        }
        runEffects()
    }
}
