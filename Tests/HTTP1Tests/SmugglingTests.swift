import HTTP1
import HTTPTypes
import Testing

/// One way to make two parsers disagree, or simply a message that is none, and the status that it must get.
struct Smuggling: CustomTestStringConvertible, Sendable {
    var name: String
    var status: Int
    var text: String
    var testDescription: String { name }

    private init(_ name: String, _ status: Int, _ text: String) {
        self.name = name
        self.status = status
        self.text = text
    }

    private static func fields(_ name: String, _ status: Int, _ lines: String..., body: String = "") -> Smuggling {
        let block = lines.map { $0 + "\r\n" }.joined()
        return Smuggling(name, status, "POST / HTTP/1.1\r\nHost: a\r\n\(block)\r\n\(body)")
    }

    private static func chunks(_ name: String, _ status: Int, _ body: String) -> Smuggling {
        fields(name, status, "Transfer-Encoding: chunked", body: body)
    }

    private static func line(_ name: String, _ status: Int, _ line: String) -> Smuggling {
        Smuggling(name, status, "\(line)\r\nHost: a\r\n\r\n")
    }

    static let all = framing + chunkForms + fieldForms + lines + hosts

    private static let framing = [
        fields("TE and CL", 400, "Transfer-Encoding: chunked", "Content-Length: 4", body: "0\r\n\r\n"),
        fields("CL and TE", 400, "Content-Length: 4", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
        fields("two CL that differ", 400, "Content-Length: 4", "Content-Length: 5", body: "abcde"),
        fields("two CL of one value", 400, "Content-Length: 4", "Content-Length: 4", body: "abcd"),
        fields("CL list", 400, "Content-Length: 4, 4", body: "abcd"),
        fields("CL with a sign", 400, "Content-Length: +4", body: "abcd"),
        fields("CL negative", 400, "Content-Length: -1"),
        fields("CL hexadecimal", 400, "Content-Length: 0x4", body: "abcd"),
        fields("CL empty", 400, "Content-Length:"),
        fields("CL with a space", 400, "Content-Length: 4 4"),
        fields("CL not ASCII digits", 400, "Content-Length: ４"),
        fields("CL beyond 64 bits", 413, "Content-Length: 18446744073709551620"),
        fields("CL above the limit", 413, "Content-Length: 262145"),
        fields("TE chunked not last", 400, "Transfer-Encoding: chunked, identity"),
        fields("TE chunked twice", 400, "Transfer-Encoding: chunked, chunked"),
        fields("TE chunked twice, two lines", 400, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        fields("TE two lines, not last", 400, "Transfer-Encoding: chunked", "Transfer-Encoding: cow"),
        fields("TE identity", 400, "Transfer-Encoding: identity"),
        fields("TE xchunked", 400, "Transfer-Encoding: xchunked"),
        fields("TE quoted", 400, "Transfer-Encoding: \"chunked\""),
        fields("TE with a parameter", 400, "Transfer-Encoding: chunked;q=1"),
        fields("TE with a vertical tab", 400, "Transfer-Encoding: \u{0B}chunked"),
        fields("TE empty", 400, "Transfer-Encoding:"),
        fields("TE gzip first", 501, "Transfer-Encoding: gzip, chunked"),
        Smuggling("TE in HTTP/1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ]

    private static let chunkForms = [
        chunks("chunk size empty", 400, "\r\n\r\n"),
        chunks("chunk size with a sign", 400, "+1\r\na\r\n0\r\n\r\n"),
        chunks("chunk size with a prefix", 400, "0x1\r\na\r\n0\r\n\r\n"),
        chunks("chunk size with a space before", 400, " 1\r\na\r\n0\r\n\r\n"),
        chunks("chunk size with a space behind", 400, "1 \r\na\r\n0\r\n\r\n"),
        chunks("chunk size with a space before the extension", 400, "1 ;x\r\na\r\n0\r\n\r\n"),
        chunks("chunk size that overflows 64 bits", 400, "10000000000000001\r\na\r\n0\r\n\r\n"),
        chunks("chunk size of 64 bits", 413, "FFFFFFFFFFFFFFFF\r\na\r\n0\r\n\r\n"),
        chunks("chunk size above the limit", 413, "40001\r\n"),
        chunks("chunks above the limit together", 413, "1\r\na\r\n40000\r\n"),
        chunks("chunk size line ends in LF", 400, "1\na\r\n0\r\n\r\n"),
        chunks("chunk longer than its size", 400, "1\r\nab\r\n0\r\n\r\n"),
        chunks("chunk ends in LF", 400, "1\r\na\n0\r\n\r\n"),
        chunks("chunk extension with LF", 400, "1;x\n\r\na\r\n0\r\n\r\n"),
        chunks("chunk extension without end", 400, "1;" + String(repeating: "x", count: 5_000)),
        chunks("chunk extensions without end", 400, String(repeating: "1;xxxxxxxxx\r\na\r\n", count: 500)),
        chunks("trailer that is no field", 400, "0\r\nGET / HTTP/1.1\r\n\r\n"),
        chunks("trailer with a space before the colon", 400, "0\r\nHost : b\r\n\r\n"),
        chunks("trailer without end", 431, "0\r\n" + String(repeating: "a: bcdefghij\r\n", count: 500)),
        chunks("trailer of one endless line", 431, "0\r\na:" + String(repeating: "x", count: 5_000)),
    ]

    private static let fieldForms = [
        fields("space before the colon", 400, "Content-Length : 4", body: "abcd"),
        fields("tab before the colon", 400, "Transfer-Encoding\t: chunked"),
        fields("folded line", 400, "X: a", " b"),
        fields("folded with a tab", 400, "X: a", "\tTransfer-Encoding: chunked"),
        fields("first line folded", 400, " X: a"),
        fields("no colon", 400, "X"),
        fields("no name", 400, ": a"),
        fields("name not ASCII", 400, "Đ: a"),
        fields("name with a bracket", 400, "X(: a"),
        fields("NUL in a value", 400, "X: a\u{0}b"),
        fields("NUL in a name", 400, "X\u{0}: a"),
        fields("DEL in a value", 400, "X: a\u{7F}b"),
        fields("CR in a value", 400, "X: a\rTransfer-Encoding: chunked"),
        fields("LF in a value", 400, "X: a\nTransfer-Encoding: chunked"),
        fields("CR CR LF", 400, "X: a\r"),
        fields("head too long", 431, "X: " + String(repeating: "a", count: 17_000)),
        fields("too many fields", 431, String(repeating: "X: a\r\n", count: 100) + "X: a"),
        Smuggling("LF line ends", 400, "GET / HTTP/1.1\nHost: a\n\n"),
    ]

    private static let lines = [
        line("no version", 400, "GET /"), line("two spaces", 400, "GET  / HTTP/1.1"),
        line("space behind", 400, "GET / HTTP/1.1 "), line("space before", 400, " GET / HTTP/1.1"),
        line("tab for a space", 400, "GET\t/ HTTP/1.1"), line("tab within", 400, "GET /\ta HTTP/1.1"),
        line("space in the target", 400, "GET /a b HTTP/1.1"), line("method not a token", 400, "G(T / HTTP/1.1"),
        line("version in lower case", 400, "GET / http/1.1"), line("version 2", 505, "PRI * HTTP/2.0"),
        line("version 1.2", 505, "GET / HTTP/1.2"), line("version 1.10", 505, "GET / HTTP/1.10"),
        line("version with zeros", 505, "GET / HTTP/01.1"),
        line("asterisk without OPTIONS", 400, "GET * HTTP/1.1"), line("CONNECT", 501, "CONNECT a:443 HTTP/1.1"),
        line("relative target", 400, "GET a HTTP/1.1"), line("fragment", 400, "GET /#a HTTP/1.1"),
        line("bad percent", 400, "GET /%4 HTTP/1.1"), line("bad percent digits", 400, "GET /%zz HTTP/1.1"),
        line("target not ASCII", 400, "GET /đ HTTP/1.1"), line("backslash", 400, "GET /\\a HTTP/1.1"),
        line("absolute without a host", 400, "GET http:///a HTTP/1.1"),
        line("absolute with user information", 400, "GET http://u@h/ HTTP/1.1"),
        line("another scheme", 400, "GET ftp://h/ HTTP/1.1"),
        line("target too long", 414, "GET /" + String(repeating: "a", count: 17_000) + " HTTP/1.1"),
        Smuggling("two empty lines before", 400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]

    private static let hosts = [
        Smuggling("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
        Smuggling("two Hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        Smuggling("two equal Hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"),
        Smuggling("empty Host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        Smuggling("Host list", 400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        Smuggling("Host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Smuggling("Host with user information", 400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        Smuggling("Host with a bad port", 400, "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
        Smuggling("Host with half a bracket", 400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        Smuggling("two Hosts in HTTP/1.0", 400, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    ]
}

@Suite("Smuggling")
struct SmugglingTests {
    @Test("is refused with its status, and nothing behind it is read", arguments: Smuggling.all)
    func refused(attack: Smuggling) {
        let next = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        let run = RequestRun(attack.text + next)
        #expect(run.error?.status.code == attack.status)
        #expect(run.requests.isEmpty)
        #expect(RequestRun(Array((attack.text + next).utf8), size: { 1 }) == run)
    }

    @Test(
        "has its control: the sound forms of the same messages are accepted",
        arguments: [
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\t 4 \r\n\r\nabcd",
            "POST / HTTP/1.1\r\nHost: [::1]:8443\r\nTransfer-Encoding: ,chunked,\r\n\r\n1;x=\"y\"\r\na\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a:\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n",
            "\r\nGET / HTTP/1.1\r\nHost: a.example\r\nX: caf\u{E9} \u{1EC7}\r\n\r\n",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 262144\r\n\r\n" + String(repeating: "x", count: 262_144),
        ])
    func control(text: String) {
        let run = RequestRun(text + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(run.requests.count == 2 && run.error == nil)
        #expect(run.requests.last?.target.path == "/next")
    }

    @Test("the limits count to the byte")
    func limits() {
        var limits = MessageLimits()
        let text = "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n"
        limits.head = text.utf8.count
        #expect(RequestRun(text, limits: limits).requests.count == 1)
        limits.head -= 1
        #expect(RequestRun(text, limits: limits).error?.status == .requestHeaderFieldsTooLarge)
        limits = MessageLimits()
        limits.fields = 2
        #expect(RequestRun(text, limits: limits).requests.count == 1)
        limits.fields = 1
        #expect(RequestRun(text, limits: limits).error?.status == .requestHeaderFieldsTooLarge)
    }
}
