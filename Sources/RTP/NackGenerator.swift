package import Units

/// Notices which packets of one incoming source are missing and when to ask for them (RFC 4585 §6.2.1).
///
/// A missing packet is asked for once it is 10 ms late (reordered packets are not lost ones), then again and again
/// until it comes or has been asked for ten times. The list of missing packets is bounded; where more is lost only a
/// key frame helps, which ``takeKeyframeRequest()`` tells.
package struct NackGenerator: Sendable {
    /// What a packet turned out to be.
    package enum Arrival: Equatable, Sendable {
        /// The first one, or the one behind the newest.
        case inOrder
        /// Newer than expected; those in between are missing.
        case afterGap
        /// One that was missing but not yet asked for.
        case reordered
        /// One that was asked for.
        case recovered
        /// Seen before, given up, or older than what is kept track of.
        case old
        /// The numbers jumped too far: counting starts afresh here.
        case restarted
    }

    /// Totals since the start.
    package struct Counts: Equatable, Sendable {
        /// Packets found missing.
        package var missing: UInt64 = 0
        /// Requests made; one packet may take several.
        package var requested: UInt64 = 0
        /// Missing packets that came after a request.
        package var recovered: UInt64 = 0
        /// Missing packets given up: asked for too often, or too many at once.
        package var abandoned: UInt64 = 0
    }

    private struct Missing {
        var number: SequenceNumber
        var tries: UInt8
        var due: Instant
    }

    /// Our choice, after libwebrtc's reordering on common paths: a packet that overtook another is not a loss.
    package static let reorderingTolerance = Duration.milliseconds(10)
    /// Our choice, the same as libwebrtc's.
    package static let maximumTries = 10
    /// Our choice: half a second of a 10 Mbit/s picture; beyond it a key frame is the cheaper repair.
    package static let maximumMissing = 512
    /// How far behind the newest a missing packet may lie: the list's order, and the packet's index by its number, are
    /// sure as far as that.
    private static let longestAge = 16_384

    package private(set) var counts = Counts()
    /// When ``poll(at:_:)`` has something to ask for; `nil` while nothing is missing.
    ///
    /// It may be too early, never late.
    package private(set) var deadline: Instant?
    private var newest: SequenceNumber?
    /// In rising order, without holes in memory; all older than `newest` by less than half the number space.
    private var missing: [Missing] = []
    private var resendInterval = Duration.milliseconds(100)
    private var needsKeyframe = false
    /// Where an old source would go on if it has started its numbers afresh (RFC 3550 A.1, `bad_seq`).
    private var restart: SequenceNumber?

    /// Makes room for some missing packets; beyond those the list grows, three times at most.
    package init() { missing.reserveCapacity(64) }

    /// How many packets are missing and not given up, 0 … 512.
    package var missingCount: Int { missing.count }

    /// Sets how long to wait for a packet that was asked for.
    ///
    /// - Parameter time: The round trip to the sender; a quarter is added for its spread, and the result held within
    ///   20 ms … 1 s.
    package mutating func setRoundTrip(_ time: Duration) {
        resendInterval = max(.milliseconds(20), min(time * 5 / 4, .seconds(1)))
    }

    /// Takes note of a packet that came under its own number, sent once or again.
    ///
    /// - Parameters:
    ///   - number: Of an authenticated packet of the source; see ``receiveRepair(_:)`` for RTX packets.
    ///   - now: When it came.
    /// - Returns: What it turned out to be.
    @discardableResult
    package mutating func receive(_ number: SequenceNumber, at now: Instant) -> Arrival {
        guard let newest else {
            self.newest = number
            return .inOrder
        }
        let step = number.distance(from: newest)
        if step > Self.maximumMissing || (step < -Self.maximumMissing && number == restart) {
            startAfresh(at: number)
            return .restarted
        }
        guard step > 0 else { return receiveOld(number, step: step) }
        self.newest = number
        restart = nil
        guard step > 1 else { return .inOrder }
        noteGap(from: newest.advanced(by: 1), count: step - 1, at: now)
        return .afterGap
    }

    /// Takes note of a packet that an RTX packet brought.
    ///
    /// It counts only where it is missing, and changes nothing else: the number is what the sender says, which no replay
    /// window has checked, and must not make a packet missing or new that came before.
    ///
    /// - Parameter number: The original number (RFC 4588 §4).
    /// - Returns: ``Arrival/recovered``, ``Arrival/reordered`` when it had not been asked for yet, else ``Arrival/old``.
    package mutating func receiveRepair(_ number: SequenceNumber) -> Arrival {
        guard let newest, (-Self.longestAge...0).contains(number.distance(from: newest)) else { return .old }
        return takeMissing(number)
    }

    /// Calls `body` for each packet to be asked for now, oldest first.
    package mutating func poll(at now: Instant, _ body: (SequenceNumber) -> Void) {
        request(at: now) { number in
            body(number)
            return true
        }
    }

    /// Adds the packets to be asked for now to `list`; what finds no room there stays due.
    package mutating func poll(at now: Instant, into list: inout NackList) {
        request(at: now) { list.append($0) }
    }

    /// The packets to be asked for now; it allocates, so it is not for the packet path.
    package mutating func poll(at now: Instant) -> [SequenceNumber] {
        var numbers: [SequenceNumber] = []
        poll(at: now) { numbers.append($0) }
        return numbers
    }

    /// Whether packets were lost that will not be asked for, since the last call: only a key frame helps.
    package mutating func takeKeyframeRequest() -> Bool {
        defer { needsKeyframe = false }
        return needsKeyframe
    }

    // MARK: The list

    private mutating func startAfresh(at number: SequenceNumber) {
        counts.abandoned &+= UInt64(missing.count)
        missing.removeAll(keepingCapacity: true)
        newest = number
        restart = nil
        deadline = nil
        needsKeyframe = true
    }

    /// A packet no newer than the newest; `step` is not positive.
    private mutating func receiveOld(_ number: SequenceNumber, step: Int) -> Arrival {
        // Two in a row from far behind: the source began anew. One alone is a stray.
        if step < -Self.maximumMissing { restart = number.advanced(by: 1) }
        return takeMissing(number)
    }

    private mutating func takeMissing(_ number: SequenceNumber) -> Arrival {
        let index = firstIndex(notBefore: number)
        guard index < missing.count, missing[index].number == number else { return .old }
        let tries = missing[index].tries
        missing.remove(at: index)
        if missing.isEmpty { deadline = nil }
        guard tries > 0 else { return .reordered }
        counts.recovered &+= 1
        return .recovered
    }

    /// Where in the list `number` is or would be: binary search.
    private func firstIndex(notBefore number: SequenceNumber) -> Int {
        var low = 0
        var high = missing.count
        while low < high {
            let middle = (low + high) / 2
            if missing[middle].number.distance(from: number) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Puts `count` packets from `first` on the list, 1 … 511 of them, and the oldest off it where it gets too long.
    private mutating func noteGap(from first: SequenceNumber, count: Int, at now: Instant) {
        counts.missing &+= UInt64(count)
        dropOverdue(before: first)
        let surplus = missing.count + count - Self.maximumMissing
        if surplus > 0 { abandonOldest(min(surplus, missing.count)) }
        let due = now.advanced(by: Self.reorderingTolerance)
        for step in 0..<count {
            missing.append(Missing(number: first.advanced(by: step), tries: 0, due: due))
        }
        deadline = deadline.earlier(due)
    }

    /// Gives up what lies so far behind `number` that the order of the list would break as the numbers wrap.
    private mutating func dropOverdue(before number: SequenceNumber) {
        var stale = 0
        while stale < missing.count {
            let age = number.distance(from: missing[stale].number)
            guard age > Self.longestAge || age < 0 else { break }
            stale += 1
        }
        if stale > 0 { abandonOldest(stale) }
    }

    private mutating func abandonOldest(_ count: Int) {
        counts.abandoned &+= UInt64(count)
        missing.removeFirst(count)
        needsKeyframe = true
    }

    /// Calls `ask` for each packet that is due until it says that there is no room, and gives up what is hopeless.
    private mutating func request(at now: Instant, _ ask: (SequenceNumber) -> Bool) {
        guard let deadline, deadline <= now else { return }
        var kept = 0
        var earliest: Instant?
        var hasRoom = true
        for index in missing.indices {
            var packet = missing[index]
            if packet.due <= now, packet.tries >= Self.maximumTries {
                counts.abandoned &+= 1
                continue
            }
            if packet.due <= now, hasRoom {
                hasRoom = ask(packet.number)
                if hasRoom {
                    packet.tries += 1
                    packet.due = now.advanced(by: resendInterval)
                    counts.requested &+= 1
                }
            }
            earliest = earliest.earlier(packet.due)
            missing[kept] = packet
            kept += 1
        }
        missing.removeLast(missing.count - kept)
        self.deadline = earliest
    }
}
