import SimulatedNetwork
import Testing
import Units
import WebSocket

@Suite("WebSocketConnection")
struct WebSocketConnectionTests {
    private func seconds(_ count: Double) -> Instant { Instant.zero.advanced(by: .seconds(count)) }

    private func receive(
        _ connection: inout WebSocketConnection, _ frames: [UInt8]..., at now: Instant = .zero
    ) -> [WebSocketEvent] {
        let bytes = frames.flatMap(\.self)
        return connection.receive(bytes.span.bytes, at: now)
    }

    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    // MARK: Messages

    @Test("messages go both ways, a client's masked with fresh keys")
    func messages() {
        var random = SplitMix64(state: 1)
        var client = WebSocketConnection(role: .client, at: .zero)
        var server = WebSocketConnection(role: .server, at: .zero)
        let sizes = [0, 1, 125, 126, 65_535, 65_536]
        for size in sizes { client.send(binary: [UInt8](repeating: 9, count: size)) }
        client.send(text: text("chào"))
        client.send(text: text("chào"))
        let output = client.takeOutput(masking: &random)
        #expect(output.suffix(10).dropFirst(4) != output.dropLast(11).suffix(10).dropFirst(4), "keys differ")
        let events = receive(&server, output)
        let expected = sizes.map { WebSocketEvent.binary([UInt8](repeating: 9, count: $0)) }
        #expect(events == expected + [.text(text("chào")), .text(text("chào"))])
        #expect(client.takeOutput(masking: &random).isEmpty && client.outputCount == 0)

        server.send(text: text("a"))
        server.enqueue(frame: FrameWriter.text(text("b")))
        server.send(binary: [3])
        #expect(receive(&client, server.takeOutput()) == [.text(text("a")), .text(text("b")), .binary([3])])
    }

    @Test("one frame goes to many receivers")
    func sharedFrame() {
        let frame = FrameWriter.text(text("roster"))
        var servers = (0..<3).map { _ in WebSocketConnection(role: .server, at: .zero) }
        for index in servers.indices {
            servers[index].enqueue(frame: frame)
            #expect(servers[index].outputCount == frame.count)
            #expect(servers[index].takeOutput() == frame)
        }
    }

    @Test("a fast sender of pings gets the first ones answered, and the last; nothing grows")
    func manyPings() {
        var server = WebSocketConnection(role: .server, at: .zero)
        let pings = (0..<10_000).flatMap { masked(.ping, [UInt8($0 >> 8), UInt8($0 & 0xFF)]) }
        #expect(receive(&server, pings).isEmpty)
        #expect(server.outputCount < 5_000)
        let output = server.takeOutput()
        let pongs = ReaderRun(output, by: .client).messages
        #expect(pongs.first == .pong([0, 0]) && pongs.last == .pong([0x27, 0x0F]))
        _ = receive(&server, masked(.ping, "x"))
        #expect(server.takeOutput() == FrameWriter.pong(text("x")), "there is room again")
    }

    // MARK: Time

    @Test("pings every 5 s, each answered, tell the round trip")
    func pings() {
        var random = SplitMix64(state: 2)
        var quiet = WebSocketSettings()
        quiet.pingInterval = nil
        var server = WebSocketConnection(role: .server, at: .zero)
        var client = WebSocketConnection(role: .client, settings: quiet, at: .zero)
        #expect(server.deadline == seconds(5) && client.deadline == seconds(20))
        #expect(server.advance(to: seconds(4.9)).isEmpty && server.outputCount == 0)
        for round in 1...10 {
            let now = seconds(Double(5 * round))
            #expect(server.deadline == now)
            #expect(server.advance(to: now).isEmpty)
            #expect(client.receive(server.takeOutput().span.bytes, at: now).isEmpty)
            #expect(client.deadline == now.advanced(by: .seconds(20)))
            let pong = client.takeOutput(masking: &random)
            #expect(server.receive(pong.span.bytes, at: now.advanced(by: .milliseconds(30))).isEmpty)
            #expect(server.roundTrip == .milliseconds(30))
        }
    }

    @Test("a pong of something else is no measurement")
    func strangePong() {
        var server = WebSocketConnection(role: .server, at: .zero)
        _ = receive(&server, masked(.pong, [UInt8](repeating: 0, count: 8)))
        _ = server.advance(to: seconds(5))
        _ = receive(&server, masked(.pong, "x"), at: seconds(6))
        #expect(server.roundTrip == nil)
    }

    @Test("a peer that is silent for 20 s is given up, pings or no pings")
    func silence() {
        var server = WebSocketConnection(role: .server, at: .zero)
        _ = receive(&server, [0x89], at: seconds(1))
        var events: [WebSocketEvent] = []
        var now = Instant.zero
        while let deadline = server.deadline, now < seconds(100) {
            now = deadline
            events += server.advance(to: now)
        }
        #expect(now == seconds(21))
        #expect(events == [.closed(.abnormal, reason: "silent", by: .local)])
        let output = ReaderRun(server.takeOutput(), by: .client).messages
        #expect(output.count == 5 && output.last == .close(.goingAway, "silent"))
        #expect(server.advance(to: seconds(200)).isEmpty && server.takeOutput().isEmpty)
    }

    // MARK: Closing

    @Test("our close waits for the peer's, and drops what comes before it")
    func closeAnswered() {
        var server = WebSocketConnection(role: .server, at: .zero)
        server.send(text: text("last"))
        server.close(.policyViolation, reason: "bye", at: seconds(1))
        server.send(text: text("too late"))
        server.enqueue(frame: FrameWriter.text(text("too late")))
        server.close(.normal, at: seconds(1))
        #expect(!server.isOpen && !server.isClosed && server.deadline == seconds(3))
        #expect(
            server.takeOutput() == FrameWriter.text(text("last")) + FrameWriter.close(.policyViolation, reason: "bye"))
        #expect(receive(&server, masked(.text, "x"), masked(.ping), at: seconds(2)).isEmpty)
        #expect(
            receive(&server, closing(1008), masked(.text, "y"), at: seconds(2)) == [
                .closed(.policyViolation, reason: "bye", by: .local)
            ])
        #expect(server.isClosed && server.deadline == nil && server.outputCount == 0)
        #expect(receive(&server, masked(.text, "z")).isEmpty && server.finish().isEmpty)
    }

    @Test("a peer that does not answer our close has 2 s")
    func closeUnanswered() {
        var server = WebSocketConnection(role: .server, at: .zero)
        server.close(.goingAway, at: seconds(1))
        _ = receive(&server, masked(.text, "x"), at: seconds(2))
        #expect(server.advance(to: seconds(2.9)).isEmpty)
        #expect(server.advance(to: seconds(3)) == [.closed(.goingAway, reason: "", by: .local)])
        #expect(server.isClosed)
    }

    @Test("the peer's close is answered with its code, after the answers to what came before")
    func closedByPeer() {
        var server = WebSocketConnection(role: .server, at: .zero)
        let events = receive(&server, masked(.text, "a"), closing(4001, text("đi")), masked(.text, "b"))
        #expect(events == [.text(text("a")), .closed(CloseCode(rawValue: 4001), reason: "đi", by: .peer)])
        #expect(server.isClosed && server.outputCount == 4)
        server.send(text: text("A"))
        #expect(server.takeOutput() == FrameWriter.text(text("A")) + FrameWriter.close(CloseCode(rawValue: 4001)))
        server.send(text: text("too late"))
        #expect(server.takeOutput().isEmpty && server.outputCount == 0)
    }

    @Test("an empty close is answered with an empty one")
    func emptyClose() {
        var server = WebSocketConnection(role: .server, at: .zero)
        #expect(receive(&server, masked(.close)) == [.closed(.none, reason: "", by: .peer)])
        #expect(server.takeOutput() == [0x88, 0x00])
    }

    @Test("a broken protocol is told, and is the end")
    func failure() {
        var server = WebSocketConnection(role: .server, at: .zero)
        let events = receive(&server, masked(.text, "a"), FrameWriter.text(text("no mask")), masked(.text, "b"))
        #expect(events == [.text(text("a")), .closed(.protocolError, reason: "frame without a mask", by: .local)])
        #expect(server.takeOutput() == FrameWriter.close(.protocolError, reason: "frame without a mask"))
        #expect(receive(&server, masked(.text, "c")).isEmpty)
    }

    @Test("a broken protocol after our close frame sends nothing more")
    func failureWhileClosing() {
        var server = WebSocketConnection(role: .server, at: .zero)
        server.close(.normal, at: .zero)
        _ = server.takeOutput()
        #expect(receive(&server, [0xFF]).count == 1 && server.isClosed)
        #expect(server.takeOutput().isEmpty)
    }

    @Test("a transport that ends without a close frame")
    func lost() {
        var server = WebSocketConnection(role: .server, at: .zero)
        #expect(server.finish() == [.closed(.abnormal, reason: "", by: .peer)])
        #expect(server.finish().isEmpty && server.takeOutput().isEmpty)
        var closing = WebSocketConnection(role: .server, at: .zero)
        closing.close(.normal, reason: "done", at: .zero)
        #expect(closing.finish() == [.closed(.normal, reason: "done", by: .local)])
    }

    @Test("a long reason is cut between two characters; a code that is never sent makes an empty frame")
    func closeFrames() {
        let frame = FrameWriter.close(.normal, reason: String(repeating: "ế", count: 60))
        #expect(frame.count == 2 + 2 + 41 * 3)
        #expect(
            ReaderRun(frame, by: .client).messages == [.close(.normal, String(repeating: "ế", count: 41))])
        #expect(FrameWriter.close(.abnormal, reason: "x") == [0x88, 0x00])
    }

    @Test("a client masks its pongs and its close frame too")
    func clientControls() {
        var random = SplitMix64(state: 3)
        var client = WebSocketConnection(role: .client, at: .zero)
        _ = receive(&client, FrameWriter.ping(text("p")), FrameWriter.close(.goingAway))
        let output = client.takeOutput(masking: &random)
        #expect(ReaderRun(output).messages == [.pong(text("p")), .close(.goingAway, "")])
    }

    @Test("random bytes never do more than end it", arguments: 0..<20 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SplitMix64(state: seed)
        for _ in 0..<200 {
            var server = WebSocketConnection(role: .server, at: .zero)
            var noise = random.bytes(200)
            noise[0] = [0x81, 0x02, 0x89, 0x88][Int(seed & 3)]
            noise[1] |= 0x80
            let events = server.receive(noise.span.bytes, at: .zero)
            let ends = events.filter { if case .closed = $0 { true } else { false } }
            #expect(ends.count <= 1 && server.isClosed == (ends.count == 1))
            #expect(server.isClosed || server.isOpen)
        }
    }
}
