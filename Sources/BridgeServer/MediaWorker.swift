import Bridge
import LibUV
import OpenSSL
import Units
import Wire

/// What a media loop is told by others.
enum MediaMail: Sendable {
    case commands([MediaCommand])
    case message(LoopMessage, from: Int)
}

/// What the control loop is told by a media loop.
struct MediaReport: Sendable {
    var loop: Int
    var events: [MediaEvent] = []
    var snapshot: MediaSnapshot?
}

/// One media loop's figures, published once a second.
struct MediaSnapshot: Sendable {
    var plane = MediaPlane.Counters()
    var socket = DatagramCounters()
    var turns = LoopStatistics()
    var receiveBuffer = 0
    /// Mail to other loops that found their box full.
    var mailDropped: UInt64 = 0
}

/// The IO of one media loop: a socket, a timer, and the plane between them.
///
/// Plain, bound to its loop's thread.
final class MediaShell {
    /// More than this in the outbox goes out before the next datagram is looked at: it stays in the cache.
    private static let flushBytes = 512 << 10
    private static let flushDatagrams = 512

    private let loop: EventLoop
    private let plane: MediaPlane
    private var outbox = Outbox(capacity: 12 << 20, datagrams: 8_192)
    private var socket: DatagramSocket?
    private var timer: LoopTimer?
    private var timerDeadline = Instant.distantFuture
    private var report: LoopTimer?
    private var mailbox: Mailbox<MediaMail>?
    private var peers: [Mailbox<MediaMail>] = []
    private var control: Mailbox<MediaReport>?
    private var mailDropped: UInt64 = 0
    private let number: Int

    init(_ plane: MediaPlane, number: Int, on loop: EventLoop) {
        self.plane = plane
        self.number = number
        self.loop = loop
    }

    func open(_ address: SocketAddress) throws(LoopError) -> (SocketAddress, Mailbox<MediaMail>) {
        let socket = try DatagramSocket(on: loop, address: address) { [unowned self] datagram, path, now in
            plane.receive(&datagram, on: path, at: now, into: &outbox)
            if outbox.used > Self.flushBytes || outbox.count > Self.flushDatagrams { flush() }
        }
        timer = try LoopTimer(on: loop) { [unowned self] in advance() }
        let mailbox = try Mailbox<MediaMail>(on: loop) { [unowned self] in read($0) }
        self.socket = socket
        self.mailbox = mailbox
        return (socket.localAddress, mailbox)
    }

    func start(control: Mailbox<MediaReport>, peers: [Mailbox<MediaMail>]) throws(LoopError) {
        self.control = control
        self.peers = peers
        loop.onPrepare = { [unowned self] in endTurn() }
        let report = try LoopTimer(on: loop) { [unowned self] in publish() }
        try report.start(after: .seconds(1), every: .seconds(1))
        self.report = consume report
    }

    private func flush() { socket?.flush(&outbox) }

    private func advance() { plane.advance(to: loop.now, into: &outbox) }

    private func read(_ mail: [MediaMail]) {
        for item in mail {
            switch item {
            case .commands(let commands):
                for command in commands { plane.handle(command, at: loop.now, into: &outbox) }
            case .message(let message, let sender):
                plane.receive(message, from: sender, at: loop.now, into: &outbox)
            }
            if outbox.used > Self.flushBytes { flush() }
        }
    }

    /// Just before the loop waits: everything that the turn gathered goes out.
    private func endTurn() {
        let now = loop.now
        while let due = plane.deadline, due <= now {
            plane.advance(to: now, into: &outbox)
            flush()
        }
        if !outbox.isEmpty { flush() }
        if plane.hasOutput {
            for (loop, message) in plane.takeMessages() {
                if !peers[loop].send(.message(message, from: number)) { mailDropped &+= 1 }
            }
            let events = plane.takeEvents()
            if !events.isEmpty { control?.send(MediaReport(loop: number, events: events)) }
        }
        // Also when it is later than it was: a timer that fires for nothing costs a turn, starting one next to nothing.
        guard let deadline = plane.deadline, timer?.isStarted == false || deadline != timerDeadline else { return }
        timerDeadline = deadline
        // Starting a timer fails only on one that is closing.
        try? timer?.start(at: deadline)
    }

    private func publish() {
        let snapshot = MediaSnapshot(
            plane: plane.snapshot(outboxDrops: outbox.dropped), socket: socket?.counters ?? DatagramCounters(),
            turns: loop.takeStatistics(), receiveBuffer: socket?.receiveBuffer ?? 0, mailDropped: mailDropped)
        control?.send(MediaReport(loop: number, snapshot: snapshot))
    }

    func close() {
        plane.handle(.closeAll, at: loop.now, into: &outbox)
        flush()
        loop.onPrepare = nil
        timer = nil
        report = nil
        socket?.close()
        socket = nil
        mailbox?.close()
        mailbox = nil
        peers = []
        control = nil
    }
}

/// One media loop as the rest of the server sees it.
actor MediaWorker {
    private let thread: LoopThread
    private let shell: MediaShell

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.loop.asUnownedSerialExecutor() }

    init(_ thread: LoopThread, number: Int, of count: Int, certificate: Certificate, clock: ClockPair) throws(TLSError)
    {
        self.thread = thread
        let context = try DTLSContext(certificate)
        shell = MediaShell(
            MediaPlane(loop: number, of: count, dtls: context, clock: clock), number: number, on: thread.loop)
    }

    func open(_ address: SocketAddress) throws(LoopError) -> (SocketAddress, Mailbox<MediaMail>) {
        try shell.open(address)
    }

    func start(control: Mailbox<MediaReport>, peers: [Mailbox<MediaMail>]) throws(LoopError) {
        try shell.start(control: control, peers: peers)
    }

    /// Ends all media with a close_notify to each client, and gives the loop's handles back.
    func close() { shell.close() }
}
