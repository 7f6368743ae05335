import Glibc
import Testing
import Units
import Wire

@testable import LibUV

@Suite("TCPStream")
struct TCPStreamTests {
    @Test("an echo comes back, over IPv4 and IPv6", arguments: [SocketAddress.loopback, .loopbackV6])
    func echo(address: SocketAddress) throws {
        try withLoop { loop in
            var accepted: TCPStream?
            var back: [UInt8] = []
            var ends = 0
            let listener = try TCPListener(on: loop, address: address) { stream in
                accepted = stream
                #expect(throws: Never.self) {
                    try stream.startReading {
                        try? stream.write($0)
                    } onEnd: {
                        #expect($0 == .finished)
                        try? stream.finishWriting()
                    }
                }
            }
            #expect(listener.address.address == address.address)
            var client: TCPStream?
            client = try TCPStream(connectingTo: listener.address, on: loop) { error in
                #expect(error == nil)
                #expect(throws: Never.self) {
                    try client?.startReading {
                        back += $0.array
                    } onEnd: {
                        #expect($0 == .finished)
                        ends += 1
                        loop.stop()
                    }
                    try client?.write(Array("Điểm cầu".utf8))
                    try client?.finishWriting()
                }
            }
            loop.run()
            #expect(String(decoding: back, as: UTF8.self) == "Điểm cầu")
            #expect(ends == 1)
            #expect(accepted?.peer == (try client?.localAddress()))
            #expect(client?.peer == (try accepted?.localAddress()))
            var counters = TCPListener.Counters()
            counters.accepted = 1
            #expect(listener.counters == counters)
            accepted?.close()
            client?.close()
            (accepted, client) = (nil, nil)
        }
    }

    /// A connection: what was accepted, and what connected.
    private func connected(
        on loop: EventLoop, _ body: @escaping (_ server: TCPStream, _ client: TCPStream) throws -> Void
    ) throws {
        var client: TCPStream?
        var server: TCPStream?
        let listener = try TCPListener(on: loop, address: .loopback) { stream in
            server = stream
            guard let client else { return }
            #expect(throws: Never.self) { try body(stream, client) }
        }
        client = try TCPStream(connectingTo: listener.address, on: loop) { #expect($0 == nil) }
        loop.run()
        server?.close()
        client?.close()
        (server, client) = (nil, nil)
    }

    @Test("a big write to a slow reader is queued, bounded, and arrives whole")
    func slowReader() throws {
        try withLoop { loop in
            let size = 16 << 20
            // Repeats after 251 bytes, so that no power of two lost would go unseen.
            let pattern = (0..<66_000).map { UInt8($0 % 251) }
            var wrong = 0
            var count = 0
            var drained = 0
            try connected(on: loop) { server, client in
                server.writeLimit = size
                server.onDrain = { drained += 1 }
                var content: [UInt8] = []
                while content.count < size { content += pattern[0..<min(251 * 256, size - content.count)] }
                try server.write(content)
                #expect(server.queuedBytes > 0)
                let queued = server.queuedBytes
                #expect(throws: LoopError(call: "", code: -ENOBUFS)) {
                    try server.write([UInt8](repeating: 0, count: size - queued + 1))
                }
                #expect(server.queuedBytes == queued)
                #expect(server.failure == nil)
                server.closeWhenWritten()
                #expect(throws: LoopError(call: "", code: -EPIPE)) { try server.write([1]) }
                // A slow reader: pauses after each chunk.
                let pause = Box(try LoopTimer(on: loop) { #expect(throws: Never.self) { try client.resumeReading() } })
                try client.startReading { bytes in
                    client.pauseReading()
                    try? pause.value.start(after: .milliseconds(1))
                    let start = count % 251
                    let same = bytes.withUnsafeBytes { bytes in
                        pattern.withUnsafeBytes {
                            memcmp($0.baseAddress! + start, bytes.baseAddress!, bytes.count) == 0
                        }
                    }
                    if !same { wrong += 1 }
                    count += bytes.byteCount
                } onEnd: {
                    #expect($0 == .finished)
                    #expect(server.isClosed)
                    loop.stop()
                }
            }
            #expect(count == size)
            #expect(wrong == 0)
            #expect(drained == 0, "closing when written calls nothing back")
        }
    }

    @Test("the owner hears when the queue has drained")
    func drain() throws {
        try withLoop { loop in
            var received = 0
            try connected(on: loop) { server, client in
                server.writeLimit = 8 << 20
                server.onDrain = {
                    #expect(server.queuedBytes == 0)
                    server.close()
                }
                try server.write([UInt8](repeating: 1, count: 8 << 20))
                client.pauseReading()
                try client.startReading {
                    received += $0.byteCount
                } onEnd: { _ in
                    loop.stop()
                }
            }
            #expect(received == 8 << 20)
        }
    }

    @Test("a peer that resets is an error to reader and writer, not the end of the process")
    func reset() throws {
        SignalHandler.ignoreBrokenPipes()
        try withLoop { loop in
            var end: LoopStream.End?
            var stream: TCPStream?
            try connected(on: loop) { server, client in
                stream = server
                try client.startReading { _ in
                } onEnd: { _ in
                }
                try client.write([1, 2, 3])  // Never read: closing the server's side resets the connection.
                try server.startReading { _ in
                    try? server.write([UInt8](repeating: 0, count: 1 << 20))
                    client.close()
                } onEnd: {
                    end = $0
                    loop.stop()
                }
            }
            guard case .failed(let error) = end else {
                Issue.record("\(String(describing: end)) is no failure")
                return
            }
            #expect(["ECONNRESET", "EPIPE"].contains(error.name))
            #expect(stream?.failure == error)
            #expect(throws: error) { try stream?.write([1]) }
        }
    }

    @Test("a connection that is refused says so; one that is closed before says nothing")
    func refused() throws {
        try withLoop { loop in
            let listener = try TCPListener(on: loop, address: .loopback) { _ in }
            let address = listener.address
            listener.close()
            let given = try TCPStream(connectingTo: address, on: loop) { _ in Issue.record("called back") }
            given.close()
            let stream = try TCPStream(connectingTo: address, on: loop) { error in
                #expect(error?.name == "ECONNREFUSED")
                loop.stop()
            }
            loop.run()
            #expect(stream.failure?.name == "ECONNREFUSED")
        }
    }

    @Test("a full descriptor table pauses accepting, keeps who waits, and is counted")
    func descriptorsExhausted() async {
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop()
            var streams: [TCPStream] = []
            let listener = try TCPListener(on: loop, address: .loopback) { stream in
                streams.append(stream)
                loop.stop()
            }
            let client = try TCPStream(connectingTo: listener.address, on: loop) { _ in }
            // Now nothing more can be opened, until the pause has been counted.
            var taken: [Int32] = []
            var limit = rlimit(rlim_cur: 64, rlim_max: 64)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            while case let descriptor = dup(0), descriptor >= 0 { taken.append(descriptor) }
            loop.onPrepare = {
                guard listener.counters.pauses == 2 else { return }
                while let descriptor = taken.popLast() { close(descriptor) }
            }
            loop.run()
            precondition(streams.count == 1 && listener.counters.accepted == 1 && listener.counters.pauses == 2)
            loop.onPrepare = nil
            streams = []
            client.close()
            listener.close()
            try loop.close()
        }
    }
}
