import Bridge
import Configuration
import LibUV
import Logging
import OpenSSL
import Units

/// The threads of a server and what lives on them: started one after the other, stopped in the other order, also when
/// starting failed half-way.
actor ServerLoops {
    private let log: Logger
    private var threads: [LoopThread] = []
    private var media: [MediaWorker] = []
    private var mailboxes: [Mailbox<MediaMail>] = []
    private var control: ControlWorker?
    private var logging: LogWorker?

    init(log: Logger) { self.log = log }

    private func makeThread(_ name: String) throws(LoopError) -> LoopThread {
        let thread = try LoopThread(name: name)
        threads.append(thread)
        return thread
    }

    func startLogging() async throws {
        let worker = LogWorker(try makeThread("log"))
        logging = worker
        try await worker.start()
    }

    /// - Returns: Where each loop receives.
    func openMedia(
        _ settings: ServerSettings, certificate: Certificate, clock: ClockPair
    ) async throws -> [SocketAddress] {
        var addresses: [SocketAddress] = []
        for number in 0..<settings.loops {
            let worker = try MediaWorker(
                try makeThread("media-\(number)"), number: number, of: settings.loops, certificate: certificate,
                clock: clock)
            media.append(worker)
            let port = settings.media.port == 0 ? 0 : settings.media.port + UInt16(number)
            let wanted = SocketAddress(settings.media.address, port: port)
            let address: SocketAddress
            let mailbox: Mailbox<MediaMail>
            do throws(LoopError) {
                (address, mailbox) = try await worker.open(wanted)
            } catch {
                throw ServerError.address(wanted, error, option: "--media")
            }
            addresses.append(address)
            mailboxes.append(mailbox)
        }
        return addresses
    }

    /// - Returns: Where HTTPS is served.
    func openControl(
        _ control: ControlSettings, settings: ServerSettings, certificate: CertificateSource.Loaded
    ) async throws -> SocketAddress {
        let worker = ControlWorker(
            try makeThread("control"), control, settings: settings, certificate: certificate, media: mailboxes, log: log
        )
        self.control = worker
        let address = try await worker.open()
        guard let reports = await worker.mailbox else { throw ServerError("the control loop has closed") }
        for worker in media { try await worker.start(control: reports, peers: mailboxes) }
        return address
    }

    func stop() async {
        await control?.close()
        for worker in media { await worker.close() }
        await logging?.stop()
        control = nil
        media = []
        mailboxes = []
        logging = nil
        for thread in threads.reversed() {
            thread.loop.stop()
            do throws(LoopError) { try await thread.finished() } catch { log.error("closing a loop: \(error)") }
        }
        threads = []
    }
}

/// The thread that writes the log.
private actor LogWorker {
    private let thread: LoopThread

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.loop.asUnownedSerialExecutor() }

    init(_ thread: LoopThread) { self.thread = thread }

    func start() throws(LoopError) { try LogWriter.shared.attend(on: thread.loop) }

    func stop() { LogWriter.shared.detach() }
}
