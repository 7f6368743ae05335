import Testing
import Units

@testable import Conference

@Suite("Agenda")
struct AgendaTests {
    @Test("gives all back in order of time, nothing before its time", arguments: 1...20 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SeededRandom(state: seed)
        var agenda = Agenda<UInt64>()
        var waiting: [UInt64] = []
        for now in 0..<300 as Range<UInt64> {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let at = now + .random(in: 0...40, using: &random)
                agenda.add(at, at: .ms(at))
                waiting.append(at)
            }
            #expect(agenda.earliest == waiting.min().map(Instant.ms))
            while let item = agenda.take(dueAt: .ms(now)) {
                #expect(item == waiting.min() && item <= now)
                if let index = waiting.firstIndex(of: item) { waiting.remove(at: index) }
            }
            #expect(waiting.allSatisfy { $0 > now })
        }
    }
}
