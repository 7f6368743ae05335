import Glibc
import HTTP1
import HTTPTypes
import LibUV
import Telemetry
import Units

/// `/metrics`, `/healthz` and `/readyz` in plain HTTP, for the operator's own network; loopback by default.
final class MetricsListener {
    private var listener: TCPListener?
    private var open: [ObjectIdentifier: TCPStream] = [:]
    /// Scrapers come one at a time; more than this are turned away.
    private static let maximumConnections = 32

    init(on loop: EventLoop, address: SocketAddress, text: @escaping () -> String) throws(LoopError) {
        listener = try TCPListener(on: loop, address: address, backlog: 16) { [unowned self] stream in
            serve(stream, text: text)
        }
    }

    func close() {
        listener?.close()
        listener = nil
        for stream in open.values { stream.close() }
        open = [:]
    }

    private func serve(_ stream: TCPStream, text: @escaping () -> String) {
        guard open.count < Self.maximumConnections else { return stream.close() }
        let id = ObjectIdentifier(stream)
        open[id] = stream
        var parser = RequestParser()
        do throws(LoopError) {
            try stream.startReading(
                onRead: { [unowned self] bytes in
                    parser.append(bytes)
                    guard let answer = Self.answer(&parser, text: text) else { return }
                    // A scraper that does not read gets what the kernel takes.
                    try? stream.write(answer)
                    open[id] = nil
                    stream.closeWhenWritten()
                },
                onEnd: { [unowned self] _ in
                    open[id] = nil
                    stream.close()
                })
        } catch {
            open[id] = nil
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
