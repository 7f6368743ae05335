/// How long things took, in classes of about a tenth of their size: small, fixed, and right to that tenth.
package struct LatencyHistogram: Sendable {
    /// Eight classes to each doubling, from 1 µs to over an hour.
    private var counts: [256 of UInt64] = InlineArray(repeating: 0)
    package private(set) var count: UInt64 = 0

    package init() {}

    package mutating func record(_ duration: Duration) {
        let microseconds = max(
            1,
            UInt64(clamping: duration.components.seconds) &* 1_000_000
                &+ UInt64(clamping: duration.components.attoseconds / 1_000_000_000_000))
        counts[Self.index(microseconds)] &+= 1
        count &+= 1
    }

    /// The duration that the given part of all stays below, in milliseconds; `nil` while there are none.
    package func milliseconds(at part: Double) -> Double? {
        guard count > 0 else { return nil }
        let wanted = UInt64((Double(count) * part).rounded(.up))
        var seen: UInt64 = 0
        for index in counts.indices {
            seen &+= counts[index]
            if seen >= wanted { return Double(Self.upperBound(index)) / 1_000 }
        }
        return nil
    }

    private static func index(_ value: UInt64) -> Int {
        let octave = 63 - value.leadingZeroBitCount
        let step = octave >= 3 ? Int(value >> UInt64(octave - 3)) & 7 : Int(value << UInt64(3 - octave)) & 7
        return min(octave * 8 + step, 255)
    }

    private static func upperBound(_ index: Int) -> UInt64 {
        let (octave, step) = (index / 8, UInt64(index % 8))
        let next = (8 + step + 1) << UInt64(octave)
        return next / 8
    }
}
