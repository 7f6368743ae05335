import Bridge
import Configuration
import Glibc
import HTTP1
import LibUV
import Logging
import OpenSSL
import Units

/// The IO of the control loop: listener, TLS connections, room files, signals and the metrics listener.
///
/// All of it stands around the control plane; plain, bound to its loop's thread.
final class ControlShell {
    private let loop: EventLoop
    private let settings: ServerSettings
    private let certificates: CertificateKeeper
    private let log: Logger
    private let plane: ControlPlane
    private let media: [Mailbox<MediaMail>]
    private var folder: RoomFolder
    private var connections: ConnectionTable
    private var listener: TCPListener?
    private var metrics: MetricsListener?
    private var timer: LoopTimer?
    /// Sockets that may have something to send, the next ones last.
    private var waiting: [SocketID] = []
    /// Connections with more requests than are answered in one turn.
    private var asking: [ServerConnection] = []
    /// Makes a turn come at once, for the rest of ``waiting`` and for ``asking``.
    private var nextTurn: LoopTimer?
    private var watcher: FileWatcher?
    private var hangUp: SignalHandler?
    private var random = SecureRandom()
    private var snapshots: [MediaSnapshot]
    private var turns = LoopStatistics()
    private var nextPublication = Instant.zero
    private(set) var mailbox: Mailbox<MediaReport>?

    /// Ours; sockets served in one turn: news for thousands must not keep those waiting who come meanwhile.
    private static let socketsPerTurn = 128

    init(
        _ plane: ControlPlane, settings: ServerSettings, certificates: CertificateKeeper, media: [Mailbox<MediaMail>],
        log: Logger, on loop: EventLoop
    ) {
        self.plane = plane
        self.settings = settings
        self.certificates = certificates
        self.media = media
        self.log = log
        self.loop = loop
        folder = RoomFolder(settings.rooms)
        connections = ConnectionTable(
            limit: settings.maximumConnections, limitPerAddress: settings.maximumConnectionsPerAddress)
        snapshots = Array(repeating: MediaSnapshot(), count: media.count)
    }

    /// - Returns: Where it listens.
    func open() throws -> SocketAddress {
        reloadRooms()
        mailbox = try Mailbox<MediaReport>(on: loop) { [unowned self] in read($0) }
        timer = try LoopTimer(on: loop) { [unowned self] in tick() }
        try timer?.start(after: .milliseconds(100), every: .milliseconds(100))
        nextTurn = try LoopTimer(on: loop) {}
        do throws(LoopError) {
            watcher = try FileWatcher(directory: settings.rooms, on: loop) { [unowned self] in reloadRooms() }
        } catch {
            log.error("\(settings.rooms): changes of room files will not be noticed: \(error)")
        }
        hangUp = try SignalHandler(.hangUp, on: loop) { [unowned self] in certificates.reload(at: moment) }
        if let address = settings.metrics {
            do throws(LoopError) {
                metrics = try MetricsListener(on: loop, address: address) { [unowned self] in metricsText() }
            } catch {
                throw ServerError.address(address, error, option: "--metrics")
            }
            log.info("metrics", metadata: ["address": "http://\(address)/metrics"])
        }
        loop.onPrepare = { [unowned self] in endTurn() }
        do throws(LoopError) {
            let listener = try TCPListener(on: loop, address: settings.listen) { [unowned self] in accept($0) }
            self.listener = listener
            return listener.address
        } catch {
            throw ServerError.address(settings.listen, error, option: "--listen")
        }
    }

    func close() {
        plane.shutDown(at: loop.now)
        waiting += plane.takeReadySockets()
        repeat { endTurn() } while !waiting.isEmpty
        loop.onPrepare = nil
        listener?.close()
        listener = nil
        metrics?.close()
        metrics = nil
        for connection in connections.all { connection.close() }
        watcher?.close()
        watcher = nil
        hangUp = nil
        timer = nil
        nextTurn = nil
        mailbox?.close()
        mailbox = nil
    }

    var moment: Moment { Moment(instant: loop.now, unixTime: time(nil)) }

    // MARK: Connections

    private func accept(_ stream: TCPStream) {
        guard connections.admits(stream.peer.address) else { return stream.close() }
        var limits = MessageLimits()
        limits.head = settings.maximumHead
        limits.body = settings.maximumBody
        do {
            let connection = try ServerConnection(
                stream, context: certificates.context, limits: limits, requestTimeout: settings.requestTimeout,
                host: self)
            connections.insert(connection)
            try connection.start()
        } catch {
            stream.close()
        }
    }

    // MARK: Between the loops

    private func read(_ reports: [MediaReport]) {
        for report in reports {
            for event in report.events { plane.handle(event, from: report.loop, at: loop.now) }
            if let snapshot = report.snapshot { snapshots[report.loop] = snapshot }
        }
    }

    /// Just before the loop waits: media loops are told everything that the turn brought, sockets as many as may be.
    private func endTurn() {
        if waiting.isEmpty { waiting = plane.takeReadySockets() }
        let next = waiting.suffix(Self.socketsPerTurn)
        waiting.removeLast(next.count)
        for socket in next { connections.connection(of: socket)?.pump() }
        let asked = asking
        asking = []
        for connection in asked { connection.goOn() }
        // Without the timer the rest would follow with the next event, or tick.
        if !waiting.isEmpty || !asking.isEmpty { try? nextTurn?.start(after: .zero) }
        sendCommands()
    }

    /// Commands leave together, once a turn and loop.
    private func sendCommands() {
        for note in plane.takeNotes() {
            let media = note.resource.map { "\($0)" } ?? "-"
            log.info("\(note.event)", metadata: ["room": "\(note.room)", "who": "\(note.who)", "media": "\(media)"])
        }
        let commands = plane.takeCommands()
        guard !commands.isEmpty else { return }
        for (number, mailbox) in media.enumerated() {
            let own = commands.filter { $0.loop == number }.map(\.command)
            if !own.isEmpty, !mailbox.send(.commands(own)) { log.error("media loop \(number) takes no commands") }
        }
    }

    // MARK: Time and files

    private func tick() {
        let now = loop.now
        for connection in connections.overdue(at: now) { connection.close() }
        plane.advance(to: moment)
        certificates.look(at: moment)
        guard now >= nextPublication else { return }
        nextPublication = now.advanced(by: .seconds(1))
        turns = loop.takeStatistics()
    }

    private func reloadRooms() {
        for problem in folder.reload() { log.error("\(problem)") }
        plane.setRooms(folder.rooms, at: loop.now)
    }

    // MARK: Metrics

    private func metricsText() -> String {
        ServerMetrics(
            rooms: plane.roomFigures, refusals: plane.refusalCounts, media: snapshots, control: turns,
            certificateEnd: certificates.end, connections: connections.count, sockets: plane.socketCount,
            resynchronisations: plane.resynchronisations, refusedConnections: connections.refused,
            timedOutConnections: connections.timedOut, listener: listener?.counters ?? TCPListener.Counters(),
            lines: settings.metricsPerPoint ? plane.lineSeries : []
        ).text
    }
}

extension ControlShell: ConnectionHost {
    func answer(_ request: Request, from peer: SocketAddress) -> Reply {
        plane.answer(request, at: moment, random: &random)
    }

    func receive(_ bytes: borrowing RawSpan, on socket: SocketID) {
        plane.receive(bytes, on: socket, at: moment, random: &random)
    }

    func output(of socket: SocketID) -> [UInt8]? { plane.output(of: socket, at: loop.now) }

    func isOver(_ socket: SocketID) -> Bool { plane.isOver(socket, at: loop.now) }

    func connectionUpgraded(_ connection: ServerConnection) { connections.setSocket(of: connection) }

    func connectionWaits(_ connection: ServerConnection) { asking.append(connection) }

    func connectionEnded(_ connection: ServerConnection) {
        if let socket = connection.socket { plane.detach(socket, at: loop.now) }
        connections.remove(connection)
    }
}

/// The control loop as the rest of the server sees it.
actor ControlWorker {
    private let thread: LoopThread
    private let shell: ControlShell

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.loop.asUnownedSerialExecutor() }

    init(
        _ thread: LoopThread, _ control: ControlSettings, settings: ServerSettings,
        certificate: CertificateSource.Loaded, media: [Mailbox<MediaMail>], log: Logger
    ) {
        self.thread = thread
        shell = ControlShell(
            ControlPlane(control), settings: settings, certificates: CertificateKeeper(certificate, log: log),
            media: media, log: log, on: thread.loop)
    }

    func open() throws -> SocketAddress { try shell.open() }

    var mailbox: Mailbox<MediaReport>? { shell.mailbox }

    /// Says goodbye to everybody; what media loops have to do about it is on its way to them afterwards.
    func close() { shell.close() }
}
