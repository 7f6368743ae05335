import Forwarding
import Testing
import Units

@Suite("Publisher and stream clocks")
struct ClockTests {
    @Test("a publisher's offset is what its report came late and its clock is off")
    func offset() {
        var clock = PublisherClock()
        #expect(clock.bridgeTime(of: Make.epoch) == nil)
        let theirs = Make.epoch.advanced(by: .seconds(-3_600))
        clock.senderReport(ntp: theirs, arrival: Make.epoch, isShown: true)
        #expect(clock.bridgeTime(of: theirs) == Make.epoch, "the first one counts, shown or not")
        clock.senderReport(ntp: theirs, arrival: Make.epoch.advanced(by: .seconds(1)), isShown: true)
        #expect(clock.bridgeTime(of: theirs) == Make.epoch, "not moved while it is watched")
        clock.senderReport(ntp: theirs, arrival: Make.epoch.advanced(by: .seconds(1)), isShown: false)
        #expect(clock.bridgeTime(of: theirs) == Make.epoch.advanced(by: .seconds(1)))
    }

    @Test(
        "timestamps and times are two names of one moment", arguments: [48_000, 90_000] as [UInt32],
        [0, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32])
    func both(rate: UInt32, first: UInt32) {
        var clock = StreamClock(rate: rate, timestamp: first, arrival: Make.epoch)
        for milliseconds in [-20_000, -1, 0, 1, 20, 999, 1_000, 3_600_000] {
            let ticks = Int64(milliseconds) * Int64(rate) / 1_000
            let timestamp = first &+ UInt32(truncatingIfNeeded: ticks)
            let time = clock.captureTime(of: timestamp)
            let error = time.since(Make.epoch) - .milliseconds(milliseconds)
            #expect(error < .microseconds(30) && error > .microseconds(-30))
            let back = Int32(bitPattern: clock.timestamp(at: time) &- timestamp)
            #expect(abs(back) <= 1)
        }
        clock.senderReport(timestamp: first &+ rate, time: Make.epoch.advanced(by: .seconds(2)))
        #expect(clock.captureTime(of: first).since(Make.epoch) == .seconds(1))
    }

    @Test("a stream that runs for days without a report stays where it is", arguments: [48_000, 90_000] as [UInt32])
    func follows(rate: UInt32) {
        var clock = StreamClock(rate: rate, timestamp: 77, arrival: Make.epoch)
        var timestamp: UInt32 = 77
        for hour in 1...48 {
            timestamp &+= rate &* 3_600
            clock.follow(timestamp)
            let error = clock.captureTime(of: timestamp).since(Make.epoch) - .seconds(3_600 * hour)
            #expect(error < .milliseconds(1) && error > .milliseconds(-1), "after \(hour) h")
        }
    }
}
