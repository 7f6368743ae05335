import RTP
import Testing
import Units

@Suite("NackGenerator")
struct NackGeneratorTests {
    /// A generator that has seen `steps` from `first` on, all at time zero.
    private func generator(_ first: UInt16, _ steps: [Int]) -> NackGenerator {
        var nacks = NackGenerator()
        for step in steps { nacks.receive(SequenceNumber(rawValue: first).advanced(by: step), at: .zero) }
        return nacks
    }

    /// Missing, requested, recovered, abandoned.
    private func figures(_ nacks: NackGenerator) -> [UInt64] {
        [nacks.counts.missing, nacks.counts.requested, nacks.counts.recovered, nacks.counts.abandoned]
    }

    @Test("asks for exactly what is missing", arguments: wrapAroundStarts)
    func asksForGap(first: UInt16) {
        let start = SequenceNumber(rawValue: first)
        var nacks = generator(first, [0, 1, 4])
        #expect(nacks.poll(at: Instant(nanoseconds: 9_999_999)) == [], "10 ms of reordering are tolerated")
        #expect(nacks.deadline == .milliseconds(10))
        #expect(nacks.poll(at: .milliseconds(10)) == [2, 3].map(start.advanced(by:)))
        #expect(nacks.poll(at: .milliseconds(10)) == [])
        #expect(figures(nacks) == [2, 2, 0, 0])
    }

    @Test(
        "a repair counts only where its packet is missing, and makes none missing or new", arguments: wrapAroundStarts)
    func repairs(first: UInt16) {
        let start = SequenceNumber(rawValue: first)
        var nacks = NackGenerator()
        #expect(nacks.receiveRepair(start) == .old, "of what nothing is known of yet")
        nacks = generator(first, [0, 1, 5])
        #expect(nacks.poll(at: .milliseconds(10)) == [2, 3, 4].map(start.advanced(by:)))
        for step in [0, 1, 5, 6, 9, 600, -1, -700, -699, -600, 20_000, -20_000] {
            #expect(nacks.receiveRepair(start.advanced(by: step)) == .old, "\(step)")
        }
        #expect(nacks.missingCount == 3 && nacks.deadline == .milliseconds(110))
        #expect(nacks.receiveRepair(start.advanced(by: 3)) == .recovered)
        #expect(nacks.receiveRepair(start.advanced(by: 3)) == .old)
        #expect(nacks.receive(start.advanced(by: 3), at: .milliseconds(20)) == .old)
        #expect(nacks.receive(start.advanced(by: 6), at: .milliseconds(20)) == .inOrder)
        #expect(nacks.poll(at: .milliseconds(110)) == [2, 4].map(start.advanced(by:)))
    }

    @Test("says what each packet is", arguments: wrapAroundStarts)
    func arrivals(first: UInt16) {
        let start = SequenceNumber(rawValue: first)
        var nacks = NackGenerator()
        func arrive(_ step: Int) -> NackGenerator.Arrival { nacks.receive(start.advanced(by: step), at: .zero) }
        #expect(arrive(0) == .inOrder)
        #expect(arrive(1) == .inOrder)
        #expect(arrive(5) == .afterGap)
        #expect(arrive(3) == .reordered)
        #expect(nacks.poll(at: .milliseconds(10)) == [2, 4].map(start.advanced(by:)))
        #expect(nacks.receive(start.advanced(by: 2), at: .milliseconds(20)) == .recovered)
        #expect(nacks.receive(start.advanced(by: 2), at: .milliseconds(20)) == .old)
        #expect(nacks.receive(start.advanced(by: 5), at: .milliseconds(20)) == .old)
        #expect(nacks.receive(start.advanced(by: -3), at: .milliseconds(20)) == .old)
        #expect(nacks.missingCount == 1)
        #expect(nacks.counts.recovered == 1)
    }

    @Test("what came out of order within the tolerance is never asked for", arguments: wrapAroundStarts)
    func reordering(first: UInt16) {
        var nacks = generator(first, [0, 2, 1, 4, 3])
        #expect(nacks.missingCount == 0 && nacks.deadline == nil)
        #expect(nacks.poll(at: .milliseconds(1_000)) == [])
    }

    @Test("asks again after a round trip and a quarter, ten times, then gives up")
    func repeats() {
        var nacks = generator(65_535, [0, 2])
        nacks.setRoundTrip(.milliseconds(80))
        var asked: [Int] = []
        for millisecond in 0..<3_000 where !nacks.poll(at: .milliseconds(millisecond)).isEmpty {
            asked.append(millisecond)
        }
        #expect(asked == (0..<10).map { 10 + 100 * $0 })
        #expect(nacks.missingCount == 0 && nacks.deadline == nil)
        #expect(figures(nacks) == [1, 10, 0, 1])
    }

    @Test(
        "the interval stays within 20 ms and 1 s", arguments: [(0, 20), (-5, 20), (8, 20), (16, 20), (10_000, 1_000)])
    func interval(roundTrip: Int, expected: Int) {
        var nacks = generator(0, [0, 2])
        nacks.setRoundTrip(.milliseconds(roundTrip))
        _ = nacks.poll(at: .milliseconds(10))
        #expect(nacks.deadline == .milliseconds(10 + expected))
    }

    @Test("a gap of 511 is asked for, one more starts afresh and wants a key frame", arguments: wrapAroundStarts)
    func longGap(first: UInt16) {
        var nacks = generator(first, [0, 512])
        #expect(nacks.missingCount == 511)
        #expect(nacks.takeKeyframeRequest() == false)

        var tooLong = generator(first, [0])
        #expect(tooLong.receive(SequenceNumber(rawValue: first).advanced(by: 513), at: .zero) == .restarted)
        #expect(tooLong.missingCount == 0 && tooLong.deadline == nil)
        #expect(tooLong.takeKeyframeRequest() == true)
        #expect(tooLong.takeKeyframeRequest() == false, "once is enough")
        #expect(tooLong.receive(SequenceNumber(rawValue: first).advanced(by: 514), at: .zero) == .inOrder)
    }

    @Test("never more than 512 are missing: the oldest are given up", arguments: wrapAroundStarts)
    func bounded(first: UInt16) {
        let steps = Array(stride(from: 0, through: 1_200, by: 2))
        var nacks = generator(first, steps)
        #expect(nacks.missingCount == 512)
        #expect(nacks.takeKeyframeRequest() == true)
        let asked = nacks.poll(at: .milliseconds(10))
        #expect(asked.last == SequenceNumber(rawValue: first).advanced(by: 1_199))
        #expect(asked.first == SequenceNumber(rawValue: first).advanced(by: 1_199 - 2 * 511))
        #expect(nacks.counts.abandoned == 600 - 512)
    }

    @Test("a source that begins anew far back is followed from its second packet", arguments: wrapAroundStarts)
    func restart(first: UInt16) {
        let start = SequenceNumber(rawValue: first)
        var nacks = generator(first, [0, 1])
        #expect(nacks.receive(start.advanced(by: -5_000), at: .zero) == .old)
        #expect(nacks.receive(start.advanced(by: 2), at: .zero) == .inOrder, "the old numbers go on")
        #expect(nacks.receive(start.advanced(by: -4_999), at: .zero) == .old, "its memory of the stray is gone")
        #expect(nacks.receive(start.advanced(by: -4_998), at: .zero) == .restarted)
        #expect(nacks.takeKeyframeRequest() == true)
        #expect(nacks.receive(start.advanced(by: -4_997), at: .zero) == .inOrder)
    }

    @Test("what finds no room in the list stays due", arguments: wrapAroundStarts)
    func fullList(first: UInt16) {
        // Every 18th packet is missing, so that no two share an entry.
        let steps = (0..<100 * 18).filter { $0 % 18 != 17 } + [100 * 18]
        var nacks = generator(first, steps)
        #expect(nacks.missingCount == 100)
        var list = NackList()
        nacks.poll(at: .milliseconds(10), into: &list)
        #expect(list.count == 64)
        #expect(nacks.deadline == .milliseconds(10))
        list.removeAll()
        nacks.poll(at: .milliseconds(10), into: &list)
        #expect(list.count == 36)
        #expect(nacks.counts.requested == 100)
        #expect(nacks.deadline == .milliseconds(110))
    }

    @Test("a list nobody polls does not go wrong as the numbers wrap")
    func neverPolled() {
        var nacks = NackGenerator()
        for number in 0..<200_000 where number % 1_000 != 7 {
            nacks.receive(SequenceNumber(rawValue: UInt16(truncatingIfNeeded: number)), at: .zero)
        }
        #expect(nacks.missingCount <= 18)
        #expect(nacks.counts.missing == 200)
        #expect(nacks.counts.abandoned == 200 - UInt64(nacks.missingCount))
    }

    @Test("5 % loss both ways on a 40 ms path is repaired", arguments: 1...20 as ClosedRange<UInt64>)
    func repairsLoss(seed: UInt64) {
        var random = SeededRandom(state: seed)
        var path: [(at: Int, number: SequenceNumber)] = []
        var back: [(at: Int, number: SequenceNumber)] = []
        var nacks = NackGenerator()
        nacks.setRoundTrip(.milliseconds(80))
        let first = SequenceNumber(rawValue: 65_300)
        var missing = Set((0..<500).map { first.advanced(by: $0) })

        for millisecond in 0..<11_000 {
            func send(_ number: SequenceNumber, over link: inout [(at: Int, number: SequenceNumber)]) {
                if random.next() % 1_000 >= 50 { link.append((millisecond + 40, number)) }
            }
            if millisecond == 0 { path.append((40, first)) }  // What was lost before it nobody can know.
            if millisecond % 20 == 0, millisecond < 10_000 { send(first.advanced(by: millisecond / 20), over: &path) }
            for wanted in back where wanted.at == millisecond { send(wanted.number, over: &path) }
            for arrived in path where arrived.at == millisecond {
                missing.remove(arrived.number)
                nacks.receive(arrived.number, at: .milliseconds(millisecond))
            }
            path.removeAll { $0.at <= millisecond }
            back.removeAll { $0.at <= millisecond }
            for wanted in nacks.poll(at: .milliseconds(millisecond)) { send(wanted, over: &back) }
        }
        let isTail = missing.allSatisfy { $0.distance(from: first) >= 497 }
        #expect(isTail, "only the tail, which nothing follows, may stay lost (seed \(seed))")
        #expect(nacks.missingCount == 0)
    }

    @Test("whatever comes, the list is bounded and in order", arguments: 1...30 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SeededRandom(state: seed)
        var nacks = NackGenerator()
        var now = Instant.zero
        var last = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: random.next()))
        for _ in 0..<2_000 {
            now = now.advanced(by: .microseconds(Int.random(in: 0...20_000, using: &random)))
            let reach = [3, 40, 600, 40_000][Int.random(in: 0..<4, using: &random)]
            let number = last.advanced(by: Int.random(in: -reach...reach, using: &random))
            if nacks.receive(number, at: now) != .old { last = number }
            #expect(nacks.missingCount <= NackGenerator.maximumMissing)
            #expect((nacks.deadline == nil) == (nacks.missingCount == 0))
            let asked = nacks.poll(at: now)
            #expect(!asked.contains(number))
            #expect(zip(asked, asked.dropFirst()).allSatisfy { $1.distance(from: $0) > 0 })
        }
    }
}
