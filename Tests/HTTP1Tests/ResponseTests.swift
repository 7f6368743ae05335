import HTTP1
import HTTPTypes
import Testing

/// What a parser made of some bytes, and whether the connection's end was fine with it.
struct ResponseRun: Equatable {
    var events: [ResponseParser.Event] = []
    var error: HTTPError?

    init(
        _ bytes: [UInt8], to methods: [HTTPRequest.Method] = [.get], limits: MessageLimits = MessageLimits(),
        closing: Bool = false, size: () -> Int = { .max }
    ) {
        var parser = ResponseParser(limits: limits)
        for method in methods { parser.expect(method) }
        var rest = bytes[...]
        do throws(HTTPError) {
            while !rest.isEmpty {
                let piece = Array(rest.prefix(size()))
                rest = rest.dropFirst(piece.count)
                parser.append(piece.span.bytes)
                while let event = try parser.next() { events.append(event) }
            }
            if closing, let event = try parser.close() { events.append(event) }
        } catch {
            self.error = error
        }
    }

    var bodies: [String] {
        events.compactMap {
            if case .response(let response, _) = $0 { String(decoding: response.body, as: UTF8.self) } else { nil }
        }
    }

    var keepsAlive: Bool? {
        if case .response(_, let keepsAlive)? = events.last { keepsAlive } else { nil }
    }
}

private let date = "Sun, 06 Nov 1994 08:49:37 GMT"

@Suite("Response")
struct ResponseTests {
    @Test("the example dates of RFC 9110 §5.6.7, leap days and the ends of the scale")
    func dates() {
        #expect(HTTPDate.text(unixSeconds: 784_111_777) == date)
        #expect(HTTPDate.text(unixSeconds: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(unixSeconds: 951_782_399) == "Mon, 28 Feb 2000 23:59:59 GMT")
        #expect(HTTPDate.text(unixSeconds: 951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(HTTPDate.text(unixSeconds: 4_107_542_400) == "Mon, 01 Mar 2100 00:00:00 GMT")
        #expect(HTTPDate.text(unixSeconds: .max) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(HTTPDate.text(unixSeconds: .min) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    private func text(_ response: Response, _ method: HTTPRequest.Method? = .get, keepsAlive: Bool = true) -> String {
        String(decoding: response.serialized(for: method, date: date, keepsAlive: keepsAlive), as: UTF8.self)
    }

    @Test("length and date are always there, content where it may be")
    func writing() {
        let response = Response(.created, fields: [.location: "/x", .contentLength: "99"], body: Array("abc".utf8))
        let head = "HTTP/1.1 201 Created\r\nDate: \(date)\r\nLocation: /x\r\n"
        #expect(text(response) == head + "Content-Length: 3\r\n\r\nabc")
        #expect(text(response, .head) == head + "Content-Length: 3\r\n\r\n")
        #expect(text(response, nil, keepsAlive: false) == head + "Connection: close\r\nContent-Length: 3\r\n\r\nabc")
        #expect(text(Response(.ok)).hasSuffix("Content-Length: 0\r\n\r\n"))
        for status in [HTTPResponse.Status.noContent, .notModified] {
            #expect(!text(Response(status, body: [65])).contains("Content-Length"))
            #expect(text(Response(status, body: [65])).hasSuffix("GMT\r\n\r\n"))
        }
        let upgrade = Response(.switchingProtocols, fields: [.connection: "Upgrade", .upgrade: "websocket"])
        #expect(text(upgrade).hasSuffix("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
    }

    @Test("a value cannot begin a new line")
    func splitting() {
        let response = Response(.ok, fields: [.location: "/x\r\nSet-Cookie: a=b\r\n\r\nevil"])
        #expect(!text(response).contains("\r\nSet-Cookie"))
        #expect(text(response).split(separator: "\r\n\r\n").count == 1, "one head, no content")
    }

    @Test("what is written is read back", arguments: [HTTPRequest.Method.get, .head, .post])
    func roundTrip(method: HTTPRequest.Method) throws {
        let response = Response(.ok, fields: [.eTag: "\"1\""], body: Array("nội dung".utf8))
        let bytes = response.serialized(for: method, date: date, keepsAlive: true)
        let run = ResponseRun(bytes, to: [method])
        #expect(run.bodies == [method == .head ? "" : "nội dung"])
        #expect(run.keepsAlive == true)

        let request = try Request(
            method, authority: "[::1]:8443", path: "/v1?x=%20", fields: [.accept: "a"], body: response.body)
        let read = try #require(RequestRun(request.serialized).requests.first)
        #expect(read.method == method && read.head.authority == "[::1]:8443" && read.body == response.body)
        #expect(read.target == request.target && read.fields[.accept] == "a")
        #expect(throws: HTTPError.self) { try Request(method, authority: "a", path: "/ HTTP/1.1\r\nX: y") }
        #expect(throws: HTTPError.self) { try Request(method, authority: "a\r\nX: y", path: "/") }
    }
}

@Suite("ResponseParser")
struct ResponseParserTests {
    static let sound = [
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
    ]

    @Test("the same comes out however the bytes are cut, and nothing before the end", arguments: sound)
    func cuts(text: String) {
        let bytes = Array(text.utf8)
        let whole = ResponseRun(bytes)
        #expect(whole.keepsAlive == true && whole.error == nil)
        for size in 1...7 { #expect(ResponseRun(bytes, size: { size }) == whole) }
        for length in 1..<bytes.count {
            let run = ResponseRun(Array(bytes[..<length]))
            #expect(run.bodies.isEmpty && run.error == nil, "\(length) bytes")
            #expect(ResponseRun(Array(bytes[..<length]), closing: true).error != nil, "closed after \(length) bytes")
        }
    }

    @Test("content without bounds ends with the connection and not above the limit")
    func untilClose() {
        let bytes = Array("HTTP/1.1 200 OK\r\n\r\nabc".utf8)
        #expect(ResponseRun(bytes).bodies.isEmpty)
        let run = ResponseRun(bytes, closing: true, size: { 1 })
        #expect(run.bodies == ["abc"] && run.keepsAlive == false)
        var limits = MessageLimits()
        limits.body = 2
        #expect(ResponseRun(bytes, limits: limits, closing: true).error?.status == .contentTooLarge)
    }

    @Test("statuses and methods without content, whatever the fields say")
    func withoutContent() {
        let length = "Content-Length: 5\r\n\r\n"
        for (status, method) in [("304 Not Modified", HTTPRequest.Method.get), ("200 OK", .head), ("204 None", .post)] {
            let bytes = Array("HTTP/1.1 \(status)\r\n\(length)HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx".utf8)
            #expect(ResponseRun(bytes, to: [method, .get]).bodies == ["", "x"])
        }
    }

    @Test("what follows 101 is the new protocol's")
    func upgrade() throws {
        var parser = ResponseParser()
        parser.expect(.get)
        parser.append(Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nframe".utf8).span.bytes)
        guard case .response(let response, _)? = try parser.next() else {
            Issue.record("no response")
            return
        }
        #expect(response.status == .switchingProtocols)
        #expect(parser.takeRemainder() == Array("frame".utf8))
    }

    @Test(
        "what is no response, or nobody asked for, is refused",
        arguments: [
            "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n",
            "HTTP/1.1 600 x\r\n\r\n", "HTTP/1.1 +20 x\r\n\r\n", "HTTP/1.1  200 x\r\n\r\n",
            "\r\nHTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
            String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 9),
        ])
    func refused(text: String) {
        #expect(ResponseRun(Array(text.utf8)).error != nil)
    }
}
