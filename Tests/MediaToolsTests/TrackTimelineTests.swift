import Testing
import Units

@testable import MediaTools

@Suite("TrackTimeline")
struct TrackTimelineTests {
    private let start = NTPTime(unixNanoseconds: 1_795_304_443_573_000_000)

    @Test(
        "timestamps count from the capture's beginning, whatever the process begins with",
        arguments: [0, 1, 0x7FFF_FFFF, 0xFFFF_0000, .max] as [UInt32])
    func counts(zero: UInt32) {
        for rate in [48_000, 90_000] as [UInt32] {
            var line = TrackTimeline(rate: rate)
            #expect(line.timestamp(zero, origin: .zero) == nil, "nothing is known before the first report")
            let report = start.advanced(by: .milliseconds(412))
            line.follow(ntp: report, timestamp: zero &+ rate / 1_000 * 412, start: start)
            #expect(line.timestamp(zero, origin: .zero) == 0)
            #expect(line.timestamp(zero &+ rate, origin: .seconds(10)) == 11 * rate)
            #expect(line.elapsed(zero &+ rate / 2) == .milliseconds(500))
            #expect(line.elapsed(zero &- rate / 100) == .milliseconds(-10), "coders begin a little before")
        }
    }

    @Test("picture and sound that belong together get the same time")
    func together() {
        var picture = TrackTimeline(rate: 90_000)
        var sound = TrackTimeline(rate: 48_000)
        picture.follow(ntp: start.advanced(by: .milliseconds(480)), timestamp: 4_000_000_000 &+ 43_200, start: start)
        sound.follow(ntp: start.advanced(by: .milliseconds(20)), timestamp: 5_000 &+ 960, start: start)
        let origin = Duration.seconds(100_000) + .milliseconds(7)
        let one = picture.timestamp(4_000_000_000 &+ 90_000 * 3, origin: origin)
        let other = sound.timestamp(5_000 + 48_000 * 3, origin: origin)
        #expect(one == UInt32(truncatingIfNeeded: Int64(100_003_007) * 90))
        #expect(other == UInt32(truncatingIfNeeded: Int64(100_003_007) * 48))
    }

    @Test("later reports move nothing")
    func steady() {
        var line = TrackTimeline(rate: 48_000)
        line.follow(ntp: start, timestamp: 1_000, start: start)
        line.follow(ntp: start.advanced(by: .seconds(5)), timestamp: 1_000, start: start)
        #expect(line.timestamp(1_960, origin: .zero) == 960)
    }
}
