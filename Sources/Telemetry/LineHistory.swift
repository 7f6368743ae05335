/// The last five minutes of one point's line, both directions: 8,400 bytes, once the point has been there.
package struct LineHistory: Sendable {
    /// What is kept of each second, in this order.
    package enum Series: Int, CaseIterable, Sendable {
        /// Kilobits a second.
        case bitrate
        /// 0 … 1, before and after repair.
        case loss, lossAfterRepair
        /// Milliseconds.
        case jitter, roundTrip, delay
        case framesPerSecond

        /// How many units of what is stored make one.
        fileprivate var scale: Double {
            switch self {
            case .bitrate: 1
            case .loss, .lossAfterRepair: 50_000
            case .jitter, .roundTrip, .delay, .framesPerSecond: 10
            }
        }
    }

    package enum Direction: Int, CaseIterable, Sendable {
        /// From the point to us, and from us to the point.
        case up, down
    }

    /// How many seconds are kept.
    package static let capacity = 300
    private static let width = Series.allCases.count * Direction.allCases.count
    private static let unknown = UInt16.max

    /// Second after second; the next one goes to ``next``.
    private var values: [UInt16] = []
    private var next = 0
    /// How many seconds there are, 0 … 300.
    package private(set) var count = 0

    package init() {}

    /// How many bytes it takes.
    package var byteCount: Int { values.capacity * MemoryLayout<UInt16>.size }

    /// Adds one second; `nil` where there is no data.
    package mutating func append(up: DirectionFigures?, down: DirectionFigures?) {
        if values.isEmpty { values = Array(repeating: Self.unknown, count: Self.capacity * Self.width) }
        let start = next * Self.width
        store(up, at: start)
        store(down, at: start + Series.allCases.count)
        next = (next + 1) % Self.capacity
        count = min(count + 1, Self.capacity)
    }

    /// One series, oldest first.
    package func series(_ series: Series, _ direction: Direction) -> [Double?] {
        let column = direction.rawValue * Series.allCases.count + series.rawValue
        return (0..<count).map { age in
            let second = (next + Self.capacity - count + age) % Self.capacity
            let stored = values[second * Self.width + column]
            return stored == Self.unknown ? nil : Double(stored) / series.scale
        }
    }

    private mutating func store(_ figures: DirectionFigures?, at start: Int) {
        for series in Series.allCases {
            values[start + series.rawValue] = Self.quantised(figures?.value(of: series), series)
        }
    }

    /// The nearest that can be stored; what is too large becomes the largest.
    private static func quantised(_ value: Double?, _ series: Series) -> UInt16 {
        guard let value, value.isFinite else { return unknown }
        return UInt16(max(0, min((value * series.scale).rounded(), Double(unknown - 1))))
    }
}

extension DirectionFigures {
    fileprivate func value(of series: LineHistory.Series) -> Double? {
        switch series {
        case .bitrate: kilobitsPerSecond
        case .loss: loss
        case .lossAfterRepair: lossAfterRepair
        case .jitter: jitter
        case .roundTrip: roundTrip
        case .delay: delay
        case .framesPerSecond: framesPerSecond
        }
    }
}
