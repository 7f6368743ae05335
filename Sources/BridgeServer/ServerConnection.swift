import Bridge
import HTTP1
import LibUV
import OpenSSL
import Units

/// Where the connections of the signalling port belong: asked on the control loop's thread.
protocol ConnectionHost: AnyObject {
    var moment: Moment { get }
    func answer(_ request: Request, from peer: SocketAddress) -> Reply
    /// Plaintext for a socket of the control plane.
    func receive(_ bytes: borrowing RawSpan, on socket: SocketID)
    /// The next bytes of a socket; `nil` when it has nothing to say at present.
    func output(of socket: SocketID) -> [UInt8]?
    /// Whether a socket has said its last word.
    func isOver(_ socket: SocketID) -> Bool
    /// A connection has become a socket.
    func connectionUpgraded(_ connection: ServerConnection)
    /// A connection has more to answer: call ``ServerConnection/goOn()`` when others have had their turn.
    func connectionWaits(_ connection: ServerConnection)
    func connectionEnded(_ connection: ServerConnection)
}

/// One connection to the signalling port: TCP stream, TLS session, HTTP, and after an upgrade a WebSocket.
final class ServerConnection {
    /// A socket is asked for more only while less than this waits for the kernel: whoever reads slowly makes it wait in
    /// the room's log, of which there is one, and not here.
    private static let highWater = 64 << 10
    /// Ours; more than the longest answer, a roster of 5,000 points with all that staff see.
    private static let writeLimit = 4 << 20
    /// Ours; how long the last bytes may take to leave, and the peer to close.
    private static let lingerLimit = Duration.seconds(2)

    private let stream: TCPStream
    private let session: TLSSession
    private var http: HTTPConnection
    private unowned let host: any ConnectionHost
    private let handshakeDeadline: Instant
    /// Set when the last bytes are on their way.
    private var lingerDeadline: Instant?
    /// Whether the host knows that requests wait to be answered.
    private var isWaiting = false

    let peer: SocketAddress
    private(set) var isClosed = false

    /// The WebSocket that this connection has become.
    var socket: SocketID? { http.socket }

    init(
        _ stream: TCPStream, context: TLSServerContext, limits: MessageLimits, requestTimeout: Duration,
        host: any ConnectionHost
    ) throws(TLSError) {
        session = try TLSSession(accepting: context)
        self.stream = stream
        self.host = host
        peer = stream.peer
        let now = host.moment.instant
        handshakeDeadline = now.advanced(by: requestTimeout)
        http = HTTPConnection(limits: limits, requestTimeout: requestTimeout, at: now)
    }

    func start() throws(LoopError) {
        stream.writeLimit = Self.writeLimit
        stream.onDrain = { [unowned self] in drained() }
        try stream.startReading(
            onRead: { [unowned self] in received($0) }, onEnd: { [unowned self] _ in close() })
    }

    /// Whether the handshake, a request, an idle connection or the end has taken its time; a socket's time is its own.
    func isOverdue(at now: Instant) -> Bool {
        if let lingerDeadline { return now >= lingerDeadline }
        guard socket == nil else { return false }
        return now >= (session.isHandshakeDone ? http.deadline : handshakeDeadline)
    }

    // MARK: In

    private func received(_ bytes: borrowing RawSpan) {
        guard lingerDeadline == nil else { return }
        var plaintext: [UInt8] = []
        do throws(TLSError) {
            try session.receive(bytes)
        } catch {
            send()
            return close()
        }
        session.read(into: &plaintext)
        if !plaintext.isEmpty {
            if let socket { host.receive(plaintext.span.bytes, on: socket) } else { request(plaintext) }
        }
        afterwards()
    }

    private func afterwards() {
        guard !isClosed else { return }
        if socket == nil, http.isFinished { session.close() }
        send()
        // Answers go at once, before what all others are told.
        pump()
        if session.isClosed || (socket == nil && http.isFinished) { finish() }
        holdRequests()
    }

    /// While requests wait their bytes stay with the kernel, and the client waits too.
    private func holdRequests() {
        guard http.holdsRequests, !isClosed, lingerDeadline == nil else { return }
        stream.pauseReading()
        // Whoever does not take the answers gets no more of them: the stream says when it has.
        guard !isWaiting, stream.queuedBytes < Self.highWater else { return }
        isWaiting = true
        host.connectionWaits(self)
    }

    /// Answers requests that waited for others' turn.
    func goOn() {
        isWaiting = false
        guard http.holdsRequests, !isClosed, lingerDeadline == nil else { return }
        request([])
        afterwards()
        guard !http.holdsRequests, !isClosed, lingerDeadline == nil else { return }
        do throws(LoopError) { try stream.resumeReading() } catch { close() }
    }

    private func drained() {
        pump()
        holdRequests()
    }

    private func request(_ plaintext: [UInt8]) {
        let output = http.receive(plaintext.span.bytes, at: host.moment) { host.answer($0, from: peer) }
        if !output.isEmpty {
            do throws(TLSError) { try session.write(output.span.bytes) } catch { return close() }
        }
        guard let socket else { return }
        host.connectionUpgraded(self)
        let rest = http.takeRemainder()
        if !rest.isEmpty { host.receive(rest.span.bytes, on: socket) }
    }

    // MARK: Out

    /// Takes what the socket has to say, as far as the peer reads it.
    func pump() {
        guard let socket, !isClosed, lingerDeadline == nil else { return }
        while stream.queuedBytes < Self.highWater, let bytes = host.output(of: socket) {
            do throws(TLSError) { try session.write(bytes.span.bytes) } catch { return close() }
            send()
            guard !isClosed else { return }
        }
        guard host.isOver(socket) else { return }
        session.close()
        send()
        finish()
    }

    private func send() {
        var output: [UInt8] = []
        session.takeOutput(into: &output)
        guard !output.isEmpty, !isClosed else { return }
        do throws(LoopError) { try stream.write(output) } catch { close() }
    }

    // MARK: The end

    /// Says that nothing more comes and waits, a while, for the peer to say the same: closing with its bytes unread would
    /// reset the connection, and our last words would be lost (RFC 9112 §9.6).
    private func finish() {
        guard !isClosed, lingerDeadline == nil else { return }
        lingerDeadline = host.moment.instant.advanced(by: Self.lingerLimit)
        do throws(LoopError) { try stream.finishWriting() } catch { close() }
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        stream.close()
        host.connectionEnded(self)
    }
}
