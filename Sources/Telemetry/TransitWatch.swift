package import Units

/// How much longer the packets of one stream are on their way than its fastest ones: what queues add.
///
/// Timestamps against arrival, as for interarrival jitter (RFC 3550 §6.4.1), but summed up, above a ``DelayFloor``. The
/// figure of a second is its smallest: a queue that drains within the second, or jitter, is no standing queue
/// (RFC 8289 §4.1). A timestamp that leaps, or goes back, is the sender's clock and changes nothing. After a pause the
/// sender's clock may have stood still, or the line may have: what then seems to be delay is *in doubt* until a round
/// trip has told (``settle(excess:)``), for eight seconds at most.
package struct TransitWatch: Sendable {
    /// The longest time between two packets that is no pause: in discontinuous transmission Opus sends each 400 ms,
    /// and screens at rest one picture a second.
    private let longestGap: Int64
    private let isPicture: Bool
    private let ticksPerSecond: Int64
    /// A browser's reports on sound come each five seconds, and half of that later (RFC 3550 §6.2).
    private static let longestDoubt = Duration.seconds(8)
    /// More delay than this after a pause is doubted: nanoseconds.
    private static let doubtful: Int64 = 50_000_000
    /// Pictures may come out of order of their capture; by more than this they don't: nanoseconds.
    private static let furthestBack: Int64 = 1_000_000_000
    /// How old the packets are that tell of the present, and the newest of them at most.
    private static let present = Duration.milliseconds(250)
    private static let outdated = Duration.seconds(1)

    private struct Sample {
        /// Nanoseconds, counted from the stream's first packet's.
        var transit: Int64
        var at: Instant
    }

    private var last: (timestamp: UInt32, at: Instant)?
    private var transit: Int64 = 0
    private var floor = DelayFloor()
    /// The newest four.
    private var newest: [4 of Sample?] = .init(repeating: nil)
    private var next = 0
    /// The smallest transit since ``takeLeast(at:)``.
    private var least: Int64?
    /// What the delay was before the pause, and when it ended.
    private var doubt: (held: Int64, since: Instant)?

    /// - Parameters:
    ///   - clockRate: Ticks a second of the stream's timestamps.
    ///   - isPicture: Many packets have the same timestamp then, and only the first of them counts.
    package init(clockRate: UInt32, isPicture: Bool) {
        ticksPerSecond = Int64(max(clockRate, 1))
        self.isPicture = isPicture
        longestGap = isPicture ? 1_500_000_000 : 600_000_000
    }

    /// Takes a packet that is newer than all others of the stream.
    package mutating func receive(timestamp: UInt32, at now: Instant) {
        guard let last else {
            self.last = (timestamp, now)
            return take(at: now)
        }
        if isPicture, timestamp == last.timestamp { return }
        let ticks = Int64(Int32(bitPattern: timestamp &- last.timestamp))
        let captured = ticks * 1_000_000_000 / ticksPerSecond
        if isPicture, captured < 0, captured > -Self.furthestBack { return }
        let arrived = now.since(last.at).nanoseconds
        self.last = (timestamp, now)
        // No queue makes timestamps stand still or go back.
        if captured > 0 {
            let before = transit
            transit = transit &+ arrived &- captured
            if arrived >= longestGap, transit &- before > Self.doubtful, doubt == nil {
                doubt = (max(before &- (floor.value(at: now) ?? before), 0), now)
            }
        }
        take(at: now)
    }

    /// The stream's numbers have begun anew, and its timestamps with them.
    package mutating func restart() { last = nil }

    /// The path is another one: what was measured says nothing of it.
    package mutating func forget() {
        floor = DelayFloor()
        newest = .init(repeating: nil)
        (least, doubt) = (nil, nil)
    }

    private mutating func take(at now: Instant) {
        let growth = floor.growth(of: transit, at: now)
        newest[next] = Sample(transit: transit, at: now)
        next = (next + 1) % 4
        least = min(least ?? transit, transit)
        guard let doubt else { return }
        if growth <= doubt.held &+ Self.doubtful {
            self.doubt = nil
        } else if now.since(doubt.since) >= Self.longestDoubt {
            settle(excess: growth &- doubt.held)
        }
    }

    /// What queues add at present, in nanoseconds, be it in doubt or not; `nil` when nothing came lately.
    package func present(at now: Instant) -> Int64? {
        var smallest: Int64?
        guard let last, now.since(last.at) < Self.outdated, let floor = floor.value(at: now) else { return nil }
        for index in newest.indices {
            guard let sample = newest[index], last.at.since(sample.at) <= Self.present else { continue }
            smallest = min(smallest ?? sample.transit, sample.transit)
        }
        return smallest.map { max($0 &- floor, 0) }
    }

    /// A round trip has told how much of ``present(at:)`` can't be, in nanoseconds; the rest is out of doubt.
    package mutating func settle(excess: Int64) {
        doubt = nil
        if excess > 0 { floor.raise(by: excess) }
    }

    /// The least that queues added to any packet since the last call, in nanoseconds; `nil` when none came.
    package mutating func takeLeast(at now: Instant) -> Int64? {
        guard let least, let floor = floor.value(at: now) else { return nil }
        self.least = nil
        let growth = max(least &- floor, 0)
        return doubt.map { min($0.held, growth) } ?? growth
    }
}
