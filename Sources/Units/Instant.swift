/// A point on the monotonic clock, in nanoseconds since a start that means nothing.
///
/// Engines never read a clock: the shell passes an instant with every event. Arithmetic saturates, so that no
/// delay, however it came about, can trap.
@usableFromInline
package struct Instant: Hashable, Comparable, Sendable {
    @usableFromInline package var nanoseconds: UInt64

    @inlinable
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static let zero = Instant(nanoseconds: 0)
    package static let distantFuture = Instant(nanoseconds: .max)

    @inlinable
    package static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.nanoseconds < rhs.nanoseconds }

    /// This instant moved by `duration`, held at the ends of the scale.
    @inlinable
    package func advanced(by duration: Duration) -> Instant {
        let step = duration.nanoseconds
        if step >= 0 {
            let (sum, overflow) = nanoseconds.addingReportingOverflow(UInt64(step))
            return Instant(nanoseconds: overflow ? .max : sum)
        }
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(step.magnitude)
        return Instant(nanoseconds: overflow ? 0 : difference)
    }

    /// The time from `earlier` to this instant; negative when `earlier` is the later one.
    @inlinable
    package func since(_ earlier: Instant) -> Duration {
        nanoseconds >= earlier.nanoseconds
            ? .nanoseconds(Int64(clamping: nanoseconds - earlier.nanoseconds))
            : .zero - .nanoseconds(Int64(clamping: earlier.nanoseconds - nanoseconds))
    }
}

extension Duration {
    /// The whole duration in nanoseconds, held at the ends of `Int64` (292 years).
    @inlinable
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in seconds, for arithmetic that need not be exact.
    @inlinable
    package var inSeconds: Double { Double(nanoseconds) / 1e9 }

    /// The duration in milliseconds, for reports.
    @inlinable
    package var inMilliseconds: Double { Double(nanoseconds) / 1e6 }
}

extension Optional where Wrapped == Instant {
    /// The earlier of two deadlines, where `nil` means never.
    @inlinable
    package func earlier(_ other: Instant?) -> Instant? {
        guard let self else { return other }
        guard let other else { return self }
        return Swift.min(self, other)
    }
}
