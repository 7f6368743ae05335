import ICE
import STUN
import TestAuthenticator
import Testing
import Units
import Wire

@Suite("ControllingAgent")
struct ControllingAgentTests {
    @Test("one candidate is nominated by its first check: connected after one round trip")
    func connects() throws {
        var bed = TestBed(candidates: [TestBed.candidate(1)])
        #expect(bed.client.state == .checking && bed.client.deadline == bed.now && bed.client.selectedPath == nil)
        bed.run(until: milliseconds(1_500))
        #expect(bed.selectedAt == milliseconds(1_040))
        #expect(bed.client.state == .connected && bed.client.roundTrip == .milliseconds(40))
        #expect(bed.client.mappedAddress == TestBed.clientAddress)
        let place = try #require(bed.client.selectedPath)
        #expect(place == NetworkPath(remote: TestBed.candidate(1).address, local: TestBed.clientAddress))
        #expect(bed.server.selectedPath == NetworkPath(remote: place.local, local: place.remote))
        #expect(bed.client.isValidated(place) && bed.requests == 1)
    }

    @Test("its path is checked once a second while answers come")
    func consent() {
        var bed = TestBed(candidates: [TestBed.candidate(1)])
        bed.run(until: milliseconds(61_500))
        #expect(bed.client.state == .connected && bed.requests == 61 && bed.event == nil)
    }

    @Test("of several the first that answers is nominated, and both sides agree", arguments: [0, 1, 2])
    func several(dead: Int) throws {
        let candidates = (1...3).map { TestBed.candidate($0, priority: UInt32(100 - $0)) }
        var bed = TestBed(candidates: candidates)
        bed.dead = Set(candidates[..<dead].map(\.address))
        bed.run(until: milliseconds(3_000))
        let place = try #require(bed.client.selectedPath)
        #expect(place.remote == candidates[dead].address)
        #expect(bed.server.selectedPath?.local == place.remote)
        let selectedAt = try #require(bed.selectedAt)
        #expect(selectedAt == milliseconds(1_000 + 50 * dead + 80), "two round trips from its first check")
    }

    @Test("loss both ways delays it, and neither fails nor loses it", arguments: 1...40 as ClosedRange<UInt64>)
    func loss(seed: UInt64) {
        let candidates = [TestBed.candidate(1), TestBed.candidate(2, priority: 50)]
        var bed = TestBed(candidates: candidates, lossPerMille: 100, seed: seed)
        bed.run(until: milliseconds(61_000))
        #expect(bed.client.state == .connected, "seed \(seed)")
        #expect(bed.selectedAt.map { $0 < milliseconds(3_500) } == true, "seed \(seed)")
        #expect(bed.server.selectedPath?.local == bed.client.selectedPath?.remote, "seed \(seed)")
        #expect(bed.requests < 150, "seed \(seed)")
    }

    @Test("a dead server is noticed 3 s after its last answer, never earlier", arguments: 1...40 as ClosedRange<UInt64>)
    func death(seed: UInt64) throws {
        var bed = TestBed(candidates: [TestBed.candidate(1)], lossPerMille: seed % 2 * 50, seed: seed)
        let diesAt = milliseconds(10_000 + Int(seed) * 37)
        bed.run(until: diesAt)
        #expect(bed.client.state == .connected)
        bed.dead = [TestBed.candidate(1).address]
        bed.run(until: diesAt.advanced(by: .seconds(10)))

        let event = try #require(bed.event)
        let lastAnswer = try #require(bed.lastAnswer)
        #expect(event.0 == .lost && bed.client.state == .lost)
        #expect(event.at.since(lastAnswer) >= .seconds(3) && event.at.since(lastAnswer) < .seconds(4))
        #expect(event.at.since(diesAt) <= .milliseconds(3_040), "an answer may still have been under way")
        #expect(bed.client.deadline == nil && bed.client.selectedPath == nil)
    }

    @Test("an outage that ends in time is no death")
    func outage() {
        var bed = TestBed(candidates: [TestBed.candidate(1)])
        bed.run(until: milliseconds(5_000))
        bed.lossPerMille = 1_000
        bed.run(until: milliseconds(6_700))
        bed.lossPerMille = 0
        bed.run(until: milliseconds(20_000))
        #expect(bed.client.state == .connected && bed.event == nil)
    }

    @Test("without any answer it fails after ten seconds, having sent few checks")
    func failure() throws {
        var bed = TestBed(candidates: [TestBed.candidate(1), TestBed.candidate(2)])
        bed.dead = [TestBed.candidate(1).address, TestBed.candidate(2).address]
        bed.run(until: milliseconds(60_000))
        let event = try #require(bed.event)
        #expect(event.0 == .failed && event.at == milliseconds(11_000) && bed.client.state == .failed)
        #expect((20...50).contains(bed.requests))
    }

    @Test("candidates of TCP, of component 2, and the seventeenth are left out; doubles too")
    func candidates() {
        var odd = [TestBed.candidate(1), TestBed.candidate(1), TestBed.candidate(2), TestBed.candidate(3)]
        odd[2].transport = .tcpPassive
        odd[3].component = 2
        var bed = TestBed(candidates: odd)
        bed.run(until: milliseconds(1_001))
        #expect(bed.requests == 1)

        var many = TestBed(candidates: (1...40).map { TestBed.candidate($0) })
        many.dead = Set((1...40).map { TestBed.candidate($0).address })
        many.run(until: milliseconds(11_000))
        #expect(many.targets.count == 16 && many.requests < 16 * 30)
    }

    @Test("only an authentic response to its own check from the right place counts, damaged ones never")
    func forgery() throws {
        var bed = TestBed(candidates: [TestBed.candidate(1)])
        let way = NetworkPath(remote: TestBed.candidate(1).address, local: TestBed.clientAddress)
        var outbox = Outbox(capacity: 2_000, datagrams: 2)
        let event = bed.client.advance(
            to: bed.now, authenticator: TestAuthenticator(), random: &bed.random, into: &outbox)
        #expect(event == nil && outbox.count == 1)
        let turned = NetworkPath(remote: way.local, local: way.remote)
        let answer = try #require(bed.server.receive(outbox.datagrams[0], on: turned).answers.first)

        for bit in 0..<answer.count * 8 {
            var damaged = answer
            damaged[bit / 8] ^= 1 << (bit % 8)
            guard case .ignored = bed.receive(damaged, on: way) else {
                Issue.record("bit \(bit) was not noticed")
                return
            }
        }
        for length in 0..<answer.count {
            #expect(bed.receive(Array(answer[..<length]), on: way) == .ignored(.malformed))
        }
        let elsewhere = NetworkPath(remote: TestBed.candidate(2).address, local: way.local)
        #expect(bed.receive(answer, on: elsewhere) == .ignored(.wrongAddress))
        #expect(bed.receive(outbox.datagrams[0], on: way) == .ignored(.unexpected))
        #expect(bed.client.state == .checking && !bed.client.isValidated(way))

        #expect(bed.receive(answer, on: way) == .selected(way))
        #expect(bed.receive(answer, on: way) == .ignored(.unknownTransaction), "a response counts once")
    }

    @Test("an authentic error is reported and connects nothing")
    func refusal() throws {
        var bed = TestBed(candidates: [TestBed.candidate(1)])
        let way = NetworkPath(remote: TestBed.candidate(1).address, local: TestBed.clientAddress)
        var outbox = Outbox(capacity: 2_000, datagrams: 2)
        _ = bed.client.advance(
            to: bed.now, authenticator: TestAuthenticator(), random: &bed.random, into: &outbox)
        let request = outbox.datagrams[0]
        let id = try TransactionID(parsing: unsafe request.span.bytes)
        // The server's own words for a peer in the wrong role, under this transaction.
        let conflicting = TestCheck(server, client).with {
            $0.controlling = nil
            $0.controlled = 1
            $0.id = id
        }
        let answer = try #require(bed.server.receive(try conflicting.bytes(), on: path()).answers.first)
        #expect(bed.receive(answer, on: way) == .refused(code: 487))
        #expect(bed.client.state == .checking && bed.client.counters.refused == 1)
        bed.run(until: milliseconds(2_000))
        #expect(bed.client.state == .connected, "the next check is answered well")
    }
}
