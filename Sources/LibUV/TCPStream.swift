import CLibuv
import Glibc
package import Units

/// A TCP connection: accepted by a ``TCPListener``, or made by ``init(connectingTo:on:onConnect:)``.
///
/// Small writes leave at once (`TCP_NODELAY`), and a peer that vanished is noticed by keep-alive after a minute or so.
package final class TCPStream: LoopStream {
    /// The address of the other end.
    package let peer: SocketAddress

    /// Starts to connect.
    ///
    /// - Parameters:
    ///   - peer: Where to.
    ///   - loop: Where the stream lives.
    ///   - onConnect: Called once, with `nil` when the stream can be used and with the error when it never will be; not
    ///     called when the stream was closed before.
    /// - Throws: What can be said at once; `onConnect` is not called then.
    package init(
        connectingTo peer: SocketAddress, on loop: EventLoop, onConnect: @escaping (LoopError?) -> Void
    ) throws(LoopError) {
        let storage = try Self.makeStorage(on: loop)
        let connect = ConnectRequest(UV_CONNECT, on: loop)
        connect.stream = storage
        connect.onConnect = onConnect
        do throws(LoopError) {
            try peer.withSocketAddress { address throws(LoopError) in
                try connect.start("uv_tcp_connect") {
                    uv_tcp_connect(
                        connect.request(as: uv_connect_t.self), storage.handle(as: uv_tcp_t.self), address
                    ) { ConnectRequest.finish($0).finished(status: $1) }
                }
            }
        } catch {
            storage.close()
            throw error
        }
        self.peer = peer
        super.init(storage)
    }

    /// Takes over a connected, non-blocking socket, which is closed when this fails.
    init(adopting socket: Int32, peer: SocketAddress, on loop: EventLoop) throws(LoopError) {
        let storage: StreamStorage
        do throws(LoopError) {
            storage = try Self.makeStorage(on: loop)
        } catch {
            Glibc.close(socket)
            throw error
        }
        let result = uv_tcp_open(storage.handle(as: uv_tcp_t.self), socket)
        guard result == 0 else {
            storage.close()
            Glibc.close(socket)
            throw LoopError(call: "uv_tcp_open", code: result)
        }
        storage.setUp()
        self.peer = peer
        super.init(storage)
    }

    private static func makeStorage(on loop: EventLoop) throws(LoopError) -> StreamStorage {
        let storage = StreamStorage(UV_TCP, on: loop)
        try LoopError.check(uv_tcp_init(loop.handle, storage.handle(as: uv_tcp_t.self)), "uv_tcp_init")
        storage.adopt()
        return storage
    }

    /// Our own address on this connection.
    package func localAddress() throws(LoopError) -> SocketAddress {
        var socket: Int32 = -1
        try LoopError.check(uv_fileno(storage.handle(as: uv_handle_t.self), &socket), "uv_fileno")
        return try .local(of: socket)
    }
}

extension StreamStorage {
    /// Sets the options of a connected TCP socket.
    ///
    /// A connection that broke in the meantime refuses them; reading and writing are where that is told.
    fileprivate func setUp() {
        uv_tcp_nodelay(handle(as: uv_tcp_t.self), 1)
        uv_tcp_keepalive(handle(as: uv_tcp_t.self), 1, 30)
    }
}

/// `uv_tcp_connect`, under way.
private final class ConnectRequest: LoopRequest {
    var stream: StreamStorage?
    var onConnect: ((LoopError?) -> Void)?

    func finished(status: Int32) {
        guard let stream, !stream.isClosing else { return }
        guard status >= 0 else {
            let error = LoopError(call: "connect", code: status)
            stream.fail(error)
            onConnect?(error)
            return
        }
        stream.setUp()
        onConnect?(nil)
    }
}
