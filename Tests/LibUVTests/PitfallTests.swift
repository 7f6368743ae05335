import Glibc
import Testing
import Units

@testable import LibUV

/// The seven bugs that wrappers of libuv are known for.
@Suite("Seven bugs of libuv wrappers")
struct PitfallTests {
    @Test("1: a handle's memory outlives its owner until the close callback, and not longer")
    func freedTooEarly() throws {
        try withLoop { loop in
            let before = loop.openHandles
            weak var storage: LoopTimer.Storage?
            do {
                let timer = try LoopTimer(on: loop) {}
                storage = timer.storage
            }
            #expect(storage != nil, "libuv still writes to it")
            #expect(loop.openHandles == before + 1)
            try loop.runOneTurn()
            #expect(storage == nil)
        }
    }

    @Test("2: a request that fails at once leaves nothing behind")
    func requestLeaked() throws {
        try withLoop { loop in
            final class Canary {}
            weak var canary: Canary?
            do {
                let kept = Canary()
                canary = kept
                let name = String(repeating: "x", count: 2_000)
                #expect(throws: LoopError.self) {
                    try Resolver.resolve(name, port: 1, on: loop) { _ in _ = kept }
                }
                let stream = try TCPStream(connectingTo: SocketAddress(.loopback, port: 1), on: loop) { _ in _ = kept }
                let pipe = try PipeStream(on: loop)  // Never connected.
                #expect(throws: LoopError.self) { try pipe.finishWriting() }
                #expect(throws: LoopError.self) { try pipe.write([1]) }
                #expect(loop.openRequests == 1, "the connection alone is under way")
                stream.close()
            }
            try loop.runOneTurn()
            #expect(loop.openRequests == 0)
            #expect(canary == nil)
        }
    }

    @Test("3: IPv6 addresses keep all their bits", arguments: ["[2001:db8:1:2:3:4:5:6]:7", "[::1]:65535", "1.2.3.4:5"])
    func addressCutShort(text: String) throws {
        let address = try #require(SocketAddress(text))
        let back = try address.withSocketAddress { SocketAddress($0) }
        #expect(back == address)
    }

    @Test("4: datagrams and streams are read into the same memory again and again")
    func bufferPerDatagram() throws {
        try withLoop { loop in
            var places = Set<UnsafeRawPointer>()
            var received = 0
            let receiver = try DatagramSocket(on: loop, address: .loopback) { datagram, _, _ in
                datagram.withUnsafeMutableBytes { _ = places.insert(UnsafeRawPointer($0.baseAddress!)) }
                received += 1
                if received == 640 { loop.stop() }
            }
            let sender = try DatagramSocket(on: loop, address: .loopback) { _, _, _ in }
            let sending = TestOutbox(bytes: 100_000, datagrams: 64)
            var rounds = 0
            loop.onPrepare = {
                guard rounds < 10, received == rounds * 64 else { return }
                rounds += 1
                for number in 0..<64 { sending.append(number, length: 100, to: NetworkPath(to: receiver.localAddress)) }
                sender.flush(&sending.outbox)
            }
            loop.run()
            loop.onPrepare = nil
            #expect(received == 640)
            #expect(places.count <= 64)
        }
    }

    @Test("5: what the system refuses is thrown, with the system's own code")
    func errorIgnored() throws {
        try withLoop { loop in
            let first = try TCPListener(on: loop, address: .loopback) { _ in }
            #expect(throws: LoopError(call: "", code: -EADDRINUSE)) {
                try TCPListener(on: loop, address: first.address) { _ in }
            }
            let socket = try DatagramSocket(on: loop, address: .loopback) { _, _, _ in }
            #expect(throws: LoopError(call: "", code: -EADDRINUSE)) {
                try DatagramSocket(on: loop, address: socket.localAddress) { _, _, _ in }
            }
            #expect(throws: LoopError(call: "", code: -EADDRNOTAVAIL)) {
                let elsewhere = try #require(SocketAddress("192.0.2.1:0"))
                _ = try DatagramSocket(on: loop, address: elsewhere) { _, _, _ in }
            }
            first.close()
            #expect(throws: Never.self) { try TCPListener(on: loop, address: first.address) { _ in }.close() }
        }
    }

    @Test("6: a timer that was stopped or dropped does not fire; its neighbour does")
    func timerNotCancelled() throws {
        try withLoop { loop in
            let fired = Box<[String]>([])
            let stopped = try LoopTimer(on: loop) { fired.value.append("stopped") }
            try stopped.start(after: .milliseconds(2))
            do {
                let dropped = try LoopTimer(on: loop) { fired.value.append("dropped") }
                try dropped.start(after: .milliseconds(2))
            }
            let neighbour = try LoopTimer(on: loop) {
                fired.value.append("neighbour")
                loop.stop()
            }
            try neighbour.start(after: .milliseconds(5))
            stopped.stop()
            loop.run()
            #expect(fired.value == ["neighbour"])
        }
    }

    @Test("7: a handle that is closed on another thread is a mistake that is told at once")
    func wrongThread() async {
        await #expect(processExitsWith: .failure) {
            // Made on this thread, while the loop belongs to another.
            let thread = try LoopThread(name: "other")
            let loop = thread.loop
            while loop.isCurrent { await Task.yield() }
            _ = try LoopTimer(on: loop) {}
        }
        await #expect(processExitsWith: .failure) {
            let loop = try EventLoop()
            let stream = StreamOnWrongThread(try TCPListener(on: loop, address: .loopback) { _ in })
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                {
                    Unmanaged<StreamOnWrongThread>.fromOpaque($0!).takeUnretainedValue().listener.close()
                    return nil
                }, Unmanaged.passUnretained(stream).toOpaque())
            pthread_join(thread, nil)
            _ = stream
        }
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop()
            try TCPListener(on: loop, address: .loopback) { _ in }.close()
            try loop.close()
        }
    }
}

private final class StreamOnWrongThread {
    let listener: TCPListener
    init(_ listener: TCPListener) { self.listener = listener }
}
