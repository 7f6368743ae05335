import Forwarding
import Testing
import Units

@Suite("UplinkBound")
struct UplinkBoundTests {
    /// Bytes that are taken of a second's packets of 1,000 bytes, after ten seconds of the same.
    private func taken(ofKilobits kilobits: UInt64, limit: Bitrate) -> UInt64 {
        var bound = UplinkBound(limit: limit)
        let interval = 8_000_000_000 / kilobits
        var taken: UInt64 = 0
        var now: UInt64 = 1_000_000_000
        while now < 12_000_000_000 {
            if bound.takes(1_000, at: Instant(nanoseconds: now)), now >= 11_000_000_000 { taken += 1_000 }
            now += interval
        }
        return taken
    }

    @Test("four times the limit passes whole, and of more than that no more")
    func longRun() {
        let limit = Bitrate.kilobits(1_000)
        #expect(taken(ofKilobits: 2_000, limit: limit) == 250_000)
        #expect(taken(ofKilobits: 4_000, limit: limit) == 500_000)
        #expect(taken(ofKilobits: 5_000, limit: limit) == 500_000)
        #expect(taken(ofKilobits: 400_000, limit: limit) == 500_000)
    }

    /// How many of as many packets are taken that come at once.
    private func count(of packets: Int, _ bytes: Int, _ bound: inout UplinkBound, at now: Instant) -> Int {
        var taken = 0
        for _ in 0..<packets where bound.takes(bytes, at: now) { taken += 1 }
        return taken
    }

    @Test("two seconds' worth may come at once, and again when it has drained")
    func burst() {
        var bound = UplinkBound(limit: .kilobits(100))
        let start = Instant(nanoseconds: 5)
        let taken = [start, start, start.advanced(by: .seconds(1)), start.advanced(by: .seconds(9))].map {
            count(of: 200, 1_000, &bound, at: $0)
        }
        #expect(taken == [100, 0, 50, 100])
    }

    @Test("no limit, and no rate at all, trap nothing")
    func extremes() {
        var open = UplinkBound(limit: Bitrate(bitsPerSecond: .max))
        #expect(count(of: 10_000, 65_535, &open, at: .zero) == 10_000)
        var shut = UplinkBound(limit: Bitrate(bitsPerSecond: 0))
        #expect(count(of: 10, 65_535, &shut, at: .zero) == 0)
        #expect(count(of: 10, 65_535, &shut, at: .distantFuture) == 10, "the clock stands at its end")
    }
}
