import Testing
import Units

@Suite("NTPTime")
struct NTPTimeTests {
    @Test("the time between two is exact to the fraction", arguments: [0, 1, 125, 499, 500, 999, 1_500, -250, -1_750])
    func since(milliseconds: Int) {
        let start = NTPTime(rawValue: 0xB44D_B705_2000_0000)
        let difference = start.advanced(by: .milliseconds(milliseconds)).since(start) - .milliseconds(milliseconds)
        #expect(difference <= .nanoseconds(1) && difference >= .nanoseconds(-1))
    }

    @Test("the Unix epoch is 2,208,988,800 s after 1900")
    func epoch() {
        #expect(NTPTime(unixNanoseconds: 0).rawValue == UInt64(2_208_988_800) << 32)
        #expect(NTPTime(unixNanoseconds: 500_000_000).rawValue == UInt64(2_208_988_800) << 32 | 1 << 31)
    }

    @Test("LSR counts in 1/65,536 s")
    func middle() {
        #expect(NTPTime(rawValue: 0xB44D_B705_2000_0000).middle == 0xB705_2000)
    }
}
