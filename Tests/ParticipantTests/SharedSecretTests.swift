import Participant
import Testing
import Transport
import Units

@Suite("Media and socket share one secret")
struct SharedSecretTests {
    /// Joined once, closed by the server, and about to try again.
    private func bedAfterClose() throws -> TestBed {
        let bed = try TestBed()
        try bed.join()
        bed.server.transport?.close(at: bed.now, into: &bed.server.outbox)
        bed.run(.milliseconds(100))
        #expect(bed.session.state == .waiting)
        return bed
    }

    @Test("A secret that the socket brought goes into the next request")
    func given() throws {
        let bed = try TestBed()
        bed.session.binding = "00112233445566778899aabbccddeeff"
        _ = bed.start()
        guard case .send(let request)? = bed.openSignalling().last else { throw TestProblem.malformed }
        #expect(String(decoding: request, as: UTF8.self).contains("00112233445566778899aabbccddeeff"))
    }

    @Test("A seat that our own socket took meanwhile is tried again with its secret, soon")
    func ownSocket() throws {
        let bed = try bedAfterClose()
        while bed.session.state == .waiting { bed.run(.milliseconds(20)) }
        _ = bed.openSignalling()
        bed.session.binding = "ffeeddccbbaa99887766554433221100"
        _ = bed.reply(TestServer.refusal(409, code: "point-elsewhere", retryAfter: 6))
        #expect(bed.session.state == .waiting)
        bed.run(.seconds(3))
        #expect(bed.session.state == .joining)
    }

    @Test("With a socket beside it the first refusal may be its doing, the second is another device's")
    func patience() throws {
        let bed = try bedAfterClose()
        bed.session.hasSocket = true
        for expected in [SessionState.waiting, .ended(.replaced)] {
            while bed.session.state == .waiting { bed.run(.milliseconds(20)) }
            _ = bed.openSignalling()
            _ = bed.reply(TestServer.refusal(409, code: "point-elsewhere", retryAfter: 1))
            #expect(bed.session.state == expected)
        }
    }
}

@Suite("A server that is gone")
struct LostServerTests {
    @Test("Media comes back at once when somebody else has found the server gone, not after its own three seconds")
    func loseServer() throws {
        let bed = try TestBed()
        try bed.join()
        #expect(bed.session.state == .connected)
        bed.session.loseServer(at: bed.now, random: &bed.random)
        #expect(bed.session.state == .waiting)
        bed.run(.milliseconds(1_001))
        #expect(bed.session.state == .joining)
        #expect(bed.events.contains { if case .lost(.serverSilent, _) = $0 { true } else { false } })
    }

    @Test("Where nothing stands nothing is lost")
    func nothing() throws {
        let bed = try TestBed()
        bed.session.loseServer(at: bed.now, random: &bed.random)
        #expect(bed.session.state == .idle)
    }
}
