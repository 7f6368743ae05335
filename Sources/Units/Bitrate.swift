/// A data rate in bits a second.
package struct Bitrate: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var bitsPerSecond: UInt64

    package init(bitsPerSecond: UInt64) { self.bitsPerSecond = bitsPerSecond }

    package static func kilobits(_ count: UInt64) -> Bitrate {
        Bitrate(bitsPerSecond: count.multipliedClamped(by: 1_000))
    }
    package static func megabits(_ count: UInt64) -> Bitrate {
        Bitrate(bitsPerSecond: count.multipliedClamped(by: 1_000_000))
    }

    /// The mean rate of `bytes` over `duration`; zero for an empty or negative duration.
    package init(bytes: UInt64, over duration: Duration) {
        let nanoseconds = duration.nanoseconds
        let scaled = UInt128(bytes) * 8_000_000_000
        bitsPerSecond = nanoseconds > 0 ? UInt64(clamping: scaled / UInt128(nanoseconds.magnitude)) : 0
    }

    package static func < (lhs: Bitrate, rhs: Bitrate) -> Bool { lhs.bitsPerSecond < rhs.bitsPerSecond }

    package var description: String {
        switch bitsPerSecond {
        case ..<1_000: "\(bitsPerSecond) bit/s"
        case ..<1_000_000: "\(bitsPerSecond / 1_000) kbit/s"
        default: "\(bitsPerSecond / 1_000_000).\(bitsPerSecond / 100_000 % 10) Mbit/s"
        }
    }
}

extension UInt64 {
    fileprivate func multipliedClamped(by factor: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
