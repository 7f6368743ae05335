import ICE
import Testing
import Units

@Suite("Candidates and credentials")
struct CandidateTests {
    @Test("priorities are those of RFC 8445 §5.1.2.1 and RFC 6544 §4.2")
    func priorities() {
        #expect(Candidate.priority(.host, localPreference: 65_535) == 2_130_706_431)
        #expect(Candidate.priority(.serverReflexive, localPreference: 65_535) == 1_694_498_815)
        #expect(Candidate.priority(.peerReflexive, localPreference: 65_534, component: 2) == 1_862_270_718)
        #expect(Candidate.priority(.relayed, localPreference: 0) == 255)
        #expect(Candidate.localPreference(.tcpActive, other: 8_191) == 57_343)
        #expect(Candidate.localPreference(.tcpPassive, other: 0) == 32_768)
        #expect(Candidate.localPreference(.tcpSimultaneousOpen, other: 65_535) == 24_575)
        #expect(Candidate.localPreference(.udp, other: 8_191) == 65_535)
    }

    @Test("a pair's priority is that of RFC 8445 §6.1.2.3")
    func pairPriorities() {
        #expect(Candidate.pairPriority(controlling: 5, controlled: 3) == 3 << 32 + 11)
        #expect(Candidate.pairPriority(controlling: 3, controlled: 5) == 3 << 32 + 10)
        #expect(Candidate.pairPriority(controlling: 0x7FFF_FFFF, controlled: 1) == 1 << 32 + 0xFFFF_FFFF)
        _ = Candidate.pairPriority(controlling: .max, controlled: .max)
    }

    @Test("new credentials are long enough, allowed, and never the same", arguments: 1...20 as ClosedRange<UInt64>)
    func make(seed: UInt64) {
        var random = SeededRandom(state: seed)
        let first = ICECredentials.make(using: &random)
        #expect(first.fragment.utf8.count == 8 && first.password.utf8.count == 24)
        #expect(ICECredentials(fragment: first.fragment, password: first.password) == first)
        #expect(ICECredentials.make(using: &random) != first)
    }

    @Test(
        "credentials that break the grammar are refused",
        arguments: [
            ("abc", String(repeating: "p", count: 22)), ("abcd", String(repeating: "p", count: 21)),
            ("ab:d", String(repeating: "p", count: 22)), ("abcd", String(repeating: "p", count: 21) + "é"),
            (String(repeating: "u", count: 257), String(repeating: "p", count: 22)),
            ("abcd", String(repeating: "p", count: 257)), ("ab d", String(repeating: "p", count: 22)),
        ])
    func refused(fragment: String, password: String) {
        #expect(ICECredentials(fragment: "abcd", password: String(repeating: "p", count: 22)) != nil)
        #expect(ICECredentials(fragment: fragment, password: password) == nil)
    }
}
