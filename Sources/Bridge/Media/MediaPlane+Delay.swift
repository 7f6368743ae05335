import Forwarding
import RTP
import Telemetry
import Units

/// What queues add to a client's line, each direction by itself.
struct EndpointDelays {
    /// For how long a report on the way down is believed: a browser's on sound come each five seconds, give or take half.
    private static let reportLife = Duration.seconds(8)

    private var split = DelaySplit()
    /// Nanoseconds.
    private var down: (delay: Int64, at: Instant)?
    /// How much of the newest round trip the packets on the way up say that their queue made; `nil` when none came.
    private var up: Int64?

    /// Takes the round trip of a report.
    ///
    /// - Parameters:
    ///   - trip: The round trip.
    ///   - up: What queues add on the way up at present, in nanoseconds; `nil` when nothing tells.
    ///   - now: When the report came.
    /// - Returns: How much of `up` can't be, in nanoseconds.
    mutating func take(_ trip: Duration, up: Int64?, at now: Instant) -> Int64 {
        let parts = split.take(roundTrip: trip.nanoseconds, back: up ?? 0, at: now)
        down = (max(parts.there, known(at: now)), now)
        self.up = up.map { max($0 &- parts.excess, 0) }
        return parts.excess
    }

    /// Takes how old a packet is that should have come down and has not; parameters as in ``take(_:up:at:)``.
    mutating func takeOverdue(_ age: Duration, up: Int64?, at now: Instant) {
        guard let overdue = split.overdue(age: age.nanoseconds, back: up ?? 0, at: now) else { return }
        down = (max(overdue, known(at: now)), now)
    }

    /// What the other reports of the same compound said.
    private func known(at now: Instant) -> Int64 { down.map { $0.at == now ? $0.delay : 0 } ?? 0 }

    /// Puts the newest figures where they are reported from.
    func write(to counters: inout ResourceCounters, at now: Instant) {
        counters.down.gaugeDelay = nil
        counters.gaugeRoundTripUp = up.map(Self.microseconds)
        guard let down, now.since(down.at) < Self.reportLife else { return }
        counters.down.gaugeDelay = Self.microseconds(down.delay)
    }

    static func microseconds(_ nanoseconds: Int64) -> UInt32 { UInt32(clamping: nanoseconds / 1_000) }
}

extension Endpoint {
    /// Takes what a report says of delay.
    ///
    /// - Parameters:
    ///   - block: The report.
    ///   - slot: What it is about.
    ///   - trip: How long packets took there and back by it.
    ///   - now: When it came.
    func noteDelay(_ block: ReportBlock, of slot: Slot, trip: Duration?, at now: Instant) {
        let paced = pacedStream(at: now)
        let up = paced?.transit.present(at: now)
        if let trip {
            let excess = delays.take(trip, up: up, at: now)
            paced?.transit.settle(excess: excess)
        }
        // What the client sends tells how long its report waited; one that sends nothing has nothing that waits.
        let tells = up != nil || tracks.isEmpty
        let overdue = slot.reception?.overdue(block, next: slot.mapping.nextIndex, at: now)
        if tells, let overdue { delays.takeOverdue(overdue, up: up, at: now) }
    }

    /// The stream whose packets tell best what queues add: sound is paced, a picture waits for its encoder.
    private func pacedStream(at now: Instant) -> SourceStream? {
        for track in tracks where track.description.kind == .microphone {
            if let stream = track.streams.first ?? nil, stream.transit.present(at: now) != nil { return stream }
        }
        return mainPicture
    }

    /// The path is another one.
    func forgetDelays() {
        delays = EndpointDelays()
        for track in tracks { for case let stream? in track.streams { stream.transit.forget() } }
    }

    /// What queues added to everything that came in the last second, in microseconds.
    func takeUpDelay(at now: Instant) -> UInt32? {
        let main = mainPicture
        var (sound, picture): (Int64?, Int64?)
        for track in tracks {
            for case let stream? in track.streams {
                let least = stream.transit.takeLeast(at: now)
                if stream.id.kind == .microphone { sound = least }
                if stream === main { picture = least }
            }
        }
        return (sound ?? picture).map(EndpointDelays.microseconds)
    }
}

extension SourceStream {
    /// Takes the time of a packet by what it turned out to be.
    func time(_ header: RTPHeader, _ arrival: NackGenerator.Arrival, at now: Instant) {
        switch arrival {
        case .inOrder, .afterGap:
            transit.receive(timestamp: header.timestamp, at: now)
        case .restarted:
            transit.restart()
            transit.receive(timestamp: header.timestamp, at: now)
        case .reordered, .recovered, .old:
            break
        }
    }
}

/// Which packets had been sent on a slot at certain moments: what a report misses of them is late, or lost.
struct SentMarks {
    private var marks: [4 of (at: Instant, next: UInt64)?] = .init(repeating: nil)
    private var newest = 0
    private static let interval = Duration.milliseconds(200)
    /// Fewer packets than these at the end of what was sent may simply be lost.
    private static let fewest: UInt16 = 5

    /// Notes that `next` is the index of the next packet.
    mutating func note(_ next: UInt64, at now: Instant) {
        if let mark = marks[newest], now.since(mark.at) < Self.interval { return }
        newest = (newest + 1) % 4
        marks[newest] = (now, next)
    }

    /// How long ago a packet was sent at least that is not among those up to `highest`, while newer ones were sent too.
    func overdue(highest: UInt32, next: UInt64, at now: Instant) -> Duration? {
        var oldest: Duration?
        for index in marks.indices {
            guard let mark = marks[index], mark.next < next else { continue }
            let missing = UInt16(truncatingIfNeeded: mark.next) &- UInt16(truncatingIfNeeded: highest) &- 1
            guard missing >= Self.fewest, missing < 1 << 15 else { continue }
            oldest = max(oldest ?? .zero, now.since(mark.at))
        }
        return oldest
    }
}

extension SlotReception {
    fileprivate func overdue(_ block: ReportBlock, next: UInt64, at now: Instant) -> Duration? {
        marks.overdue(highest: block.highestSequenceNumber, next: next, at: now)
    }
}
