import SimulatedNetwork
import Testing
import Units
import WebSocket

/// Compressed messages (RFC 7692 §6 and §7.2).
@Suite("Compression")
struct CompressionTests {
    private static let hello = Array("Hello".utf8)

    private func run(_ bytes: [UInt8], limit: Int = 1_000, ratio: Int? = nil) -> ReaderRun {
        ReaderRun(bytes, by: .client, limit: limit, deflates: true, ratio: ratio)
    }

    private func compressed(_ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        FrameWriter.frame(.text, payload, isFinal: isFinal, isCompressed: true)
    }

    // MARK: RFC 7692 §7.2.3

    @Test("the standard's examples are read")
    func examples() {
        let examples: [(String, [UInt8])] = [
            ("§7.2.3.1", [0xC1, 0x07, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]),
            ("§7.2.3.1, in frames", [0x41, 0x03, 0xF2, 0x48, 0xCD, 0x80, 0x04, 0xC9, 0xC9, 0x07, 0x00]),
            (
                "§7.2.3.3, stored",
                [0xC1, 0x0B, 0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00]
            ),
            ("§7.2.3.4, BFINAL", [0xC1, 0x08, 0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00]),
            (
                "§7.2.3.5, two blocks",
                [0xC1, 0x0D, 0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00]
            ),
        ]
        for (name, bytes) in examples { #expect(run(bytes).messages == [.text(Self.hello)], "\(name)") }
        #expect(run([0xC1, 0x01, 0x00]).messages == [.text([])], "§7.2.3.6, empty")
        let again: [UInt8] = [0xC1, 0x05, 0xF2, 0x00, 0x11, 0x00, 0x00]
        #expect(run(examples[0].1 + again).code == 1007, "§7.2.3.2: what came before is not remembered")
    }

    @Test("the standard's example is written")
    func writing() {
        #expect(CompressedPayload.message(Self.hello) == [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00])
        #expect(compressed([1]) == [0xC1, 0x01, 1])
        #expect(
            CompressedPayload.lastStoredPart(Self.hello)
                == [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00])
    }

    @Test("parts made apart from each other are one message, whichever are compressed")
    func parts() {
        let shared = (0..<300).flatMap { Array("line \($0), ".utf8) }
        let (head, tail) = (Array("head ".utf8), Array(" tail".utf8))
        let part = FrameWriter.frame(.continuation, CompressedPayload.part(shared), isFinal: false)
        let lasts = [CompressedPayload.lastPart(tail), CompressedPayload.lastStoredPart(tail)]
        for first in [CompressedPayload.part(head), CompressedPayload.storedPart(head)] {
            for last in lasts {
                let message = compressed(first, isFinal: false) + part + FrameWriter.frame(.continuation, last)
                #expect(run(message, limit: 10_000).messages == [.text(head + shared + tail)])
            }
        }
        #expect(part.count * 3 < shared.count)
    }

    // MARK: What is wrong

    @Test("RSV1 stands at the beginning of a message, where it was agreed to, and nowhere else")
    func reservedBits() {
        let payload = CompressedPayload.message(Self.hello)
        #expect(run(compressed(payload)).messages == [.text(Self.hello)], "the control")
        #expect(ReaderRun(compressed(payload), by: .client).code == 1002, "not agreed to")
        for opcode: FrameOpcode in [.continuation, .close, .ping, .pong] {
            #expect(run(FrameWriter.frame(opcode, [], isCompressed: true)).code == 1002, "\(opcode)")
        }
        let begun = compressed(Array(payload.prefix(2)), isFinal: false)
        let flagged = FrameWriter.frame(.continuation, Array(payload.dropFirst(2)), isCompressed: true)
        #expect(run(begun + flagged).code == 1002)
        for bit: UInt8 in [0x10, 0x20] {
            var frame = compressed(payload)
            frame[0] |= bit
            #expect(run(frame).code == 1002)
        }
        let plain = FrameWriter.text(Self.hello)
        #expect(
            run(plain + compressed(payload) + FrameWriter.ping([1]) + plain).messages
                == [.text(Self.hello), .text(Self.hello), .ping([1]), .text(Self.hello)], "both kinds, mixed")
    }

    @Test("what is no DEFLATE is 1007, and so is text that is no UTF-8 when decompressed")
    func badStreams() {
        for payload: [UInt8] in [[], [0xFF], [0x06], [0, 1, 0, 0, 0], [0xF2, 0x48], [UInt8](repeating: 7, count: 50)] {
            #expect(run(compressed(payload)).code == 1007, "\(payload)")
        }
        for content: [UInt8] in [[0xFF], [0xC3], [0xED, 0xA0, 0x80]] {
            #expect(run(compressed(CompressedPayload.message(content))).code == 1007, "\(content)")
            let binary = FrameWriter.frame(.binary, CompressedPayload.message(content), isCompressed: true)
            #expect(run(binary).messages == [.binary(content)])
        }
    }

    // MARK: Limits

    @Test("a message at the limit is taken, one byte more is refused, before and after decompressing")
    func limits() {
        let full = [UInt8](repeating: 0x61, count: 1_000)
        #expect(run(compressed(CompressedPayload.message(full))).messages == [.text(full)])
        #expect(run(compressed(CompressedPayload.message(full + [0x61]))).code == 1009)
        let stored = CompressedPayload.lastStoredPart(full)
        #expect(run(compressed(stored)).code == 1009, "its frame is already too long")
        let bomb = CompressedPayload.message([UInt8](repeating: 0, count: 100_000_000))
        #expect(run(compressed(bomb), limit: 262_144).code == 1009)
    }

    @Test("messages that come together may be decompressed to twice the limit together")
    func together() {
        let full = compressed(CompressedPayload.message([UInt8](repeating: 0x61, count: 1_000)))
        let small = compressed(CompressedPayload.message([0x61]))
        #expect(run(full + full).messages.count == 2)
        let run = run(full + full + small)
        #expect(run.messages.count == 2 && run.code == 1009)
        var reader = FrameReader(role: .client, messageLimit: 1_000, deflates: true)
        for _ in 0..<10 {
            var position = 0
            #expect(throws: Never.self) { try reader.next(in: full.span.bytes, from: &position) }
        }
    }

    @Test("above 16 KiB a message may not have more than the ratio")
    func ratio() {
        func message(_ count: Int) -> [UInt8] {
            compressed(CompressedPayload.message([UInt8](repeating: 0x61, count: count)))
        }
        #expect(run(message(16_384), limit: 1 << 20, ratio: 1).error == nil)
        #expect(run(message(100_000), limit: 1 << 20, ratio: 64).code == 1009)
        #expect(run(message(100_000), limit: 1 << 20).error == nil, "without a ratio")
        let lines = (0..<2_000).flatMap { Array(#"{"code":"\#($0)","state":"present"},"#.utf8) }
        let text = compressed(CompressedPayload.message(lines))
        #expect(run(text, limit: 1 << 20, ratio: 64).messages == [.text(lines)])
    }

    // MARK: Pieces

    @Test("in random pieces the same as whole, right or wrong", arguments: 0..<20 as Range<UInt64>)
    func pieces(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let text = Array("Xin chào Điềm Cầu, xin chào, xin chào".utf8)
        let payload = CompressedPayload.message(text)
        let session =
            masked(.text, Array(payload.prefix(9)), isFinal: false, isCompressed: true) + masked(.ping, "a")
            + masked(.continuation, Array(payload.dropFirst(9))) + masked(.text, "plain")
            + masked(.binary, CompressedPayload.message([1, 2, 3]), isCompressed: true) + closing(1000)
        let whole = ReaderRun(session, deflates: true)
        #expect(whole.messages.count == 5 && whole.messages.contains(.text(text)) && whole.error == nil)
        for _ in 0..<50 {
            var broken = session
            let place = Int.random(in: 0..<broken.count, using: &random)
            broken[place] ^= UInt8.random(in: 0...255, using: &random)
            let expected = ReaderRun(broken, deflates: true)
            let run = ReaderRun(broken, deflates: true) { Int.random(in: 1...9, using: &random) }
            #expect(run.messages == expected.messages && run.error == expected.error, "byte \(place)")
        }
    }

    @Test("a connection takes compressed messages where they were agreed to, and sends its own as they are")
    func connection() {
        var settings = WebSocketSettings()
        settings.deflates = true
        var server = WebSocketConnection(role: .server, settings: settings, at: .zero)
        var plain = WebSocketConnection(role: .server, at: .zero)
        let message = masked(.text, CompressedPayload.message(Self.hello), isCompressed: true)
        #expect(server.receive(message.span.bytes, at: .zero) == [.text(Self.hello)])
        #expect(
            plain.receive(message.span.bytes, at: .zero)
                == [.closed(.protocolError, reason: "reserved bits", by: .local)])
        server.send(text: Self.hello)
        #expect(server.takeOutput() == FrameWriter.text(Self.hello))
        let bad = masked(.text, [0xFF], isCompressed: true)
        #expect(
            server.receive(bad.span.bytes, at: .zero)
                == [.closed(.invalidPayload, reason: "message is not DEFLATE", by: .local)])
    }
}
