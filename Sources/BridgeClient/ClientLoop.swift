import Glibc
package import LibUV
package import OpenSSL
package import Participant
import Units
import Wire

/// What all clients of one loop share: keys, randomness, the outbox, the clock that drives them.
///
/// Confined to the loop's thread, as its clients are. ``close()`` it before the loop is closed.
package final class ClientLoop {
    package let loop: EventLoop
    /// The time between two looks at what is due: what a lost packet waits at most before it is asked for.
    static let tick = Duration.milliseconds(10)
    /// Bytes of one turn's datagrams, and how many: the bursts of one client are far below.
    private static let outboxCapacity = (bytes: 512 << 10, datagrams: 1_024)

    let tls: TLSClientContext
    let resources: SessionResources
    var outbox = Outbox(capacity: outboxCapacity.bytes, datagrams: outboxCapacity.datagrams)
    var random = SecureRandom()
    private var timer: LoopTimer?
    private var clients: [Client] = []
    private var sockets: [SocketClient] = []
    /// Sockets' deadlines are seconds: they are looked at once in so many ticks.
    private static let socketTicks = 10
    private var ticks = 0
    /// Whose datagrams are in the outbox.
    private weak var writer: Client?

    /// - Parameters:
    ///   - loop: Its `onPrepare` is taken.
    ///   - trust: Whose certificates are believed.
    /// - Throws: ``ClientError``, which names the file where a file of certificates can't be read.
    package init(on loop: EventLoop, trust: TLSClientContext.Trust) throws(ClientError) {
        self.loop = loop
        do {
            tls = try TLSClientContext(trust: trust)
            let dtls = try DTLSContext(Certificate.forMedia())
            resources = SessionResources(
                dtls: dtls, clock: ClockPair(instant: loop.now, ntp: NTPTime(unixNanoseconds: Self.wallClock)))
        } catch {
            throw ClientError("\(error)")
        }
        SignalHandler.ignoreBrokenPipes()
        do throws(LoopError) {
            let timer = try LoopTimer(on: loop) { [weak self] in self?.advance() }
            try timer.start(after: Self.tick, every: Self.tick)
            self.timer = consume timer
        } catch {
            throw ClientError("\(error)")
        }
        loop.onPrepare = { [weak self] in self?.flush() }
    }

    /// Nanoseconds of Unix time.
    private static var wallClock: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }

    /// Makes a client; it begins with ``Client/start()``.
    package func makeClient(
        _ settings: SessionSettings, options: Client.Options = Client.Options(), handlers: ClientHandlers
    ) -> Client {
        let client = Client(settings, options: options, handlers: handlers, on: self)
        clients.append(client)
        return client
    }

    /// Makes a signalling socket; it begins with ``SocketClient/start()``.
    package func makeSocket(_ settings: SocketSettings, handlers: SocketHandlers) -> SocketClient {
        let socket = SocketClient(settings, handlers: handlers, on: self)
        sockets.append(socket)
        return socket
    }

    /// Closes all clients at once, without telling the server; ``Client/leave()`` is the polite way.
    package func close() {
        flush()
        for client in clients { client.close() }
        for socket in sockets { socket.close() }
        clients = []
        sockets = []
        timer = nil
        loop.onPrepare = nil
    }

    private func advance() {
        let now = loop.now
        for client in clients { client.advance(to: now) }
        ticks += 1
        guard ticks >= Self.socketTicks else { return }
        ticks = 0
        for socket in sockets { socket.advance(to: now) }
    }

    // MARK: The outbox

    /// Makes the outbox `client`'s: what another has in it goes out first.
    func beginWriting(_ client: Client) {
        if writer !== client {
            flush()
            writer = client
        }
    }

    private func flush() {
        guard !outbox.isEmpty else { return }
        writer?.flush(&outbox)
        outbox.removeAll()
    }
}
