import Conference
import HTTP1
import HTTPTypes
import Participant
import Signalling
import Testing
import Units
import WebSocket

@Suite("A socket comes and goes")
struct SocketJoiningTests {
    @Test(
        "It upgrades with the token, greets and is welcomed, however the bytes are cut",
        arguments: [1, 7, 1_000, .max])
    func joins(chunk: Int) throws {
        let bed = SocketBed(chunk: chunk)
        bed.start()
        #expect(bed.connects == 1)
        bed.open()
        let request = try #require(bed.request)
        #expect(request.head.path == "/v1/rooms/ph%C3%B2ng%201/socket")
        #expect(request.fields[.authorization] == "Bearer t0ken")
        #expect(request.fields[.secWebSocketProtocol] == "diemcau.v1")
        #expect(bed.heard == [.hello(Hello(language: .vi, device: "diemcau"))])
        bed.tell(812, .welcome(SocketBed.welcome()))
        #expect(bed.session.state == .joined)
        #expect(bed.session.binding?.text == SocketBed.secret)
        #expect(bed.session.room.points.count == 2 && bed.session.room.seq == 812)
        #expect(bed.session.room.ownLine?.name == "Xã Một")
        #expect(bed.changes.isSuperset(of: [.identity, .roster, .floor]))
    }

    @Test(
        "It offers compression and takes what comes compressed, cut anywhere; its own words are not",
        arguments: [7, .max])
    func compressed(chunk: Int) throws {
        let bed = SocketBed(chunk: chunk)
        bed.start()
        bed.open()
        #expect(bed.request?.fields[.secWebSocketExtensions]?.hasPrefix("permessage-deflate") == true)
        let welcome = ServerMessage.event(seq: 812, .welcome(SocketBed.welcome())).encoded
        let head = Array(welcome.prefix(40))
        bed.deliver(
            FrameWriter.frame(.text, CompressedPayload.storedPart(head), isFinal: false, isCompressed: true)
                + FrameWriter.frame(.continuation, CompressedPayload.lastPart(Array(welcome.dropFirst(40)))))
        #expect(bed.session.state == .joined && bed.session.room.points.count == 2)
        #expect(bed.session.received.bytes == UInt64(welcome.count), "bytes of messages are counted in clear")
        #expect(bed.heard.count == 1, "hello was read as it came")
        bed.deliver(FrameWriter.frame(.text, [0xFF], isCompressed: true))
        #expect(bed.session.state == .waiting, "what is no DEFLATE loses the connection")
    }

    @Test("A server without compression will do, and may not compress then")
    func plain() {
        let bed = SocketBed()
        bed.start()
        bed.open(compresses: false)
        bed.tell(812, .welcome(SocketBed.welcome()))
        #expect(bed.session.state == .joined)
        bed.deliver(
            FrameWriter.frame(
                .text, CompressedPayload.message(ServerMessage.event(seq: 813, .speaking(nil)).encoded),
                isCompressed: true))
        #expect(bed.session.state == .waiting)
    }

    @Test("A server without the right accept key, or with another subprotocol, is none", arguments: [0, 1, 2])
    func wrongServer(kind: Int) {
        let bed = SocketBed()
        bed.start()
        bed.open(accepts: false)
        let lines = [
            "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            kind == 1 ? "Sec-WebSocket-Protocol: chat" : "Sec-WebSocket-Protocol: diemcau.v1",
        ]
        let answer = kind == 2 ? "SSH-2.0-OpenSSH\r\n\r\n" : lines.joined(separator: "\r\n") + "\r\n\r\n"
        bed.deliver(Array(answer.utf8))
        #expect(bed.session.state == .waiting)
        #expect(bed.disconnects == 1 && bed.heard.isEmpty)
    }

    @Test("What the server refuses for good ends it; what it refuses for now is tried again when it says")
    func refusals() {
        let final = SocketBed()
        final.start()
        final.open(accepts: false)
        final.deliver(TestServer.refusal(403, code: "not-allowed"))
        guard case .ended(.refused(let notice)) = final.session.state else { return #expect(Bool(false)) }
        #expect(notice.code == "not-allowed" && final.session.deadline == nil)

        let temporary = SocketBed()
        temporary.start()
        temporary.open(accepts: false)
        temporary.deliver(TestServer.refusal(409, code: "point-elsewhere", retryAfter: 6))
        #expect(temporary.session.state == .waiting)
        temporary.wait(.milliseconds(5_999))
        #expect(temporary.connects == 1)
        temporary.wait(.milliseconds(1_002))
        #expect(temporary.connects == 2)
    }

    @Test("A refused hello counts like a refused upgrade")
    func refusedHello() {
        let bed = SocketBed()
        bed.start()
        bed.open()
        bed.say(.error(ErrorReply(id: nil, code: "unknown-point", text: "?")))
        guard case .ended(.refused(let notice)) = bed.session.state else { return #expect(Bool(false)) }
        #expect(notice.code == "unknown-point" && notice.detail == "?")
    }

    @Test("A server that never answers is given up after 5 s, and tried again", arguments: [0, 1, 2])
    func silence(stage: Int) {
        let bed = SocketBed()
        bed.start()
        if stage > 0 { bed.open(accepts: stage > 1) }
        bed.wait(.milliseconds(4_999))
        #expect(bed.session.state != .waiting)
        bed.wait(.milliseconds(2))
        #expect(bed.session.state == .waiting)
        bed.wait(.seconds(2))
        #expect(bed.connects == 2)
    }

    @Test("12 s without a frame is a loss; a ping keeps it alive and is answered")
    func liveness() {
        let bed = SocketBed()
        bed.join()
        for _ in 0..<10 {
            bed.wait(.seconds(11))
            bed.deliver(FrameWriter.ping([1, 2, 3]))
        }
        #expect(bed.session.state == .joined)
        bed.wait(.milliseconds(11_999))
        #expect(bed.session.state == .joined)
        bed.wait(.milliseconds(2))
        #expect(bed.session.state == .waiting)
    }

    @Test("After a loss it comes back with secret, epoch and seq, and only the missed events change the room")
    func resumes() {
        let bed = SocketBed()
        bed.join()
        bed.tell(815, .floor(FloorView(holders: [FloorView.Holder(point: SocketBed.me, since: 1)])))
        bed.fail("reset")
        #expect(bed.session.state == .waiting)
        #expect(bed.session.room.holdsFloor)  // What was known stays.
        bed.wait(.seconds(1))
        #expect(bed.connects == 2)
        bed.open()
        let hello = Hello(
            binding: BindingSecret(SocketBed.secret), epoch: "9f2c", seq: 815, language: .vi, device: "diemcau")
        #expect(bed.heard.last == .hello(hello))
        bed.tell(820, .welcome(SocketBed.welcome(resumed: true)))
        bed.tell(817, .speaking(SocketBed.central))
        #expect(bed.session.room.points.count == 2)
        #expect(bed.session.room.speaking == SocketBed.central)
        #expect(bed.session.room.seq == 820)
    }

    @Test("Another run of the server replaces everything, and its seq begins anew")
    func otherEpoch() {
        let bed = SocketBed()
        bed.join()
        bed.fail()
        bed.wait(.seconds(1))
        let other = RosterLineView(code: SocketBed.code("9"), name: "Khác", kind: .province, level: 2)
        bed.join(SocketBed.welcome(epoch: "aaaa", roster: [other]), seq: 3)
        #expect(bed.session.room.points == [other])
        #expect(bed.session.room.seq == 3 && bed.session.room.epoch == "aaaa")
    }

    @Test("bye ends it, or doesn't, as the server says", arguments: ByeReason.allCases)
    func bye(reason: ByeReason) {
        let bed = SocketBed()
        bed.join()
        bed.tell(900, .bye(ByeView(reason: reason, text: "vì sao")))
        guard reason.again else {
            #expect(bed.session.state == .ended(.dismissed(reason, text: "vì sao")))
            bed.wait(.seconds(60))
            #expect(bed.connects == 1)
            return
        }
        #expect(bed.session.state == .waiting)
        bed.wait(.seconds(1))
        #expect(bed.connects == 2)
    }

    @Test("Leaving says so and waits 2 s at most")
    func leaving() {
        let bed = SocketBed()
        bed.join()
        bed.leave()
        #expect(bed.heard.last == .leave && bed.session.state == .leaving)
        bed.wait(.milliseconds(1_999))
        #expect(bed.session.state == .leaving)
        bed.wait(.milliseconds(2))
        #expect(bed.session.state == .ended(.left))

        let quick = SocketBed()
        quick.join()
        quick.leave()
        quick.tell(900, .bye(ByeView(reason: .left, text: "")))
        #expect(quick.session.state == .ended(.left))
    }

    @Test("An untrusted certificate ends it before the first welcome, and is a loss afterwards")
    func trust() {
        let bed = SocketBed()
        bed.start()
        bed.fail("certificate", isFinal: true)
        guard case .ended(.refused(let notice)) = bed.session.state else { return #expect(Bool(false)) }
        #expect(notice.code == "server-not-trusted")
        let later = SocketBed()
        later.join()
        later.fail()
        later.wait(.seconds(1))
        later.fail("certificate", isFinal: true)
        #expect(later.session.state == .waiting)
    }

    @Test("Tries are never faster than 0.2 s", arguments: UInt64(0)..<20)
    func pauses(seed: UInt64) {
        let bed = SocketBed(seed: seed)
        bed.start()
        for count in 1..<30 {
            bed.fail()
            bed.wait(.milliseconds(199))
            #expect(bed.connects == count)
            while bed.session.state == .waiting { bed.wait(.milliseconds(50)) }
            #expect(bed.connects == count + 1)
        }
    }
}
