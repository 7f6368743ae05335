import HTTP1
import LibUV
import OpenSSL
import Units
import WebSocket

/// One client: first its handshake, then its messages, each sent back.
final class EchoConnection {
    /// Autobahn's largest messages have 16 MiB.
    private static let messageLimit = 64 << 20
    /// How long a client may leave the connection open after the end.
    private static let patience = Duration.seconds(1)

    private let stream: TCPStream
    private let loop: EventLoop
    private var timer: LoopTimer?
    private var parser = RequestParser()
    private var socket: WebSocketConnection?
    private var deflates = false
    private var onClose: (() -> Void)?

    init(_ stream: TCPStream, on loop: EventLoop) throws(LoopError) {
        self.stream = stream
        self.loop = loop
        stream.writeLimit = 2 * Self.messageLimit
        timer = try LoopTimer(on: loop) { [weak self] in self?.fire() }
    }

    /// Starts to read; `onClose` is called once, when the connection has ended.
    func start(onClose: @escaping () -> Void) throws(LoopError) {
        self.onClose = onClose
        try stream.startReading { [weak self] in
            self?.receive($0)
        } onEnd: { [weak self] _ in
            self?.close()
        }
    }

    private func receive(_ bytes: borrowing RawSpan) {
        guard socket == nil else { return pass(bytes) }
        parser.append(bytes)
        do throws(HTTPError) {
            guard case .request(let request)? = try parser.next() else { return }
            answer(request)
        } catch {
            finish(with: Response(error.status).serialized(for: nil, date: Self.date, keepsAlive: false))
        }
    }

    private func answer(_ request: Request) {
        do throws(HandshakeRefusal) {
            let offer = try WebSocketHandshake.check(request)
            deflates = offer.deflate != nil
            let response = WebSocketHandshake.response(
                accepting: offer, subprotocol: offer.subprotocols.first
            ) { bytes in
                let digest = sha1(bytes.span.bytes)
                return digest.indices.map { digest[$0] }
            }
            write(response.serialized(for: request.method, date: Self.date, keepsAlive: true))
        } catch {
            let response = error.response.serialized(for: request.method, date: Self.date, keepsAlive: false)
            return finish(with: response)
        }
        var settings = WebSocketSettings()
        settings.messageLimit = Self.messageLimit
        settings.emptyFragmentLimit = .max
        settings.deflates = deflates
        socket = WebSocketConnection(role: .server, settings: settings, at: loop.now)
        pass(parser.takeRemainder().span.bytes)
    }

    private func pass(_ bytes: borrowing RawSpan) {
        handle(socket?.receive(bytes, at: loop.now) ?? [])
    }

    private func fire() {
        guard let socket, !socket.isClosed else { return close() }
        handle(self.socket?.advance(to: loop.now) ?? [])
    }

    private func handle(_ events: [WebSocketEvent]) {
        for event in events {
            switch event {
            case .text(let text): send(.text, text)
            case .binary(let bytes): send(.binary, bytes)
            case .closed: return finish(with: socket?.takeOutput() ?? [])
            }
        }
        write(socket?.takeOutput() ?? [])
        if let deadline = socket?.deadline { try? timer?.start(at: deadline) }
    }

    private func send(_ opcode: FrameOpcode, _ content: [UInt8]) {
        let payload = deflates ? CompressedPayload.message(content) : content
        socket?.enqueue(frame: FrameWriter.frame(opcode, payload, isCompressed: deflates))
    }

    private func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        do throws(LoopError) { try stream.write(bytes) } catch { close() }
    }

    /// Sends `bytes` as the last ones and waits a little until the client has finished too.
    private func finish(with bytes: [UInt8]) {
        write(bytes)
        do throws(LoopError) {
            try stream.finishWriting()
            try timer?.start(after: Self.patience)
        } catch {
            close()
        }
    }

    private func close() {
        stream.close()
        timer = nil
        onClose?()
        onClose = nil
    }

    /// Nobody reads it.
    private static let date = "Thu, 01 Jan 1970 00:00:00 GMT"
}
