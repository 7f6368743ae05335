import Glibc
import LibUV
import Units

/// Accepts connections and holds them while they last.
final class EchoServer {
    private let loop: EventLoop
    private var listener: TCPListener?
    private var connections: [ObjectIdentifier: EchoConnection] = [:]

    init(on loop: EventLoop) { self.loop = loop }

    /// Starts to listen.
    ///
    /// - Returns: The port.
    func listen(at address: SocketAddress) throws(LoopError) -> UInt16 {
        let listener = try TCPListener(on: loop, address: address) { [weak self] in self?.accept($0) }
        self.listener = listener
        return listener.address.port
    }

    private func accept(_ stream: TCPStream) {
        do throws(LoopError) {
            let connection = try EchoConnection(stream, on: loop)
            let name = ObjectIdentifier(connection)
            connections[name] = connection
            try connection.start { [weak self] in self?.connections[name] = nil }
        } catch {
            stream.close()
        }
    }
}

/// Writes out what was printed, which waits in a buffer when the output is a pipe.
func flushOutput() { fflush(nil) }
