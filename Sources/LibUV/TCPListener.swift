import CDatagrams
import CLibuv
package import Units

/// Accepts TCP connections at one address.
///
/// It has its own socket, because libuv answers a full descriptor table by closing the connections that wait, and tells
/// nobody. Here they stay in the backlog: accepting pauses for 100 ms, longer each time up to a second, and the pause
/// is counted.
package final class TCPListener {
    /// What happened so far.
    package struct Counters: Equatable, Sendable {
        package var accepted: UInt64 = 0
        /// Connections that were gone, or could not be set up, when their turn came.
        package var failed: UInt64 = 0
        /// Times that the table of descriptors was full.
        package var pauses: UInt64 = 0

        package init() {}
    }

    private static let acceptsPerTurn = 64
    private static let pauseRange = Duration.milliseconds(100)...Duration.seconds(1)

    /// Where it listens; the port that the system chose when 0 was asked for.
    package let address: SocketAddress
    package private(set) var counters = Counters()
    private let loop: EventLoop
    private let storage: PollStorage
    private var retry: LoopTimer?
    private var pause = pauseRange.lowerBound
    private let onConnection: (TCPStream) -> Void

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - loop: Where `onConnection` is called.
    ///   - address: The unspecified IPv6 address takes IPv4 connections too, unless `onlyIPv6`.
    ///   - backlog: Connections that the kernel keeps until they are accepted.
    ///   - onlyIPv6: Whether IPv4 is refused at an IPv6 address.
    ///   - onConnection: Gets each connection; one that it does not keep is closed.
    /// - Throws: What the system says, `EADDRINUSE` above all.
    package init(
        on loop: EventLoop, address: SocketAddress, backlog: Int32 = 511, onlyIPv6: Bool = false,
        onConnection: @escaping (TCPStream) -> Void
    ) throws(LoopError) {
        var options = cd_options()
        options.address = cd_address(address)
        options.stream = true
        options.v6only = onlyIPv6
        options.backlog = backlog
        let storage = try PollStorage(socket: LoopError.check(cd_open(&options), "listen"), on: loop)
        do throws(LoopError) {
            weak var listener: TCPListener?
            self.address = try .local(of: storage.socket)
            retry = try LoopTimer(on: loop) { listener?.goOn() }
            try storage.start(UV_READABLE)
            self.loop = loop
            self.storage = storage
            self.onConnection = onConnection
            listener = self
            storage.onEvents = { [weak self] status, _ in self?.accept(status) }
        } catch {
            storage.close()
            throw error
        }
    }

    deinit { storage.close() }

    /// Stops listening; connections not accepted yet are reset.
    package func close() {
        storage.close()
        retry = nil
    }

    private func accept(_ status: Int32) {
        guard status >= 0 else { return pauseAccepting() }
        for _ in 0..<Self.acceptsPerTurn where !storage.isClosing {
            var remote = cd_address()
            let socket = cd_accept(storage.socket, &remote)
            switch socket {
            case 0...:
                pause = Self.pauseRange.lowerBound
                hand(socket, from: SocketAddress(remote))
            case UV_EAGAIN.rawValue:
                return
            case UV_EMFILE.rawValue, UV_ENFILE.rawValue, UV_ENOBUFS.rawValue, UV_ENOMEM.rawValue:
                return pauseAccepting()
            default:
                // An error of that one connection (accept(2) says which the kernel passes on): the next may be fine.
                counters.failed += 1
            }
        }
    }

    private func hand(_ socket: Int32, from remote: SocketAddress) {
        do throws(LoopError) {
            let stream = try TCPStream(adopting: socket, peer: remote, on: loop)
            counters.accepted += 1
            onConnection(stream)
        } catch {
            counters.failed += 1
        }
    }

    private func pauseAccepting() {
        counters.pauses += 1
        storage.stop()
        // Starting a timer fails only on one that is closing.
        try? retry?.start(after: pause)
        pause = min(pause * 2, Self.pauseRange.upperBound)
    }

    private func goOn() {
        guard !storage.isClosing else { return }
        do throws(LoopError) {
            try storage.start(UV_READABLE)
        } catch {
            try? retry?.start(after: Self.pauseRange.upperBound)
        }
    }
}
