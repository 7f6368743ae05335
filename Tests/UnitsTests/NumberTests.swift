import Testing
import Units

@Suite("Sequence numbers, indexes and rates")
struct NumberTests {
    @Test("distance takes the shorter way round", arguments: [0, 1, 32_767, 32_768, 65_534, 65_535] as [UInt16])
    func distance(start: UInt16) {
        let number = SequenceNumber(rawValue: start)
        for step in [-32_768, -32_767, -1, 0, 1, 2, 32_767] {
            #expect(number.advanced(by: step).distance(from: number) == step)
        }
    }

    @Test("the index nearest to one that wrapped", arguments: [0, 1, 65_535, 65_536, 131_071, 1 << 40] as [UInt64])
    func nearest(index: UInt64) {
        for step in -3...3 {
            let (wanted, below) =
                step < 0 ? index.subtractingReportingOverflow(UInt64(-step)) : (index + UInt64(step), false)
            guard !below else { continue }
            #expect(index.nearestIndex(of: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: wanted))) == wanted)
        }
    }

    @Test("a number from before the first index is taken as one after, never below zero")
    func start() {
        #expect(UInt64(0).nearestIndex(of: SequenceNumber(rawValue: 65_535)) == 65_535)
        #expect(UInt64(2).nearestIndex(of: SequenceNumber(rawValue: 65_535)) == 65_535)
    }

    @Test("rates are exact and never trap")
    func rates() {
        #expect(Bitrate(bytes: 125_000, over: .seconds(1)) == .megabits(1))
        #expect(Bitrate(bytes: 1, over: .seconds(8)).bitsPerSecond == 1)
        #expect(Bitrate(bytes: .max, over: .nanoseconds(1)).bitsPerSecond == .max)
        #expect(Bitrate(bytes: 5, over: .zero).bitsPerSecond == 0)
        #expect(Bitrate(bytes: 5, over: .seconds(-1)).bitsPerSecond == 0)
        #expect(Bitrate.megabits(.max).bitsPerSecond == .max)
        #expect("\(Bitrate.kilobits(2_500))" == "2.5 Mbit/s")
    }
}
