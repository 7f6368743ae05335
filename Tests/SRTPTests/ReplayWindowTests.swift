import SRTP
import Testing

@Suite("ReplayWindow")
struct ReplayWindowTests {
    @Test("accepts what a list of everything seen would", arguments: 1...40 as ClosedRange<UInt64>)
    func sameAsList(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        var window = ReplayWindow()
        var seen: Set<UInt64> = []
        var front: UInt64 = [0, 60, 65_500, 1 << 32 - 50, 1 << 48 - 20_000].randomElement(using: &random) ?? 0
        for _ in 0..<2_000 {
            let jump =
                UInt64.random(in: 0..<40, using: &random) == 0 ? UInt64.random(in: 800..<2_400, using: &random) : 3
            let index = front + UInt64.random(in: 0...jump, using: &random)
            let late = index - min(index, UInt64.random(in: 0..<1_100, using: &random))
            for index in [index, late] {
                let newest = seen.max() ?? 0
                let expected =
                    !seen.contains(index) && (index > newest || newest - index < ReplayWindow.size || seen.isEmpty)
                #expect(window.isNew(index) == expected, "index \(index), newest \(newest), seed \(seed)")
                #expect(window.insert(index) == expected)
                if expected { seen.insert(index) }
                seen = seen.filter { $0 + 2_400 > newest }
            }
            front = window.newest ?? 0
        }
    }

    @Test("asking changes nothing")
    func asking() {
        var window = ReplayWindow()
        window.insert(10)
        for index in [0, 10, 11, 1_000] as [UInt64] { _ = window.isNew(index) }
        #expect(window.newest == 10)
        #expect(window.isNew(0))
        #expect(window.insert(1_030) && !window.isNew(10))
        #expect(window.isNew(7) && !window.isNew(6))
    }
}
