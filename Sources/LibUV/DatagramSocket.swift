import CDatagrams
import CLibuv
import Glibc
package import Units
package import Wire

/// A UDP socket that receives and sends in batches, and knows which of our addresses each datagram was written to.
///
/// Allocates nothing per datagram: all sockets of a loop share one receive buffer, and what is sent goes straight out of
/// the caller's outbox.
package final class DatagramSocket {
    /// Gets each datagram, with the time at which its batch was received.
    ///
    /// It may change the bytes, which are its own until it returns, and send and close.
    package typealias Receiver = (inout MutableRawSpan, NetworkPath, Instant) -> Void

    package struct Options: Sendable {
        /// Bytes asked of the kernel: its default loses packets for everybody after a stall of half a second.
        package var receiveBuffer: Int32 = 4 << 20
        package var sendBuffer: Int32 = 4 << 20
        /// Whether a socket bound to an IPv6 address refuses IPv4 (which it otherwise takes when that address is `::`).
        package var onlyIPv6 = false
        /// Whether runs of equal datagrams leave as one message (`UDP_SEGMENT`).
        package var segmentation = true
        /// Batches of 64 datagrams that are received before others on the loop have their turn.
        package var batchesPerTurn = 4
        /// Bytes of datagrams that wait when the kernel has no room; what finds none there is dropped.
        package var backlogBytes = 256 << 10

        package init() {}
    }

    /// Where it is bound; the port that the system chose when 0 was asked for.
    package let localAddress: SocketAddress
    private let loop: EventLoop
    private let storage: PollStorage
    private let receiver: Receiver
    private let batchesPerTurn: Int
    private var sender: DatagramSender
    private var receiveCounters = DatagramCounters()
    private var lastOverflows: UInt32 = 0

    package init(
        on loop: EventLoop, address: SocketAddress, options: Options = Options(), onReceive: @escaping Receiver
    ) throws(LoopError) {
        var wanted = cd_options()
        wanted.address = cd_address(address)
        wanted.v6only = options.onlyIPv6
        wanted.receive_buffer = options.receiveBuffer
        wanted.send_buffer = options.sendBuffer
        let storage = try PollStorage(socket: LoopError.check(cd_open(&wanted), "bind"), on: loop)
        let bound: SocketAddress
        do throws(LoopError) {
            bound = try .local(of: storage.socket)
            try storage.start(UV_READABLE)
        } catch {
            storage.close()
            throw error
        }
        let family = address.address.isIPv6 ? AF_INET6 : AF_INET
        localAddress = bound
        batchesPerTurn = max(1, options.batchesPerTurn)
        sender = DatagramSender(
            batcher: DatagramBatcher(
                family: family, bound: bound.address.isUnspecified ? nil : bound.address,
                batch: loop.datagramWorkspace.sending, segmentation: options.segmentation),
            backlogBytes: options.backlogBytes)
        receiver = onReceive
        self.loop = loop
        self.storage = storage
        storage.onEvents = { [weak self] in self?.handle(status: $0, events: $1) }
    }

    deinit { storage.close() }

    package var counters: DatagramCounters {
        var counters = sender.counters
        counters.received = receiveCounters.received
        counters.receivedBytes = receiveCounters.receivedBytes
        counters.receiveBatches = receiveCounters.receiveBatches
        counters.truncated = receiveCounters.truncated
        counters.receiveErrors = receiveCounters.receiveErrors
        counters.queueOverflows = receiveCounters.queueOverflows
        return counters
    }

    /// Bytes of receive queue that the kernel gave, which counts its own overhead too.
    package var receiveBuffer: Int {
        var size: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(storage.socket, SOL_SOCKET, SO_RCVBUF, &size, &length) == 0 else { return 0 }
        return Int(size)
    }

    /// Closes the socket at once; nothing is received or sent any more.
    package func close() { storage.close() }

    // MARK: Sending

    /// Sends everything in `outbox` and empties it.
    ///
    /// Each datagram leaves from its path's local address, or from one that the kernel chooses where that is unspecified.
    /// What the kernel has no room for waits, up to `backlogBytes`; what it refuses is counted.
    package func flush(_ outbox: inout Outbox) {
        guard !storage.isClosing else { return outbox.removeAll() }
        let socket = storage.socket
        let wasBlocked = sender.isBlocked
        sender.flush(&outbox) { cd_send(socket, $0, $1, $2) }
        if sender.isBlocked != wasBlocked { poll() }
    }

    private func resume() {
        let socket = storage.socket
        sender.resume { cd_send(socket, $0, $1, $2) }
        if !sender.isBlocked { poll() }
    }

    private func poll() {
        do throws(LoopError) {
            if sender.isBlocked {
                try storage.start(UV_READABLE, UV_WRITABLE)
            } else {
                try storage.start(UV_READABLE)
            }
        } catch {
            receiveCounters.receiveErrors &+= 1
        }
    }

    // MARK: Receiving

    private func handle(status: Int32, events: Int32) {
        guard status >= 0 else { return recover() }
        if events & Int32(UV_READABLE.rawValue) != 0 { receive() }
        if events & Int32(UV_WRITABLE.rawValue) != 0, !storage.isClosing { resume() }
    }

    /// libuv stops polling a socket that has an error pending, such as one of the network's: read it and go on.
    private func recover() {
        receiveCounters.receiveErrors &+= 1
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(storage.socket, SOL_SOCKET, SO_ERROR, &error, &length)
        poll()
    }

    private func receive() {
        let workspace = loop.datagramWorkspace
        for _ in 0..<batchesPerTurn where !storage.isClosing {
            let result = receiveBatch(workspace.receiving, into: &workspace.buffer)
            guard result >= 0 else {
                if result != UV_EAGAIN.rawValue, result != UV_EINTR.rawValue { receiveCounters.receiveErrors &+= 1 }
                return
            }
            receiveCounters.receiveBatches &+= 1
            let now = loop.now
            for slot in 0..<Int(result) where !storage.isClosing {
                handOut(slot, of: workspace.receiving, in: &workspace.buffer, at: now)
            }
            guard result == DatagramWorkspace.batchSize else { return }
        }
    }

    private func receiveBatch(_ batch: OpaquePointer, into buffer: inout PacketBuffer) -> Int32 {
        let size = DatagramWorkspace.slotSize
        var room = buffer.mutableBytes(0..<DatagramWorkspace.batchSize * size)
        return room.withUnsafeMutableBytes { room in
            cd_receive(storage.socket, batch, room.baseAddress, size, UInt32(DatagramWorkspace.batchSize))
        }
    }

    private func handOut(_ slot: Int, of batch: OpaquePointer, in buffer: inout PacketBuffer, at now: Instant) {
        var header = cd_received()
        cd_get(batch, UInt32(slot), &header)
        if header.overflows != 0 {
            receiveCounters.queueOverflows &+= UInt64(header.overflows &- lastOverflows)
            lastOverflows = header.overflows
        }
        guard !header.truncated else {
            receiveCounters.truncated &+= 1
            return
        }
        receiveCounters.received &+= 1
        receiveCounters.receivedBytes &+= UInt64(header.length)
        let path = NetworkPath(
            remote: SocketAddress(header.remote),
            local: SocketAddress(IPAddress(header.local), port: localAddress.port))
        let start = slot * DatagramWorkspace.slotSize
        var datagram = buffer.mutableBytes(start..<start + Int(header.length))
        receiver(&datagram, path, now)
    }
}
