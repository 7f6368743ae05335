import ICE
import Testing
import Units

/// One check in a story: at a time, on a path, and where media go after it.
struct Step: Sendable, CustomStringConvertible {
    var at: Int
    var on: NetworkPath
    var priority: UInt32
    var nominates = true
    var selected: NetworkPath?
    var description: String { "\(at) ms on \(on.remote), priority \(priority)" }
}

@Suite("LiteAgent: nomination and restart")
struct LiteAgentNominationTests {
    private static let wifi = path(1)
    private static let mobile = path(2)

    static let stories: [String: [Step]] = [
        "only USE-CANDIDATE moves the path": [
            Step(at: 0, on: wifi, priority: 9, nominates: false, selected: nil),
            Step(at: 1, on: mobile, priority: 1, selected: mobile),
            Step(at: 2, on: wifi, priority: 9, nominates: false, selected: mobile),
        ],
        "of several nominated the highest wins, in whichever order they come": [
            Step(at: 0, on: mobile, priority: 1, selected: mobile),
            Step(at: 1, on: wifi, priority: 9, selected: wifi),
            Step(at: 2, on: mobile, priority: 1, selected: wifi),
            Step(at: 4_000, on: wifi, priority: 9, selected: wifi),
            Step(at: 8_000, on: mobile, priority: 1, selected: wifi),
        ],
        "a lower one wins when the higher was not nominated for more than 5 s": [
            Step(at: 0, on: wifi, priority: 9, selected: wifi),
            Step(at: 5_000, on: mobile, priority: 1, selected: wifi),
            Step(at: 5_001, on: mobile, priority: 1, selected: mobile),
            Step(at: 5_002, on: wifi, priority: 9, selected: wifi),
        ],
        "or when the peer checks the higher one without nominating it any more": [
            Step(at: 0, on: wifi, priority: 9, selected: wifi),
            Step(at: 100, on: mobile, priority: 1, selected: wifi),
            Step(at: 200, on: wifi, priority: 9, nominates: false, selected: wifi),
            Step(at: 300, on: mobile, priority: 1, selected: mobile),
        ],
        "at equal priority the present one stays": [
            Step(at: 0, on: wifi, priority: 5, selected: wifi),
            Step(at: 1, on: mobile, priority: 5, selected: wifi),
            Step(at: 2, on: path(1, port: 6_000, server: 2), priority: 5, selected: wifi),
        ],
        "unless only the port has changed: a NAT forgot": [
            Step(at: 0, on: wifi, priority: 5, selected: wifi),
            Step(at: 1, on: path(1, port: 6_000), priority: 5, selected: path(1, port: 6_000)),
            Step(at: 2, on: path(1, port: 7_000), priority: 4, selected: path(1, port: 6_000)),
        ],
    ]

    @Test("where the path goes", arguments: stories.keys.sorted())
    func nomination(story: String) throws {
        var agent = LiteAgent(local: server, remote: client)
        for step in try #require(Self.stories[story]) {
            let before = agent.selectedPath
            let check = TestCheck(server, client).with {
                $0.priority = step.priority
                $0.nominates = step.nominates
            }
            let reaction = agent.receive(try check.bytes(), on: step.on, at: milliseconds(step.at))
            #expect(agent.selectedPath == step.selected, "\(step)")
            #expect(reaction.answers.count == 1, "nominated or not, a valid check is answered")
            let moved: Bool = if case .selected = reaction.outcome { true } else { false }
            #expect(moved == (before != step.selected), "\(step)")
        }
    }

    @Test("the order of nominations within 5 s does not matter", arguments: 1...50 as ClosedRange<UInt64>)
    func order(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        var agent = LiteAgent(local: server, remote: client)
        let numbers = Array(1...8).shuffled(using: &random)
        for (time, number) in numbers.enumerated() {
            let check = TestCheck(server, client).with {
                $0.priority = UInt32(number)
                $0.nominates = true
            }
            _ = agent.receive(try check.bytes(), on: path(number), at: milliseconds(time * 100))
        }
        #expect(agent.selectedPath == path(8))
    }

    @Test("after a restart both fragments are taken until the new pair is nominated")
    func restart() throws {
        let newServer = credentials("server+2", "anotherpasswordanotherpa")
        let newClient = credentials("clif", "clientpasswordclientp2")
        var agent = LiteAgent(local: server, remote: client)
        let old = TestCheck(server, client).with { $0.nominates = true }
        let new = TestCheck(newServer, newClient)
        _ = agent.receive(try old.bytes(), on: path(1))

        #expect(agent.receive(try new.bytes(), on: path(2)).outcome == .ignored(.unknownUser))
        agent.restart(local: newServer, remote: newClient)
        #expect(agent.localFragments == ["server+1", "server+2"])
        #expect(agent.selectedPath == path(1), "media go on")
        #expect(agent.receive(try old.bytes(), on: path(1)).answers.count == 1)
        #expect(agent.receive(try new.bytes(), on: path(2)).outcome == .answered(pathValidated: true))
        let crossed = new.with { $0.password = server.password }
        #expect(agent.receive(try crossed.bytes(), on: path(2)).outcome == .ignored(.wrongIntegrity))
        #expect(agent.receive(try old.bytes(), on: path(1)).answers.count == 1, "a mere check does not end the old")

        let nomination = new.with {
            $0.nominates = true
            $0.priority = 1
        }
        let reaction = agent.receive(try nomination.bytes(), on: path(2))
        #expect(reaction.outcome == .selected(path(2)), "whatever priority the old pair had")
        #expect(agent.localFragments == ["server+2"])
        #expect(agent.receive(try old.bytes(), on: path(1)).outcome == .ignored(.unknownUser))
        #expect(agent.isValidated(path(1), at: .zero), "what is under way on the old path is still taken")
    }

    @Test("a second restart before the first was nominated takes its place")
    func restartTwice() throws {
        let second = credentials("server+2", "anotherpasswordanotherpa")
        let third = credentials("server+3", "thirdpasswordthirdpasswo")
        var agent = LiteAgent(local: server, remote: client)
        agent.restart(local: second, remote: client)
        agent.restart(local: third, remote: client)
        #expect(agent.localFragments == ["server+1", "server+3"])
        #expect(agent.receive(try TestCheck(second, client).bytes(), on: path()).outcome == .ignored(.unknownUser))
        let nomination = TestCheck(third, client).with { $0.nominates = true }
        #expect(agent.receive(try nomination.bytes(), on: path()).outcome == .selected(path()))
    }
}
