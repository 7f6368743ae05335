import HTTP1
import HTTPTypes
import Testing
import Transport
import Units

@testable import Participant

@Suite("Joining and coming back")
struct JoiningTests {
    @Test("The first try is made at once and shows token, media type and takeover")
    func request() throws {
        let bed = try TestBed {
            $0.takesOver = true
            $0.language = "vi"
        }
        #expect(bed.start() == [.report(.joining(attempt: 1)), .connect])
        let effects = bed.openSignalling()
        guard case .send(let bytes)? = effects.last else {
            Issue.record("nothing was sent")
            return
        }
        let request = try TestServer.request(bytes)
        #expect(request.method == .post)
        #expect(request.target.path == "/v1/rooms/ph%C3%B2ng%201/media")
        #expect(request.fields[.authorization] == "Bearer t0ken")
        #expect(request.fields[.contentType] == "application/sdp")
        #expect(request.fields[.acceptLanguage] == "vi")
        #expect(request.fields[try TestServer.name("Diemcau-Takeover")] == "yes")
        #expect(request.fields[try TestServer.name("Diemcau-Binding")] == nil)
    }

    @Test("Refusals that no second try can mend are final", arguments: [400, 401, 403, 404, 406, 415, 422])
    func finalRefusals(status: Int) throws {
        let bed = try TestBed()
        _ = bed.start()
        _ = bed.openSignalling()
        let effects = bed.reply(TestServer.refusal(status, code: "some-code", retryAfter: 1))
        let notice = RefusalNotice(
            status: status, code: "some-code", detail: "Do this.", retryAfter: .seconds(1))
        #expect(
            effects == [
                .disconnect, .report(.refused(notice, nextTry: nil)), .report(.ended(.refused(notice))),
            ])
        #expect(bed.session.state == .ended(.refused(notice)))
        bed.run(.seconds(20))
        #expect(!bed.effects.dropFirst(2).contains(.connect))
    }

    @Test("Temporary refusals are tried again after Retry-After", arguments: [409, 429, 503])
    func temporaryRefusals(status: Int) throws {
        let bed = try TestBed(seed: UInt64(status))
        _ = bed.start()
        _ = bed.openSignalling()
        _ = bed.reply(TestServer.refusal(status, code: "point-elsewhere", retryAfter: 6))
        #expect(bed.session.state == .waiting)
        bed.run(.milliseconds(5_990))
        #expect(bed.session.state == .waiting)
        bed.run(.milliseconds(1_100))
        #expect(bed.session.state == .joining)
        #expect(bed.events.last == .joining(attempt: 2))
    }

    @Test("A server that can't be reached, or is silent, is tried again")
    func unreachable() throws {
        let bed = try TestBed()
        _ = bed.start()
        _ = bed.failSignalling()
        #expect(bed.session.state == .waiting)
        bed.run(.milliseconds(1_100))
        #expect(bed.session.state == .joining)
        bed.run(.milliseconds(5_100))
        let expected = "the server did not answer in time"
        #expect(bed.events.contains { if case .unreachable(expected, _) = $0 { true } else { false } })
    }

    @Test("A certificate that is not trusted ends it")
    func untrusted() throws {
        let bed = try TestBed()
        _ = bed.start()
        _ = bed.failSignalling(isFinal: true)
        guard case .ended(.refused(let notice)) = bed.session.state else {
            Issue.record("still \(bed.session.state)")
            return
        }
        #expect(notice.code == "server-not-trusted")
    }

    @Test("Answers that are of no use are no end", arguments: 0..<5)
    func nonsense(kind: Int) throws {
        let bed = try TestBed()
        _ = bed.start()
        guard case .send(let request)? = bed.openSignalling().last else { return }
        let good = try bed.server.answer(request)
        let text = String(decoding: good, as: UTF8.self)
        let replies: [String] = [
            "garbage\r\n\r\n",
            "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nv=0",
            text.replacing("a=candidate", with: "a=candidat_"),
            text.replacing("Location: ", with: "Location_: "),
            text.replacing("a=setup:passive", with: "a=setup:actpass"),
        ]
        _ = bed.reply(Array(replies[kind].utf8))
        #expect(bed.session.state == .waiting)
        #expect(bed.events.contains { if case .unreachable = $0 { true } else { false } })
    }

    @Test(
        "A problem that is no JSON, or says little, is told by its status",
        arguments: ["", "[]", "{}", #"{"code":7}"#])
    func poorProblem(body: String) throws {
        let bed = try TestBed()
        _ = bed.start()
        _ = bed.openSignalling()
        _ = bed.reply(Array("HTTP/1.1 403 Forbidden\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
        guard case .ended(.refused(let notice)) = bed.session.state else {
            Issue.record("still \(bed.session.state)")
            return
        }
        #expect(notice.code == "http-403")
    }

    @Test("An answer cut anywhere comes to the same")
    func cutAnywhere() throws {
        let bed = try TestBed()
        _ = bed.start()
        guard case .send(let request)? = bed.openSignalling().last else { return }
        let reply = try bed.server.answer(request)
        for byte in reply.dropLast() { #expect(bed.reply([byte]).isEmpty) }
        #expect(bed.reply([reply[reply.count - 1]]) == [.disconnect, .report(.answered(session: "public-id"))])
        #expect(bed.session.state == .connecting)
    }

    @Test("A dead server is noticed within three seconds; the next try shows the binding secret", arguments: 0..<5)
    func deadServer(seed: UInt64) throws {
        let bed = try TestBed(seed: seed)
        try bed.join()
        #expect(bed.session.state == .connected)
        let packetsBefore = bed.session.status().traffic.packetsReceived
        bed.isServerDead = true
        bed.run(.milliseconds(3_100))
        #expect(bed.events.contains { if case .lost(.serverSilent, _) = $0 { true } else { false } })
        bed.run(.seconds(1))
        #expect(bed.session.state == .joining)
        guard case .send(let bytes)? = bed.openSignalling().last else {
            Issue.record("nothing was sent")
            return
        }
        #expect(try TestServer.request(bytes).fields[TestServer.name("Diemcau-Binding")] == "secret")
        bed.isServerDead = false
        _ = bed.reply(try bed.server.answer(bytes))
        bed.run(.seconds(2))
        #expect(bed.session.state == .connected)
        let status = bed.session.status()
        #expect(status.connections == 2)
        #expect(status.slots.count == 6)
        #expect(status.traffic.packetsReceived >= packetsBefore)
    }

    @Test("Whoever finds another device on its seat after the server closed it has been replaced")
    func replaced() throws {
        let bed = try TestBed()
        try bed.join()
        bed.server.transport?.close(at: bed.now, into: &bed.server.outbox)
        bed.run(.milliseconds(100))
        #expect(bed.events.contains { if case .lost(.closedByServer, _) = $0 { true } else { false } })
        bed.run(.seconds(1))
        _ = bed.openSignalling()
        _ = bed.reply(TestServer.refusal(409, code: "point-elsewhere", retryAfter: 6))
        #expect(bed.session.state == .ended(.replaced))
    }

    @Test("Leaving closes the media at once, deletes the resource, and ends")
    func leaving() throws {
        let bed = try TestBed()
        try bed.join()
        bed.session.leave(at: bed.now, into: &bed.outbox)
        #expect(bed.takeNewEffects() == [.connect])
        guard case .send(let bytes)? = bed.openSignalling().last else {
            Issue.record("nothing was sent")
            return
        }
        let request = try TestServer.request(bytes)
        #expect(request.method == .delete)
        #expect(request.target.path == "/v1/rooms/r/media/42")
        #expect(request.fields[.authorization] == "Bearer t0ken")
        bed.run(.milliseconds(50))
        #expect(bed.server.transport?.state == .closed(.peerClosed))
        #expect(bed.reply(Array("HTTP/1.1 200 OK\r\n".utf8)) == [.disconnect, .report(.ended(.left))])
    }

    @Test("Leaving does not wait for a dead server")
    func leavingDead() throws {
        let bed = try TestBed()
        try bed.join()
        bed.session.leave(at: bed.now, into: &bed.outbox)
        bed.run(.milliseconds(2_010))
        #expect(bed.session.state == .ended(.left))
    }
}
