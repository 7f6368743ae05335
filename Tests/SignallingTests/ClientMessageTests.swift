import Conference
import Signalling
import Testing

@Suite("ClientMessage")
struct ClientMessageTests {
    private func parse(_ text: String) throws(MessageError) -> ClientMessage {
        try ClientMessage(parsing: Array(text.utf8))
    }

    static let messages: [(ClientMessage, String)] = [
        (.hello(Hello()), #"{"type":"hello"}"#),
        (
            .hello(Hello(epoch: "e", seq: 0, takeover: true, language: .en, device: "terminal")),
            #"{"type":"hello","epoch":"e","seq":0,"takeover":true,"language":"en","device":"terminal"}"#
        ),
        (.leave, #"{"type":"leave"}"#),
        (.command(id: 0, CommandMessage(.ask)), #"{"type":"ask","id":0}"#),
        (.command(id: 9_007_199_254_740_991, CommandMessage(.withdraw)), #"{"type":"withdraw","id":9007199254740991}"#),
        (.command(id: 1, CommandMessage(.give(code("79")))), #"{"type":"give","id":1,"point":"79"}"#),
        (.command(id: 1, CommandMessage(.take(nil))), #"{"type":"take","id":1}"#),
        (.command(id: 1, CommandMessage(.take(code("79")))), #"{"type":"take","id":1,"point":"79"}"#),
        (.command(id: 1, CommandMessage(.mute(.all))), #"{"type":"mute","id":1,"all":true}"#),
        (.command(id: 1, CommandMessage(.unmute(.points([code("7")])))), #"{"type":"unmute","id":1,"points":["7"]}"#),
        (.command(id: 1, CommandMessage(.program([]))), #"{"type":"program","id":1,"points":[]}"#),
        (.command(id: 1, CommandMessage(.mode(.lecture))), #"{"type":"mode","id":1,"mode":"lecture"}"#),
        (.command(id: 1, CommandMessage(.lock(false))), #"{"type":"lock","id":1,"locked":false}"#),
        (
            .command(id: 1, CommandMessage(.remove(code("79"), reason: "a\"b"))),
            #"{"type":"remove","id":1,"point":"79","reason":"a\"b"}"#
        ),
        (.command(id: 1, CommandMessage(.readmit(code("79")))), #"{"type":"readmit","id":1,"point":"79"}"#),
        (
            .command(id: 1, CommandMessage(.delegates([Delegate(name: "Ạ", post: "")], of: nil))),
            #"{"type":"delegates","id":1,"delegates":[{"name":"Ạ","post":""}]}"#
        ),
        (
            .command(id: 1, CommandMessage(.message("x\ny", to: .staff))),
            #"{"type":"message","id":1,"to":"staff","text":"x\ny"}"#
        ),
        (
            .command(id: 1, .stats(ClientReport(fps: 24.5, camera: false), watch: true)),
            #"{"type":"stats","id":1,"report":{"fps":24.5,"camera":false},"watch":true}"#
        ),
        (.command(id: 1, .stats(nil, watch: false)), #"{"type":"stats","id":1,"watch":false}"#),
        (.command(id: 1, .stats(ClientReport())), #"{"type":"stats","id":1,"report":{}}"#),
    ]

    @Test("each message is written as the protocol says, and read as it was", arguments: messages.indices)
    func roundTrip(index: Int) throws {
        let (message, text) = Self.messages[index]
        #expect(String(decoding: message.encoded, as: UTF8.self) == text)
        #expect(try parse(text) == message)
    }

    @Test("all verbs are among them")
    func complete() {
        let verbs = Self.messages.compactMap { message, _ in
            if case .command(_, let command) = message { command.verb } else { nil }
        }
        #expect(Set(verbs) == Set(Verb.allCases))
    }

    @Test(
        "what is not understood says so, with the id where it can be read",
        arguments: [
            ("", .badMessage(id: nil)), ("[]", .badMessage(id: nil)), ("{}", .badMessage(id: nil)),
            (#"{"id":5}"#, .badMessage(id: 5)), (#"{"type":1,"id":5}"#, .badMessage(id: 5)),
            (#"{"type":"dance","id":5}"#, .unsupported(id: 5)), (#"{"type":"dance"}"#, .unsupported(id: nil)),
            (#"{"type":"welcome","id":5}"#, .unsupported(id: 5)), (#"{"type":"ask"}"#, .badMessage(id: nil)),
            (#"{"type":"ask","id":null}"#, .badMessage(id: nil)), (#"{"type":"ask","id":"5"}"#, .badMessage(id: nil)),
            (#"{"type":"ask","id":-1}"#, .badMessage(id: nil)), (#"{"type":"ask","id":1.5}"#, .badMessage(id: nil)),
            (#"{"type":"ask","id":1.0}"#, .badMessage(id: nil)), (#"{"type":"ask","id":1e3}"#, .badMessage(id: nil)),
            (#"{"type":"ask","id":9007199254740992}"#, .badMessage(id: nil)),
            (#"{"type":"ask","id":18446744073709551616}"#, .badMessage(id: nil)),
            (#"{"type":"ask","id":123456789012345678901234567890}"#, .badMessage(id: nil)),
            (#"{"type":"ask","id":1,"id":1}"#, .badMessage(id: nil)), (#"{"type":"give","id":2}"#, .badMessage(id: 2)),
            (#"{"type":"give","id":2,"point":null}"#, .badMessage(id: 2)),
            (#"{"type":"give","id":2,"point":79}"#, .badMessage(id: 2)),
            (#"{"type":"give","id":2,"point":"a b"}"#, .badMessage(id: 2)),
            (#"{"type":"mute","id":2}"#, .badMessage(id: 2)),
            (#"{"type":"mute","id":2,"all":false}"#, .badMessage(id: 2)),
            (#"{"type":"mute","id":2,"all":true,"points":[]}"#, .badMessage(id: 2)),
            (#"{"type":"mute","id":2,"points":["1",2]}"#, .badMessage(id: 2)),
            (#"{"type":"program","id":2}"#, .badMessage(id: 2)),
            (#"{"type":"mode","id":2,"mode":"x"}"#, .badMessage(id: 2)),
            (#"{"type":"lock","id":2,"locked":"yes"}"#, .badMessage(id: 2)),
            (#"{"type":"delegates","id":2,"delegates":[{}]}"#, .badMessage(id: 2)),
            (#"{"type":"delegates","id":2,"delegates":[1]}"#, .badMessage(id: 2)),
            (#"{"type":"message","id":2,"to":"all"}"#, .badMessage(id: 2)),
            (#"{"type":"message","id":2,"text":"x","to":"no such code"}"#, .badMessage(id: 2)),
            (#"{"type":"stats","id":2}"#, .badMessage(id: 2)),
            (#"{"type":"stats","id":2,"report":[]}"#, .badMessage(id: 2)),
            (#"{"type":"stats","id":2,"report":{"fps":"25"}}"#, .badMessage(id: 2)),
            (#"{"type":"stats","id":2,"report":{"fps":1e999}}"#, .badMessage(id: nil)),
            (#"{"type":"hello","seq":-1}"#, .badMessage(id: nil)),
            (#"{"type":"hello","takeover":1}"#, .badMessage(id: nil)),
            (#"{"type":"ask","id":1,"x":"\ud800"}"#, .badMessage(id: nil)),
        ] as [(String, MessageError)])
    func errors(text: String, error: MessageError) {
        #expect(throws: error) { try parse(text) }
    }

    @Test("unknown fields are ignored, null counts as missing, defaults are filled in")
    func generous() throws {
        let ask = #"{"x":{"type":"leave"},"type":"ask","id":3,"point":[]}"#
        #expect(try parse(ask) == .command(id: 3, CommandMessage(.ask)))
        #expect(try parse(#"{"type":"lock","id":3}"#) == .command(id: 3, CommandMessage(.lock(true))))
        #expect(try parse(#"{"type":"take","id":3,"point":null}"#) == .command(id: 3, CommandMessage(.take(nil))))
        let removal = CommandMessage(.remove(code("1"), reason: ""))
        #expect(try parse(#"{"type":"remove","id":3,"point":"1"}"#) == .command(id: 3, removal))
        let hello = #"{"type":"hello","binding":"old","language":"fr","epoch":null,"takeover":null}"#
        #expect(try parse(hello) == .hello(Hello()), "a secret that can't be one is none, and so is a language")
        let report = ClientReport(limitedBy: .other)
        #expect(
            try parse(#"{"type":"stats","id":1,"report":{"limitedBy":"heat"}}"#) == .command(id: 1, .stats(report)))
    }

    @Test("the body of an HTTP twin is the same without type and id", arguments: messages.indices)
    func body(index: Int) throws {
        guard case .command(let id, let command) = Self.messages[index].0 else { return }
        #expect(try CommandMessage(command.verb, body: command.body) == command)
        let body = String(decoding: command.body, as: UTF8.self)
        #expect(!body.contains("\"type\"") && !body.contains("\"id\":\(id)"))
    }

    @Test("an empty body is an empty object")
    func emptyBody() throws {
        #expect(try CommandMessage(.ask, body: []) == CommandMessage(.ask))
        #expect(try CommandMessage(.lock, body: []) == CommandMessage(.lock(true)))
        #expect(throws: MessageError.badMessage(id: nil)) { try CommandMessage(.give, body: []) }
        #expect(throws: MessageError.badMessage(id: nil)) { try CommandMessage(.ask, body: Array("[]".utf8)) }
        #expect(throws: MessageError.badMessage(id: nil)) { try CommandMessage(.ask, body: Array("{".utf8)) }
    }

    @Test("an id that is too great is never written")
    func greatID() throws {
        let text = ClientMessage.command(id: .max, CommandMessage(.ask)).encoded
        #expect(try ClientMessage(parsing: text) == .command(id: ClientMessage.idLimit, CommandMessage(.ask)))
    }

    @Test("a message may have 256 KiB and no more")
    func size() throws {
        func message(_ length: Int) -> String {
            let frame = #"{"type":"message","id":1,"to":"all","text":""}"#
            let text = String(repeating: "x", count: length - frame.utf8.count)
            return #"{"type":"message","id":1,"to":"all","text":"\#(text)"}"#
        }
        _ = try parse(message(256 << 10))
        #expect(throws: MessageError.badMessage(id: nil)) { try parse(message(256 << 10 + 1)) }
    }
}
