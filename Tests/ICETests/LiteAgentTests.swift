import ICE
import STUN
import TestAuthenticator
import Testing
import Units
import Wire

@Suite("LiteAgent")
struct LiteAgentTests {
    private let check = TestCheck(server, client)

    private func agent() -> LiteAgent { LiteAgent(local: server, remote: client) }

    @Test("a valid check is answered on its own path with the address it came from, sealed")
    func answers() throws {
        for remote in ["10.1.2.3:4567", "[2001:db8::7]:4567", "[::ffff:10.1.2.3]:4567"] {
            var agent = agent()
            let place = try #require(SocketAddress(remote))
            let way = NetworkPath(remote: place, local: path().local)
            let reaction = agent.receive(try check.bytes(), on: way)
            #expect(reaction.outcome == .answered(pathValidated: true))
            #expect(reaction.answerPaths == [way])

            let answer = try #require(reaction.answers.first)
            let message = try STUNMessage(parsing: unsafe answer.span.bytes)
            let key = Array(server.password.utf8)
            #expect(message.messageClass == .success && message.transactionID == check.id)
            #expect(message.mappedAddress == SocketAddress(place.address.unmapped, port: 4_567))
            #expect(message.hasFingerprint && message.notUnderstood.isEmpty)
            #expect(
                message.isAuthentic(
                    in: unsafe answer.span.bytes, key: unsafe key.span.bytes, authenticator: TestAuthenticator()))
        }
    }

    @Test("strangers get no answer, change nothing, and are counted by reason")
    func strangers() throws {
        let cases: [(CheckFault, TestCheck)] = [
            (.unknownUser, check.with { $0.username = "server+2:clie" }),
            (.unknownUser, check.with { $0.username = "server+1:clix" }),
            (.unknownUser, check.with { $0.username = "server+1:clie2" }),
            (.unknownUser, check.with { $0.username = "server+1:cli" }),
            (.unknownUser, check.with { $0.username = "" }),
            (.wrongIntegrity, check.with { $0.password = client.password }),
            (.wrongIntegrity, check.with { $0.password = "" }),
            (.noIntegrity, check.with { $0.hasIntegrity = false }),
            (.noFingerprint, check.with { $0.hasFingerprint = false }),
            (.unexpected, check.with { $0.messageClass = .indication }),
            (.unexpected, check.with { $0.messageClass = .success }),
            (.unexpected, check.with { $0.messageClass = .error }),
        ]
        for (fault, stranger) in cases {
            var agent = agent()
            let reaction = agent.receive(try stranger.with { $0.nominates = true }.bytes(), on: path())
            #expect(reaction.outcome == .ignored(fault) && reaction.answers.isEmpty)
            #expect(agent.selectedPath == nil && agent.lastCheck == nil && !agent.isValidated(path(), at: .zero))
            #expect(agent.counters[fault] == 1 && agent.counters.allIgnored == 1)
        }
    }

    @Test("without the peer's credentials any fragment of its own is taken, ours is not")
    func remoteUnknown() throws {
        var agent = LiteAgent(local: server, remote: nil)
        #expect(agent.receive(try check.bytes(), on: path()).answers.count == 1)
        let other = try check.with { $0.username = "server+1:whoever" }.bytes()
        #expect(agent.receive(other, on: path()).answers.count == 1)
        let nobody = try check.with { $0.username = "server+1:" }.bytes()
        #expect(agent.receive(nobody, on: path()).outcome == .ignored(.unknownUser))
    }

    @Test("a check cut short at any length, or with one bit changed, is never answered")
    func damage() throws {
        let sound = try check.with { $0.nominates = true }.bytes()
        var agent = agent()
        #expect(agent.receive(sound, on: path(1)).outcome == .selected(path(1)))
        for length in 0..<sound.count {
            #expect(agent.receive(Array(sound[..<length]), on: path(2)).answers.isEmpty, "\(length) bytes")
        }
        for bit in 0..<sound.count * 8 {
            var damaged = sound
            damaged[bit / 8] ^= 1 << (bit % 8)
            #expect(agent.receive(damaged, on: path(2)).answers.isEmpty, "bit \(bit)")
        }
        #expect(agent.selectedPath == path(1) && !agent.isValidated(path(2), at: .zero))
        #expect(agent.counters.allIgnored == UInt64(sound.count * 9) && agent.counters.answered == 1)
        #expect(agent.receive(sound, on: path(1)).answers.count == 1)
    }

    @Test("a peer that says it is controlled is told of the conflict (RFC 8445 §7.3.1.1)")
    func roleConflict() throws {
        var agent = agent()
        let conflicting = check.with {
            $0.controlling = nil
            $0.controlled = 9
            $0.nominates = true
        }
        let reaction = agent.receive(try conflicting.bytes(), on: path())
        #expect(reaction.outcome == .refused(code: 487) && agent.counters.refused == 1)
        let answer = try #require(reaction.answers.first)
        let message = try STUNMessage(parsing: unsafe answer.span.bytes)
        let key = Array(server.password.utf8)
        #expect(message.messageClass == .error && message.errorCode == 487)
        #expect(
            message.isAuthentic(
                in: unsafe answer.span.bytes, key: unsafe key.span.bytes, authenticator: TestAuthenticator()))
        #expect(agent.selectedPath == nil && !agent.isValidated(path(), at: .zero) && agent.lastCheck == nil)
    }

    @Test("an attribute that must be understood and is not is answered 420 with its type")
    func unknownAttribute() throws {
        var agent = agent()
        let reaction = agent.receive(try check.with { $0.unknown = 0x0019 }.bytes(), on: path())
        #expect(reaction.outcome == .refused(code: 420))
        let answer = try #require(reaction.answers.first)
        let message = try STUNMessage(parsing: unsafe answer.span.bytes)
        #expect(message.errorCode == 420)
        #expect(answer[try #require(message.unknownToPeer)].elementsEqual([0, 0x19]))
        #expect(!agent.isValidated(path(), at: .zero))
    }

    @Test("nothing is lost but the answer when the outbox is full")
    func fullOutbox() throws {
        var agent = agent()
        var outbox = Outbox(capacity: 40, datagrams: 1)
        let datagram = try check.with { $0.nominates = true }.bytes()
        let outcome = agent.receive(
            unsafe datagram.span.bytes, on: path(), at: .zero, authenticator: TestAuthenticator(), into: &outbox)
        #expect(outcome == .selected(path()) && outbox.isEmpty && outbox.dropped == 1)
    }

    @Test("checked paths are remembered, at most eight for 30 s, and the selected one for ever")
    func paths() throws {
        var agent = agent()
        let plain = try check.bytes()
        _ = agent.receive(try check.with { $0.nominates = true }.bytes(), on: path(0), at: .zero)
        for number in 1...8 { _ = agent.receive(plain, on: path(number), at: milliseconds(number)) }
        let repeated = agent.receive(plain, on: path(1), at: milliseconds(9))
        #expect(repeated.outcome == .answered(pathValidated: false))
        #expect(agent.receive(plain, on: path(9), at: milliseconds(10)).outcome == .answered(pathValidated: true))

        let remembered = (0...9).filter { agent.isValidated(path($0), at: milliseconds(11)) }
        #expect(remembered == [0, 1, 3, 4, 5, 6, 7, 8, 9], "0 is selected, 2 was checked longest ago")
        let later = (0...9).filter { agent.isValidated(path($0), at: milliseconds(30_009)) }
        #expect(later == [0, 9])
        #expect(agent.receive(plain, on: path(1), at: milliseconds(40_000)).outcome == .answered(pathValidated: true))
        #expect(agent.lastCheck == milliseconds(40_000))
    }
}
