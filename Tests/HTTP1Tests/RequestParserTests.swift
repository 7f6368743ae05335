import HTTP1
import HTTPTypes
import Testing

/// What a parser made of some bytes: the events, then the status of the error that ended them.
struct RequestRun: Equatable {
    var events: [RequestParser.Event] = []
    var error: HTTPError?

    var requests: [Request] {
        events.compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    /// Feeds `bytes` in pieces of the sizes that `size` gives, each at least 1.
    init(_ bytes: [UInt8], limits: MessageLimits = MessageLimits(), size: () -> Int = { .max }) {
        var parser = RequestParser(limits: limits)
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size()))
            rest = rest.dropFirst(piece.count)
            parser.append(piece.span.bytes)
            do throws(HTTPError) {
                while let event = try parser.next() { events.append(event) }
            } catch {
                self.error = error
                return
            }
        }
    }

    init(_ text: String, limits: MessageLimits = MessageLimits()) { self.init(Array(text.utf8), limits: limits) }
}

private let get = "GET /v1/rooms/demo?full=1 HTTP/1.1\r\nHost: Example.org:8443\r\nAccept: */*\r\n\r\n"
private let post = """
    POST /v1/rooms/demo/whip HTTP/1.1\r\nHost: a\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n
    """
private let chunked = """
    PATCH /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n\
    4;name=value\r\nWiki\r\n00A\r\npedia in\r\n\r\n0\r\nX-Sum: 1\r\n\r\n
    """

@Suite("RequestParser")
struct RequestParserTests {
    @Test("method, target, authority and fields of a plain request")
    func plain() throws {
        let request = try #require(RequestRun(get).requests.first)
        #expect(request.method == .get)
        #expect(request.target.path == "/v1/rooms/demo" && request.target.query == "full=1")
        #expect(request.target.segments == ["v1", "rooms", "demo"])
        #expect(request.head.authority == "example.org:8443")
        #expect(request.fields[.accept] == "*/*")
        #expect(request.keepsAlive && request.body.isEmpty && request.upgrades.isEmpty)
    }

    @Test("content by length and by chunks; the trailer is dropped")
    func content() throws {
        #expect(RequestRun(post).requests.map(\.body) == [Array("v=0\r\n".utf8)])
        let run = RequestRun(chunked)
        #expect(run.requests.map(\.body) == [Array("Wikipedia in\r\n".utf8)])
        #expect(run.requests.first?.fields.contains { $0.name.canonicalName == "x-sum" } == false)
        #expect(run.error == nil)
    }

    @Test("100-continue is signalled before the content, once, and not for HTTP/1.0 or without content")
    func expectation() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        guard case .continueExpected(let request)? = RequestRun(head).events.first else {
            Issue.record("not signalled")
            return
        }
        #expect(request.body.isEmpty)
        #expect(RequestRun(head + "ab").events.count == 2)
        #expect(RequestRun(head.replacing("1.1", with: "1.0") + "ab").events.count == 1)
        #expect(RequestRun(head.replacing(": 2", with: ": 0")).events.count == 1)
        #expect(RequestRun(head.replacing("100-Continue", with: "tea")).error?.status == .expectationFailed)
    }

    @Test("who keeps the connection")
    func keepAlive() {
        func keeps(_ version: String, _ connection: String?) -> Bool? {
            let field = connection.map { "Connection: \($0)\r\n" } ?? ""
            return RequestRun("GET / HTTP/\(version)\r\nHost: a\r\n\(field)\r\n").requests.first?.keepsAlive
        }
        #expect(keeps("1.1", nil) == true)
        #expect(keeps("1.1", "x, Close") == false)
        #expect(keeps("1.0", nil) == false)
        #expect(keeps("1.0", "Keep-Alive") == true)
        #expect(keeps("1.1", "a b") == nil, "not a list of tokens")
    }

    @Test("after a request that closes, nothing more is read")
    func closes() {
        let run = RequestRun("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get)
        #expect(run.requests.count == 1 && run.error == nil)
    }

    @Test("pipelined requests come out in order, one at a time, and too many stop the reader")
    func pipelining() throws {
        var parser = RequestParser()
        parser.append(Array((get + post + get).utf8).span.bytes)
        #expect(!parser.isIdle)
        for method in [HTTPRequest.Method.get, .post, .get] {
            guard case .request(let request)? = try parser.next() else {
                Issue.record("no request")
                return
            }
            #expect(request.method == method)
        }
        #expect(try parser.next() == nil)
        #expect(parser.isIdle && !parser.isFull)

        let flood = Array(String(repeating: get, count: 1_000).utf8)
        parser.append(flood.span.bytes)
        #expect(parser.isFull)
        parser.append(flood.span.bytes)
        #expect(throws: HTTPError.self) { try parser.next() }
    }

    @Test("the limit of the head is each request's own, and a folded line is called that")
    func manyRequests() throws {
        var parser = RequestParser()
        for _ in 0..<1_000 {
            parser.append(Array(("\r\n" + get).utf8).span.bytes)
            #expect(try parser.next() != nil)
        }
        let folded = RequestRun("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n")
        #expect(folded.error == HTTPError(.badRequest, "folded field line"))
    }

    @Test("what follows an upgrade is the new protocol's")
    func upgrade() throws {
        let head = """
            GET /v1/rooms/r/socket HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n
            """
        var parser = RequestParser()
        parser.append(Array((head + "frame").utf8).span.bytes)
        guard case .request(let request)? = try parser.next() else {
            Issue.record("no request")
            return
        }
        #expect(request.upgrades == ["websocket"])
        #expect(parser.takeRemainder() == Array("frame".utf8))
        #expect(try parser.next() == nil)
        #expect(RequestRun(head.replacing("1.1", with: "1.0")).requests.first?.upgrades == [])
        #expect(RequestRun(head.replacing(", Upgrade", with: "")).requests.first?.upgrades == [])
    }

    @Test(
        "forms of the target",
        arguments: [
            ("GET / HTTP/1.1", "/"), ("GET /a%20b?x=%2F&y=? HTTP/1.1", "/a%20b"), ("OPTIONS * HTTP/1.1", "*"),
            ("GET https://Other:1/p HTTP/1.1", "/p"), ("GET http://other HTTP/1.1", "/"), ("GET //x HTTP/1.1", "//x"),
            ("GET http://other?q HTTP/1.1", "/"),
        ])
    func targets(line: String, path: String) throws {
        let request = try #require(RequestRun("\(line)\r\nHost: a\r\n\r\n").requests.first)
        #expect(request.target.path == path)
        let isAbsolute = line.contains("://")
        #expect(
            request.head.authority?.hasPrefix(isAbsolute ? "other" : "a") == true, "the target's own counts for more")
    }

    @Test("segments are decoded once, and not where that would change the path")
    func segments() {
        func segments(_ path: String) -> [String]? {
            RequestRun("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n").requests.first?.target.segments
        }
        #expect(segments("/rooms/h%E1%BB%99i/") == ["rooms", "hội", ""])
        for path in ["/a/../b", "/a/%2e%2E/b", "/a%2Fb", "/a%00b", "/%ff", "/."] { #expect(segments(path) == nil) }
        #expect(segments("/a%252Fb") == ["a%2Fb"])
    }

    @Test("the same comes out however the bytes are cut", arguments: 1...40 as ClosedRange<UInt64>)
    func cuts(seed: UInt64) {
        var random = Random(state: seed)
        let parts = [get, post, chunked] + Smuggling.all.map(\.text)
        var text = ""
        for _ in 0..<Int.random(in: 1...4, using: &random) { text += parts.randomElement(using: &random) ?? get }
        let bytes = Array(text.utf8)
        let whole = RequestRun(bytes)
        #expect(RequestRun(bytes, size: { 1 }) == whole)
        #expect(RequestRun(bytes, size: { Int.random(in: 1...40, using: &random) }) == whole)
    }

    @Test("cut off at any length, a request is neither complete nor refused", arguments: [get, post, chunked])
    func truncation(text: String) {
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count {
            let run = RequestRun(Array(bytes[..<length]))
            #expect(run.requests.isEmpty && run.error == nil, "\(length) bytes")
        }
        #expect(RequestRun(bytes).requests.count == 1, "control: whole it is one")
    }

    @Test("a changed byte never traps and never takes more than there is", arguments: 1...20 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        var random = Random(state: seed)
        for text in [get, post, chunked] {
            for _ in 0..<100 {
                var bytes = Array(text.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let index = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                }
                let run = RequestRun(bytes)
                #expect(run == RequestRun(bytes, size: { 1 }))
                #expect(run.requests.reduce(0) { $0 + $1.body.count } <= bytes.count)
            }
        }
    }
}

/// A small seeded generator (SplitMix64), so that a failure names its own reproduction.
struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
