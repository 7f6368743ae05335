import Bridge
import HTTP1
import LibUV
import OpenSSL
import Units

/// One connection to the signalling port: TCP stream, TLS session and HTTP joined.
final class ServerConnection {
    private let stream: TCPStream
    private let session: TLSSession
    private var http: HTTPConnection
    private let respond: (Request) -> Response
    private let onEnd: (ServerConnection) -> Void
    private let moment: () -> Moment
    private let handshakeDeadline: Instant

    var peer: SocketAddress { stream.peer }
    private(set) var isClosed = false

    init(
        _ stream: TCPStream, context: TLSServerContext, limits: MessageLimits, requestTimeout: Duration,
        moment: @escaping () -> Moment, respond: @escaping (Request) -> Response,
        onEnd: @escaping (ServerConnection) -> Void
    ) throws(TLSError) {
        session = try TLSSession(accepting: context)
        self.stream = stream
        self.moment = moment
        self.respond = respond
        self.onEnd = onEnd
        let now = moment().instant
        handshakeDeadline = now.advanced(by: requestTimeout)
        http = HTTPConnection(limits: limits, requestTimeout: requestTimeout, at: now)
    }

    func start() throws(LoopError) {
        try stream.startReading(
            onRead: { [unowned self] in received($0) }, onEnd: { [unowned self] _ in close() })
    }

    /// Whether the handshake, a request or an idle connection has taken its time.
    func isOverdue(at now: Instant) -> Bool {
        now >= (session.isHandshakeDone ? http.deadline : handshakeDeadline)
    }

    private func received(_ bytes: borrowing RawSpan) {
        var plaintext: [UInt8] = []
        do throws(TLSError) {
            try session.receive(bytes)
        } catch {
            send()
            return close()
        }
        session.read(into: &plaintext)
        if !plaintext.isEmpty {
            let output = http.receive(plaintext.span.bytes, at: moment(), respond: respond)
            if !output.isEmpty {
                do throws(TLSError) { try session.write(output.span.bytes) } catch { return close() }
            }
        }
        if http.isFinished { session.close() }
        send()
        if http.isFinished || session.isClosed { finish() }
    }

    private func send() {
        var output: [UInt8] = []
        session.takeOutput(into: &output)
        guard !output.isEmpty, !isClosed else { return }
        do throws(LoopError) { try stream.write(output) } catch { close() }
    }

    private func finish() {
        guard !isClosed else { return }
        isClosed = true
        stream.closeWhenWritten()
        onEnd(self)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        stream.close()
        onEnd(self)
    }
}
