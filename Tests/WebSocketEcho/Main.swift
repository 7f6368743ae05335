import LibUV
import Units

/// A server that sends every message back, for Autobahn|Testsuite: `WebSocketEcho [PORT [MINUTES]]`.
///
/// It listens on 127.0.0.1, at a port of the system's choice for 0, prints the port as its first line, and ends by
/// itself after 30 minutes or the number given.
@main
enum Main {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { UInt16($0) }
        let loop = try EventLoop()
        let server = EchoServer(on: loop)
        let port = try server.listen(at: SocketAddress(.loopback, port: arguments.first ?? 0))
        print(port)
        flushOutput()
        let end = try LoopTimer(on: loop) { loop.stop() }
        try end.start(after: .seconds(60 * Int(arguments.dropFirst().first ?? 30)))
        loop.run()
    }
}
