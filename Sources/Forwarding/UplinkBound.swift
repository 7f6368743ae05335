package import Units

/// Holds what one device sends to a bound: all of it is sent on to everybody who is shown the device.
///
/// A token bucket, told by the moment at which it is full again.
package struct UplinkBound: Sendable {
    /// How many times the room's limit may come in the long run; ours: an encoder that knows no REMB keeps its picture, and
    /// a device that sends a hundred times what it should gets no further than this.
    package static let factor: UInt64 = 4
    /// How much may come at once, as the time that it would take at that rate; ours.
    private static let burst = Duration.seconds(2)

    private let nanosecondsPerByte: Int64
    private var full = Instant.zero

    /// - Parameter limit: What the room lets one device send.
    package init(limit: Bitrate) {
        let (rate, overflow) = limit.bitsPerSecond.multipliedReportingOverflow(by: Self.factor)
        nanosecondsPerByte = overflow ? 0 : Int64(clamping: 8_000_000_000 / max(rate, 1))
    }

    /// Judges one packet.
    ///
    /// - Parameters:
    ///   - bytes: Of the packet, at most 65,535.
    ///   - now: When it came.
    /// - Returns: Whether it is to be sent on.
    package mutating func takes(_ bytes: Int, at now: Instant) -> Bool {
        let next = max(full, now).advanced(by: .nanoseconds(nanosecondsPerByte * Int64(bytes)))
        guard next.since(now) <= Self.burst else { return false }
        full = next
        return true
    }
}
