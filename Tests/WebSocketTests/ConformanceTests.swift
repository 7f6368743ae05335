import Testing
import Units
import WebSocket

/// Cases of our own after the groups of Autobahn|Testsuite, against a connection that sends every message back.
@Suite("Conformance")
struct ConformanceTests {
    /// What a client sends, and what comes back: frames, and whether a close frame with this code is the last.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var sent: [UInt8]
        var answers: [[UInt8]]
        /// `nil` when the connection stays open.
        var code: CloseCode?

        init(_ name: String, _ sent: [[UInt8]], answers: [[UInt8]], code: UInt16? = nil) {
            self.name = name
            self.sent = sent.flatMap(\.self)
            self.answers = answers
            self.code = code.map(CloseCode.init)
        }

        var testDescription: String { name }
    }

    private static func text(_ text: String) -> [UInt8] { FrameWriter.text(Array(text.utf8)) }
    private static func part(_ opcode: FrameOpcode, _ text: String) -> [UInt8] { masked(opcode, text, isFinal: false) }
    private static func bytes(_ count: Int, _ byte: UInt8 = 0x2A) -> [UInt8] { [UInt8](repeating: byte, count: count) }
    /// A small frame with some bits of its first byte set.
    private static func flagged(_ bits: UInt8, _ opcode: FrameOpcode = .text) -> [UInt8] {
        var frame = masked(opcode, "x")
        frame[0] |= bits
        return frame
    }

    /// Group 1: messages of every form of length.
    static let framing = [0, 125, 126, 127, 128, 65_535, 65_536].flatMap { count in
        [
            Case("1.1 text of \(count)", [masked(.text, bytes(count))], answers: [FrameWriter.text(bytes(count))]),
            Case(
                "1.2 binary of \(count)", [masked(.binary, bytes(count, 0xFE))],
                answers: [FrameWriter.binary(bytes(count, 0xFE))]),
        ]
    }

    /// Group 2: pings and pongs.
    static let pings = [
        Case("2.1 an empty ping", [masked(.ping)], answers: [FrameWriter.pong([])]),
        Case(
            "2.3 a ping that is no text", [masked(.ping, [0, 255, 254])], answers: [FrameWriter.pong([0, 255, 254])]),
        Case("2.4 a ping of 125", [masked(.ping, bytes(125))], answers: [FrameWriter.pong(bytes(125))]),
        Case("2.5 a ping of 126", [masked(.ping, bytes(126))], answers: [], code: 1002),
        Case(
            "2.7 a pong nobody asked for", [masked(.pong, "x"), masked(.ping, "y")],
            answers: [
                FrameWriter.pong([0x79])
            ]),
        Case(
            "2.10 ten pings", (0..<10).map { masked(.ping, [$0]) }, answers: (0..<10).map { FrameWriter.pong([$0]) }),
    ]

    /// Groups 3 and 4: reserved bits, opcodes without meaning; what came before is still answered.
    static let reserved =
        [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70].flatMap { (bits: UInt8) in
            [
                Case("3 bits \(bits)", [masked(.text, "a"), flagged(bits)], answers: [text("a")], code: 1002),
                Case("3 bits \(bits) in a ping", [flagged(bits, .ping)], answers: [], code: 1002),
            ]
        }
        + [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map { (opcode: UInt8) in
            Case(
                "4 opcode \(opcode)", [masked(.text, "a"), [0x80 | opcode, 0x80, 0, 0, 0, 0], masked(.ping)],
                answers: [text("a")], code: 1002)
        }

    /// Group 5: fragments.
    static let fragments = [
        Case("5.1 a ping in parts", [part(.ping, "a"), masked(.continuation, "b")], answers: [], code: 1002),
        Case("5.2 a pong in parts", [part(.pong, "a"), masked(.continuation, "b")], answers: [], code: 1002),
        Case("5.3 text in two", [part(.text, "a"), masked(.continuation, "b")], answers: [text("ab")]),
        Case(
            "5.6 with a ping between", [part(.text, "a"), masked(.ping, "p"), masked(.continuation, "b")],
            answers: [
                FrameWriter.pong([0x70]), text("ab"),
            ]),
        Case("5.9 continuation of nothing", [masked(.continuation, "a"), masked(.text, "b")], answers: [], code: 1002),
        Case("5.11 not the last of nothing", [part(.continuation, "a")], answers: [], code: 1002),
        Case(
            "5.15 and after a whole message",
            [part(.text, "a"), masked(.continuation, "b"), part(.continuation, "c"), masked(.text, "d")],
            answers: [text("ab")], code: 1002),
        Case("5.18 text within text", [part(.text, "a"), masked(.text, "b")], answers: [], code: 1002),
        Case("5.18 binary within text", [part(.text, "a"), part(.binary, "b")], answers: [], code: 1002),
        Case(
            "5.19 five parts, pings between",
            [
                part(.text, "1"), part(.continuation, "2"), masked(.ping, "p"), part(.continuation, "3"),
                part(.continuation, "4"), masked(.ping, "q"), masked(.continuation, "5"),
            ], answers: [FrameWriter.pong([0x70]), FrameWriter.pong([0x71]), text("12345")]),
    ]

    /// Group 6: text.
    static let texts = [
        Case(
            "6.1 three empty parts", [part(.text, ""), part(.continuation, ""), masked(.continuation)],
            answers: [
                text("")
            ]),
        Case("6.2 many languages", [masked(.text, "Tiếng Việt κόσμε 𝄞 日本")], answers: [text("Tiếng Việt κόσμε 𝄞 日本")]),
        Case(
            "6.2 cut within a character",
            [masked(.text, [0x61, 0xF0, 0x9D], isFinal: false), masked(.continuation, [0x84, 0x9E])],
            answers: [text("a𝄞")]),
        Case(
            "6.3 a wrong byte in the middle", [masked(.text, [0x61, 0xED, 0xA0, 0x80, 0x62])], answers: [], code: 1007),
        Case("6.4 in the first part already", [masked(.text, [0xF4, 0x90], isFinal: false)], answers: [], code: 1007),
        Case(
            "6.4 in a part that has not ended", [Array(masked(.text, [0x61, 0xFF] + bytes(20)).prefix(8))], answers: [],
            code: 1007),
        Case("6.6 an end within a character", [masked(.text, [0xCE])], answers: [], code: 1007),
        Case("6.10 above the last character", [masked(.text, [0xF5, 0x80, 0x80, 0x80])], answers: [], code: 1007),
        Case("6.11 overlong", [masked(.text, [0xC0, 0xAF])], answers: [], code: 1007),
        Case("6.22 noncharacters are text", [masked(.text, "\u{FFFE}\u{1FFFF}")], answers: [text("\u{FFFE}\u{1FFFF}")]),
        Case(
            "6 binary may be anything", [masked(.binary, [0xFF, 0xC0])], answers: [FrameWriter.binary([0xFF, 0xC0])]),
    ]

    /// Group 7: closing.
    static let closings =
        [
            Case("7.1.1 after a message", [masked(.text, "a"), closing(1000)], answers: [text("a")], code: 1000),
            Case("7.1.2 twice", [closing(1000), closing(1000)], answers: [], code: 1000),
            Case("7.1.3 a ping behind", [closing(1000), masked(.ping)], answers: [], code: 1000),
            Case("7.1.4 text behind", [closing(1000), masked(.text, "a")], answers: [], code: 1000),
            Case(
                "7.1.5 within a message", [part(.text, "a"), closing(1000), masked(.continuation)], answers: [],
                code: 1000),
            Case("7.3.1 empty", [masked(.close)], answers: [], code: 1005),
            Case("7.3.2 one byte", [masked(.close, "a")], answers: [], code: 1002),
            Case("7.3.5 the longest reason", [closing(1000, bytes(123))], answers: [], code: 1000),
            Case("7.3.6 one byte more", [closing(1000, bytes(124))], answers: [], code: 1002),
            Case("7.5.1 a reason that is no text", [closing(1000, [0xCE, 0xBA, 0xE1])], answers: [], code: 1007),
        ]
        + [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map {
            Case("7.7 code \($0)", [closing($0)], answers: [], code: $0)
        }
        + [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map {
            Case("7.9 code \($0)", [closing($0)], answers: [], code: 1002)
        }

    /// Groups 9 and 10: large messages, in one frame and in many.
    static let large = [
        Case("9.1 text of 200,000", [masked(.text, bytes(200_000))], answers: [FrameWriter.text(bytes(200_000))]),
        Case(
            "9.3 text in parts of 64",
            [masked(.text, bytes(64), isFinal: false)]
                + (0..<1_000).map { _ in masked(.continuation, bytes(64), isFinal: false) } + [masked(.continuation)],
            answers: [FrameWriter.text(bytes(64_064))]),
        Case(
            "10.1 in parts of 1,300",
            [masked(.text, bytes(1_300), isFinal: false)]
                + (0..<49).map { masked(.continuation, bytes(1_300), isFinal: $0 == 48) },
            answers: [FrameWriter.text(bytes(65_000))]),
    ]

    private func echo(_ sent: [UInt8], step: Int) -> (output: [UInt8], isClosed: Bool) {
        var connection = WebSocketConnection(role: .server, at: .zero)
        var output: [UInt8] = []
        for start in stride(from: 0, to: sent.count, by: step) {
            let piece = Array(sent[start..<min(start + step, sent.count)])
            for event in connection.receive(piece.span.bytes, at: .zero) {
                switch event {
                case .text(let text): connection.send(text: text)
                case .binary(let bytes): connection.send(binary: bytes)
                case .closed: break
                }
            }
            output += connection.takeOutput()
        }
        return (output, connection.isClosed)
    }

    @Test(
        "answers as it should, whole and in small pieces",
        arguments: framing + pings + reserved + fragments + texts + closings + large)
    func answers(to test: Case) {
        for step in test.sent.count > 10_000 ? [1_460, 65_536] : [1, 3, .max / 2] {
            let (output, isClosed) = echo(test.sent, step: step)
            let answers = test.answers.flatMap(\.self)
            #expect(output.starts(with: answers))
            #expect(isClosed == (test.code != nil))
            let rest = Array(output.dropFirst(answers.count))
            guard let code = test.code else {
                #expect(rest.isEmpty)
                continue
            }
            let last = ReaderRun(rest, by: .client).messages
            guard case .close(let closed, _)? = last.first, last.count == 1 else {
                Issue.record("no close frame at the end")
                continue
            }
            #expect(closed == code)
        }
    }
}
