/// Wall-clock time as RTCP carries it: seconds since 1900 in 32.32 fixed point (RFC 3550 §4).
@usableFromInline
package struct NTPTime: Hashable, Comparable, Sendable {
    @usableFromInline package var rawValue: UInt64

    @inlinable
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    package static func < (lhs: NTPTime, rhs: NTPTime) -> Bool { lhs.rawValue < rhs.rawValue }

    /// The middle 32 bits, in units of 1/65,536 s: what LSR and DLSR count in (RFC 3550 §6.4.1).
    @inlinable
    package var middle: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

    /// Whole and fractional seconds from the Unix epoch.
    package init(unixNanoseconds: UInt64) {
        let seconds = unixNanoseconds / 1_000_000_000 &+ 2_208_988_800
        let fraction = (unixNanoseconds % 1_000_000_000) << 32 / 1_000_000_000
        rawValue = seconds << 32 | fraction
    }

    /// This time moved by `duration`, modulo 2⁶⁴ as the field itself is.
    @inlinable
    package func advanced(by duration: Duration) -> NTPTime {
        let nanoseconds = duration.nanoseconds
        let whole = Int64(nanoseconds / 1_000_000_000)
        let rest = Int64(nanoseconds % 1_000_000_000)
        let fraction = (rest << 32) / 1_000_000_000
        return NTPTime(rawValue: rawValue &+ UInt64(bitPattern: (whole << 32) &+ fraction))
    }

    /// The time from `earlier` to this one, the shorter way round.
    @inlinable
    package func since(_ earlier: NTPTime) -> Duration {
        let difference = Int64(bitPattern: rawValue &- earlier.rawValue)
        let whole = difference >> 32
        let fraction = ((difference & 0xFFFF_FFFF) &* 1_000_000_000) >> 32
        return .seconds(whole) + .nanoseconds(fraction)
    }
}

/// Ties the monotonic clock to wall-clock time, so that engines can fill in SRs without reading a clock.
@usableFromInline
package struct ClockPair: Sendable {
    @usableFromInline package var instant: Instant
    @usableFromInline package var ntp: NTPTime

    package init(instant: Instant, ntp: NTPTime) {
        self.instant = instant
        self.ntp = ntp
    }

    /// The wall-clock time at `instant`.
    @inlinable
    package func ntp(at instant: Instant) -> NTPTime { ntp.advanced(by: instant.since(self.instant)) }
}
