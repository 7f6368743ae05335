import LibUV
import OpenSSL
import Participant
import Units

/// One TLS connection to a server: name look-up, TCP, handshake, bytes both ways.
///
/// After ``close()``, or a failure, nothing is told any more.
final class SignallingConnection {
    struct Problem {
        /// For people.
        var text: String
        /// The server's certificate was refused: trying again is of no use.
        var isFinal = false
    }

    enum Event {
        /// The handshake is done.
        case opened
        /// Plaintext.
        case received([UInt8])
        /// Final; also when the server closed the connection.
        case failed(Problem)
    }

    private let server: ServerAddress
    private let context: TLSClientContext
    private let loop: EventLoop
    private var tell: ((Event) -> Void)?
    private var addresses: ArraySlice<SocketAddress> = []
    private var stream: TCPStream?
    private var session: TLSSession?
    private var isOpen = false

    init(
        to server: ServerAddress, context: TLSClientContext, on loop: EventLoop, tell: @escaping (Event) -> Void
    ) {
        self.server = server
        self.context = context
        self.loop = loop
        self.tell = tell
    }

    deinit { stream?.close() }

    func start() {
        if let address = IPAddress(server.host) {
            addresses = [SocketAddress(address, port: server.port)]
            return connect(after: nil)
        }
        do throws(LoopError) {
            try Resolver.resolve(server.host, port: server.port, on: loop) { [weak self] result in
                guard let self, tell != nil else { return }
                switch result {
                case .success(let found):
                    addresses = found[...]
                    connect(after: nil)
                case .failure(let error): fail("\(server.host) can't be found: \(error)")
                }
            }
        } catch {
            fail("\(server.host) can't be looked up: \(error)")
        }
    }

    func close() {
        tell = nil
        if let session, let stream, isOpen {
            session.close()
            _ = flush()
            stream.closeWhenWritten()
        } else {
            stream?.close()
        }
        session = nil
        stream = nil
    }

    /// Reads nothing any more, so that the server can't send in the end.
    func pauseReading() { stream?.pauseReading() }

    /// Sends `bytes`; returns what stood in the way.
    func send(_ bytes: [UInt8]) -> Problem? {
        do throws(TLSError) {
            try session?.write(bytes.span.bytes)
        } catch {
            return Problem(text: "\(error)")
        }
        return flush()
    }

    // MARK: TCP

    /// Tries the next address.
    private func connect(after error: LoopError?) {
        guard let address = addresses.popFirst() else {
            return fail("\(server) can't be reached: \(error.map { "\($0)" } ?? "no address")")
        }
        do throws(LoopError) {
            stream = try TCPStream(connectingTo: address, on: loop) { [weak self] error in
                guard let self, tell != nil else { return }
                if let error {
                    stream?.close()
                    connect(after: error)
                } else {
                    handshake()
                }
            }
        } catch {
            connect(after: error)
        }
    }

    // MARK: TLS

    private func handshake() {
        do {
            session = try TLSSession(connecting: context, to: server.host)
            try stream?.startReading(
                onRead: { [weak self] bytes in self?.received(bytes) },
                onEnd: { [weak self] end in self?.ended(end) })
        } catch {
            return fail("\(error)")
        }
        if let problem = flush() { fail(problem) }
    }

    private func received(_ bytes: borrowing RawSpan) {
        guard let session else { return }
        do throws(TLSError) {
            try session.receive(bytes)
        } catch {
            _ = flush()
            let isRefusal = error.subject != nil && !isOpen
            return fail(
                Problem(
                    text: isRefusal ? "the server's certificate is refused: \(error)" : "\(error)", isFinal: isRefusal))
        }
        if let problem = flush() { return fail(problem) }
        if session.isHandshakeDone, !isOpen {
            isOpen = true
            tell?(.opened)
        }
        var plaintext: [UInt8] = []
        session.read(into: &plaintext)
        if !plaintext.isEmpty { tell?(.received(plaintext)) }
        if session.isClosed { fail("the server closed the connection") }
    }

    private func ended(_ end: LoopStream.End) {
        switch end {
        case .finished: fail("the server closed the connection")
        case .failed(let error): fail("\(server): \(error)")
        }
    }

    private func flush() -> Problem? {
        guard let session, let stream else { return nil }
        var output: [UInt8] = []
        session.takeOutput(into: &output)
        guard !output.isEmpty else { return nil }
        do throws(LoopError) {
            try stream.write(output)
            return nil
        } catch {
            return Problem(text: "\(server): \(error)")
        }
    }

    private func fail(_ text: String) { fail(Problem(text: text)) }

    private func fail(_ problem: Problem) {
        let tell = tell
        self.tell = nil
        stream?.close()
        tell?(.failed(problem))
    }
}
