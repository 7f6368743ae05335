import Glibc
import HTTP1
import HTTPTypes
import LibUV
import Telemetry
import Units

/// `/metrics`, `/healthz` and `/readyz` in plain HTTP, for the operator's own network; loopback by default.
final class MetricsListener {
    private var listener: TCPListener?
    private let loop: EventLoop
    private var open: [(stream: TCPStream, since: Instant)] = []
    /// Scrapers come one at a time; more than this are turned away.
    private static let maximumConnections = 32
    /// How long one may take to ask and to read where others wait; ours.
    private static let patience = Duration.seconds(10)

    init(on loop: EventLoop, address: SocketAddress, text: @escaping () -> String) throws(LoopError) {
        self.loop = loop
        listener = try TCPListener(on: loop, address: address, backlog: 16) { [unowned self] stream in
            serve(stream, text: text)
        }
    }

    func close() {
        listener?.close()
        listener = nil
        for (stream, _) in open { stream.close() }
        open = []
    }

    /// Forgets the connections that are over, and ends those that have had their time.
    private func makeRoom() {
        for (stream, since) in open where loop.now.since(since) > Self.patience { stream.close() }
        open.removeAll { $0.stream.isClosed }
    }

    private func serve(_ stream: TCPStream, text: @escaping () -> String) {
        makeRoom()
        guard open.count < Self.maximumConnections else { return stream.close() }
        open.append((stream, loop.now))
        var parser = RequestParser()
        do throws(LoopError) {
            try stream.startReading(
                onRead: { [unowned stream] bytes in
                    parser.append(bytes)
                    guard let answer = Self.answer(&parser, text: text) else { return }
                    // A scraper that does not read gets what the kernel takes.
                    try? stream.write(answer)
                    stream.closeWhenWritten()
                },
                onEnd: { [unowned stream] _ in stream.close() })
        } catch {
            stream.close()
        }
    }

    /// The answer to the first request; each connection has one.
    private static func answer(_ parser: inout RequestParser, text: () -> String) -> [UInt8]? {
        let date = HTTPDate.text(unixSeconds: time(nil))
        do throws(HTTPError) {
            guard case .request(let request) = try parser.next() else { return nil }
            var fields = HTTPFields()
            let isKnown = request.method == .get || request.method == .head
            switch (isKnown, request.target.path) {
            case (true, "/metrics"):
                fields[.contentType] = MetricsText.contentType
                return Response(.ok, fields: fields, body: Array(text().utf8))
                    .serialized(for: request.method, date: date, keepsAlive: false)
            case (true, "/healthz"), (true, "/readyz"):
                fields[.contentType] = "text/plain"
                return Response(.ok, fields: fields, body: Array("ok\n".utf8))
                    .serialized(for: request.method, date: date, keepsAlive: false)
            default:
                return Response(isKnown ? .notFound : .methodNotAllowed)
                    .serialized(for: request.method, date: date, keepsAlive: false)
            }
        } catch {
            return Response(error.status).serialized(for: nil, date: date, keepsAlive: false)
        }
    }
}
