import Glibc
import Units

/// The system's clock, for what leaves this process.
enum WallClock {
    /// Nanoseconds of Unix time.
    static var unixNanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }

    static var ntp: NTPTime { NTPTime(unixNanoseconds: unixNanoseconds) }

    /// Date and time in UTC with milliseconds (RFC 3339), such as `2026-11-21T23:59:59.250Z`.
    static var text: String {
        let now = unixNanoseconds
        var seconds = time_t(now / 1_000_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { String("\(100 + number)".dropFirst()) }
        let day = "\(1_900 + parts.tm_year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let milliseconds = String("\(1_000 + now / 1_000_000 % 1_000)".dropFirst())
        return "\(day)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(milliseconds)Z"
    }
}
