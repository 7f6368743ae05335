import SimulatedNetwork
import Testing
import WebSocket

@Suite("FrameReader")
struct FrameReaderTests {
    private static let hello = Array("Hello".utf8)

    // MARK: RFC 6455 §5.7

    @Test("the standard's examples are read")
    func examplesRead() {
        let plain: [UInt8] = [0x81, 0x05] + Self.hello
        #expect(ReaderRun(plain, by: .client).messages == [.text(Self.hello)])
        let maskedText: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(ReaderRun(maskedText).messages == [.text(Self.hello)])
        let parts: [UInt8] = [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]
        #expect(ReaderRun(parts, by: .client).messages == [.text(Self.hello)])
        #expect(ReaderRun([0x89, 0x05] + Self.hello, by: .client).messages == [.ping(Self.hello)])
        let pong: [UInt8] = [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(ReaderRun(pong).messages == [.pong(Self.hello)])
        let medium = [UInt8](repeating: 7, count: 256)
        #expect(ReaderRun([0x82, 0x7E, 0x01, 0x00] + medium, by: .client).messages == [.binary(medium)])
        let large = [UInt8](repeating: 7, count: 65_536)
        let head: [UInt8] = [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0]
        #expect(ReaderRun(head + large, by: .client, limit: 65_536).messages == [.binary(large)])
    }

    @Test("the standard's examples are written")
    func examplesWritten() {
        #expect(FrameWriter.text(Self.hello) == [0x81, 0x05] + Self.hello)
        #expect(
            FrameWriter.text(Self.hello, mask: 0x37FA_213D)
                == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
        #expect(FrameWriter.frame(.text, [0x48, 0x65, 0x6C], isFinal: false) == [0x01, 0x03, 0x48, 0x65, 0x6C])
        #expect(FrameWriter.frame(.continuation, [0x6C, 0x6F]) == [0x80, 0x02, 0x6C, 0x6F])
        #expect(FrameWriter.ping(Self.hello) == [0x89, 0x05] + Self.hello)
        #expect(FrameWriter.binary([UInt8](repeating: 7, count: 256)).prefix(4) == [0x82, 0x7E, 0x01, 0x00])
        let large = FrameWriter.binary([UInt8](repeating: 7, count: 65_536))
        #expect(large.prefix(10) == [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] && large.count == 65_546)
        #expect(FrameWriter.ping([UInt8](repeating: 1, count: 126)).count == 127)
    }

    @Test("lengths on both sides of each form", arguments: [0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537])
    func lengths(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        #expect(ReaderRun(masked(.binary, payload), limit: count).messages == [.binary(payload)])
        #expect(ReaderRun(FrameWriter.binary(payload), by: .client, limit: count).messages == [.binary(payload)])
    }

    // MARK: What is wrong

    @Test("a length not in its shortest form is refused")
    func longForms() {
        for frame: [UInt8] in [
            [0x82, 0xFE, 0, 125], [0x82, 0xFE, 0, 0], [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF],
            [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1],
        ] {
            let run = ReaderRun(frame)
            #expect(run.code == 1002 && run.position == frame.count, "\(frame)")
        }
    }

    @Test("a length with the top bit set is refused at that byte, one just below it as too big")
    func hugeLengths() {
        let run = ReaderRun([0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])
        #expect(run.code == 1002 && run.position == 3)
        let head: [UInt8] = [0x82, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7)
        #expect(ReaderRun(head).error == nil, "the key is still to come")
        #expect(ReaderRun(head + [1, 2, 3, 4]).code == 1009)
    }

    @Test("every first byte: only the opcodes that exist, and no reserved bit", arguments: 0...255)
    func firstBytes(byte: Int) {
        let run = ReaderRun([UInt8(byte), 0x80, 1, 2, 3, 4])
        switch byte {
        case 0x01, 0x02: #expect(run.messages.isEmpty && run.error == nil)
        case 0x81: #expect(run.messages == [.text([])])
        case 0x82: #expect(run.messages == [.binary([])])
        case 0x88: #expect(run.messages == [.close(.none, "")])
        case 0x89: #expect(run.messages == [.ping([])])
        case 0x8A: #expect(run.messages == [.pong([])])
        default: #expect(run.code == 1002 && run.messages.isEmpty)
        }
        let isContinuation = byte & 0x7F == 0
        #expect(run.error == nil || run.position == (isContinuation ? 6 : 1), "at the first byte that shows it")
    }

    @Test("the mask is demanded of clients and refused of servers")
    func masks() {
        #expect(ReaderRun(FrameWriter.text(Self.hello)).code == 1002)
        #expect(ReaderRun(masked(.text, Self.hello), by: .client).code == 1002)
        #expect(ReaderRun(FrameWriter.ping([])).code == 1002)
        #expect(ReaderRun(masked(.text, Self.hello, key: 0)).messages == [.text(Self.hello)], "a key of 0 is one")
    }

    @Test("control frames above 125 bytes or in parts are refused", arguments: [.close, .ping, .pong] as [FrameOpcode])
    func controls(opcode: FrameOpcode) {
        #expect(ReaderRun([0x80 | opcode.rawValue, 0xFE, 0, 126]).code == 1002)
        #expect(ReaderRun([0x80 | opcode.rawValue, 0xFF]).code == 1002)
        #expect(ReaderRun(masked(opcode, [], isFinal: false)).code == 1002)
    }

    @Test("an error stays")
    func errorStays() {
        var reader = FrameReader(role: .server)
        let good = masked(.text, "good")
        for bytes in [[0xFF], good, []] {
            var position = 0
            #expect(throws: WebSocketError(.protocolError, "reserved bits")) {
                _ = try reader.next(in: bytes.span.bytes, from: &position)
            }
        }
    }

    // MARK: Limits

    @Test("a message at the limit is taken, one byte more is refused before any of it is kept")
    func messageLimit() {
        let full = [UInt8](repeating: 0x61, count: 1_000)
        #expect(ReaderRun(masked(.text, full)).messages == [.text(full)])
        let over = masked(.text, full + [0x61])
        let run = ReaderRun(over)
        #expect(run.code == 1009 && run.position == 8, "as soon as the header has been read")
        let parts =
            masked(.binary, Array(full.prefix(999)), isFinal: false) + masked(.continuation, [1], isFinal: false)
        #expect(ReaderRun(parts + masked(.continuation)).messages.first == .binary(full.prefix(999) + [1]))
        #expect(ReaderRun(parts + masked(.continuation, [2])).code == 1009)
    }

    @Test("the default limit is 256 KiB")
    func defaultLimit() throws {
        for (count, passes) in [(262_144, true), (262_145, false)] {
            var reader = FrameReader(role: .server)
            let frame = masked(.text, [UInt8](repeating: 0x61, count: count))
            var position = 0
            if passes {
                let message = try reader.next(in: frame.span.bytes, from: &position)
                #expect(message == .text([UInt8](repeating: 0x61, count: count)))
            } else {
                #expect(throws: WebSocketError(.messageTooBig, "message too big")) {
                    _ = try reader.next(in: frame.span.bytes, from: &position)
                }
            }
        }
    }

    @Test("empty fragments without end are refused, and counted anew in the next message")
    func emptyFragments() {
        let message =
            masked(.text, [], isFinal: false) + (0..<7).flatMap { _ in masked(.continuation, [], isFinal: false) }
        let end = masked(.continuation, "a")
        let more = masked(.continuation, [], isFinal: false)
        #expect(ReaderRun(message + end + message + end).messages == [.text([0x61]), .text([0x61])])
        #expect(ReaderRun(message + more).code == 1008)
        #expect(ReaderRun(message + masked(.ping) + more).code == 1008)
    }

    // MARK: Pieces

    /// Something of everything that is allowed.
    private static let session =
        masked(.text, "Xin chào Điềm Cầu", isFinal: false) + masked(.ping, "a") + masked(.continuation, "𝄞 end")
        + masked(.binary, [UInt8](0...255)) + masked(.pong) + masked(.text) + masked(.binary, [1], isFinal: false)
        + masked(.continuation, [], isFinal: false) + masked(.continuation, [2]) + closing(1000, Array("tạm biệt".utf8))

    @Test("in random pieces the same as whole", arguments: 0..<40 as Range<UInt64>)
    func pieces(seed: UInt64) {
        let whole = ReaderRun(Self.session)
        #expect(whole.messages.count == 7 && whole.error == nil)
        #expect(ReaderRun.pieces(Self.session, seed: seed) == whole)
        // With one byte changed, both go wrong at the same place in the same way, if they do.
        var random = SplitMix64(state: seed)
        for _ in 0..<50 {
            var broken = Self.session
            let place = Int.random(in: 0..<broken.count, using: &random)
            broken[place] ^= UInt8.random(in: 1...255, using: &random)
            let expected = ReaderRun(broken)
            let run = ReaderRun.pieces(broken, seed: random.next())
            #expect(run.messages == expected.messages && run.error == expected.error, "byte \(place)")
        }
    }

    @Test("cut at any byte: what was whole before comes out, nothing else, and no error")
    func truncation() {
        let whole = ReaderRun(Self.session).messages
        for count in 0..<Self.session.count {
            let run = ReaderRun(Array(Self.session.prefix(count)))
            #expect(run.error == nil)
            #expect(run.messages.count < whole.count && run.messages == Array(whole.prefix(run.messages.count)))
        }
        #expect(ReaderRun(Self.session) { 1 }.messages == whole)
    }
}
