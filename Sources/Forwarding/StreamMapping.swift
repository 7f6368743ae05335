package import Units

/// Makes one endless outgoing stream out of the streams that take turns on a slot (RFC 7667 §3.7).
///
/// Each turn is an *epoch*, and so is what comes after a pause within a turn: from its first packet on, the outgoing
/// index, timestamp and VP8 numbers of a packet are pure functions of the epoch and of the packet, so that a packet that
/// is sent again is the same packet, bit for bit. No outgoing index is ever used for two packets, which the cipher
/// forbids (RFC 7714 §8.1).
package struct StreamMapping: Sendable {
    /// What a packet becomes on its way out.
    package struct Outgoing: Equatable, Sendable {
        /// 48 bits: rollover counter and sequence number.
        package var index: UInt64
        package var timestamp: UInt32
        package var picture: PictureNumbers?
        /// Whether this is the first packet of its source on the slot, or of its sound after a pause.
        package var startsEpoch: Bool

        package var sequenceNumber: SequenceNumber { SequenceNumber(rawValue: UInt16(truncatingIfNeeded: index)) }
    }

    /// A source's packet, as found again from an outgoing one.
    package struct Origin: Equatable, Sendable {
        package var source: SourceID
        package var index: UInt64
        fileprivate var epoch: Int
    }

    private struct Epoch {
        var source: SourceID
        var codec: MediaCodec
        /// The epoch before it is of the same turn: its indexes go on here, only the timestamps moved.
        var continues = false
        /// The first index of the source that is forwarded, and what it becomes.
        var firstIndex: UInt64
        var firstOutgoing: UInt64
        /// One past the highest outgoing index given out in this epoch.
        var end: UInt64
        var timestampOffset: UInt32
        var pictureOffset: UInt16
        var baseLayerOffset: UInt8
    }

    /// As many turns back as a resend may reach: more than a receiver's jitter buffer holds.
    private static let remembered = 8
    private var epochs: [8 of Epoch?] = .init(repeating: nil)
    private var current = 0
    /// The next outgoing index that nothing has been sent with.
    package private(set) var nextIndex: UInt64
    /// Whether a packet could not leave because all indexes are used: no key may protect another one.
    package private(set) var isExhausted = false
    private var lastTimestamp: UInt32?
    private var lastPicture: (id: UInt16, base: UInt8) = (0, 0)
    private let rate: UInt32
    /// The slot's line RTP = a + rate · NTP, by one point on it.
    private var line: (timestamp: UInt32, time: NTPTime)?
    private let firstTimestamp: UInt32

    /// - Parameters:
    ///   - rate: Ticks a second of the slot's clock.
    ///   - firstSequenceNumber: Below 2¹⁵, so that the receiver's first guess of the rollover counter is right
    ///     (RFC 3711 §3.3.1); the top bit is cleared.
    ///   - firstTimestamp: Random (RFC 3550 §5.1).
    ///   - firstIndex: Where indexes begin instead: for tests of their end.
    package init(rate: UInt32, firstSequenceNumber: UInt16, firstTimestamp: UInt32, firstIndex: UInt64? = nil) {
        self.rate = rate
        nextIndex = firstIndex ?? UInt64(firstSequenceNumber & 0x7FFF)
        self.firstTimestamp = firstTimestamp
    }

    /// The source whose turn it is; `nil` while the slot is empty.
    package var source: SourceID? { epochs[current]?.source }
    /// The codec of that source.
    package var codec: MediaCodec? { epochs[current]?.codec }

    /// Begins a turn of `source` with `packet`.
    ///
    /// The packet's capture time is put on the slot's line, but never at or before what was already sent.
    package mutating func begin(
        _ source: SourceID, codec: MediaCodec, with packet: SourcePacket, captured time: NTPTime
    ) {
        let wanted: UInt32
        if let line {
            wanted = line.timestamp &+ ticks(of: time.since(line.time), rate: rate)
        } else {
            wanted = firstTimestamp
            line = (firstTimestamp, time)
        }
        let timestamp = notBackwards(wanted)
        let isFirst = epochs[current] == nil
        current = isFirst ? current : (current + 1) % Self.remembered
        epochs[current] = Epoch(
            source: source, codec: codec, firstIndex: packet.index, firstOutgoing: nextIndex, end: nextIndex,
            timestampOffset: timestamp &- packet.timestamp,
            pictureOffset: (lastPicture.id &+ 1) &- (packet.picture?.pictureID ?? 0),
            baseLayerOffset: (lastPicture.base &+ 1) &- (packet.picture?.baseLayerIndex ?? 0))
        line = (wanted, time)
    }

    /// Puts the present source on the slot's line anew, from `packet` on.
    ///
    /// Indexes and VP8 numbers go on as they were: what was lost in between stays lost, for the decoder to see. Packets
    /// of before that come late, and what is sent again, keep the timestamps that they had or would have had. Does
    /// nothing for a packet that is not the newest.
    ///
    /// - Parameters:
    ///   - packet: The source's newest.
    ///   - time: When the packet was captured; `nil` lets the timestamps be. Moved only if they are off the line by more
    ///     than 40 ms, and never to or behind what was already sent.
    ///   - marks: Whether a new epoch begins in any case, for sound that resumes.
    /// - Returns: Whether the timestamps moved.
    package mutating func place(_ packet: SourcePacket, captured time: NTPTime?, marks: Bool) -> Bool {
        guard var epoch = epochs[current], let outgoing = outgoing(packet, epoch: current),
            outgoing.index >= nextIndex
        else { return false }
        var moves = false
        if let time, let line {
            let wanted = line.timestamp &+ ticks(of: time.since(line.time), rate: rate)
            if Int32(bitPattern: wanted &- outgoing.timestamp).magnitude > rate / 25 {
                moves = true
                epoch.timestampOffset = notBackwards(wanted) &- packet.timestamp
                self.line = (wanted, time)
            }
        }
        guard moves || marks else { return false }
        epoch.continues = true
        epoch.firstIndex = packet.index
        epoch.firstOutgoing = outgoing.index
        epoch.end = outgoing.index
        current = (current + 1) % Self.remembered
        epochs[current] = epoch
        return moves
    }

    private func notBackwards(_ timestamp: UInt32) -> UInt32 {
        guard let lastTimestamp, Int32(bitPattern: timestamp &- lastTimestamp) <= 0 else { return timestamp }
        return lastTimestamp &+ 1
    }

    /// What `packet` of the present source becomes; `nil` for one from before its turn, or when the stream has come
    /// to the end of its 48-bit index (``isExhausted``).
    package mutating func map(_ packet: SourcePacket) -> Outgoing? {
        let place = epoch(of: packet)
        guard let epoch = epochs[place], let outgoing = outgoing(packet, epoch: place) else {
            isExhausted = isExhausted || (epochs[place].map { packet.index >= $0.firstIndex } ?? false)
            return nil
        }
        epochs[place]?.end = max(epoch.end, outgoing.index + 1)
        if outgoing.index >= nextIndex {
            nextIndex = outgoing.index + 1
            lastTimestamp = Self.later(outgoing.timestamp, than: lastTimestamp)
            if let picture = outgoing.picture { lastPicture = (picture.pictureID, picture.baseLayerIndex) }
        }
        return outgoing
    }

    /// The epoch of the present turn that `packet` belongs to.
    private func epoch(of packet: SourcePacket) -> Int {
        var index = current
        for _ in 1..<Self.remembered {
            guard let epoch = epochs[index], epoch.continues, packet.index < epoch.firstIndex else { break }
            index = (index + Self.remembered - 1) % Self.remembered
        }
        return index
    }

    private func outgoing(_ packet: SourcePacket, epoch index: Int) -> Outgoing? {
        guard let epoch = epochs[index], packet.index >= epoch.firstIndex else { return nil }
        let (outgoing, overflow) = epoch.firstOutgoing.addingReportingOverflow(packet.index - epoch.firstIndex)
        guard !overflow, outgoing < 1 << 48 else { return nil }
        var picture = packet.picture
        if let numbers = picture {
            picture?.pictureID = (numbers.pictureID &+ epoch.pictureOffset) & 0x7FFF
            picture?.baseLayerIndex = numbers.baseLayerIndex &+ epoch.baseLayerOffset
        }
        return Outgoing(
            index: outgoing, timestamp: packet.timestamp &+ epoch.timestampOffset, picture: picture,
            startsEpoch: packet.index == epoch.firstIndex)
    }

    private static func later(_ timestamp: UInt32, than other: UInt32?) -> UInt32 {
        guard let other, Int32(bitPattern: timestamp &- other) <= 0 else { return timestamp }
        return other
    }

    /// Which packet of which source left with `sequenceNumber`; `nil` when that is unknown or forgotten.
    package func origin(of sequenceNumber: SequenceNumber) -> Origin? {
        guard nextIndex > 0 else { return nil }
        let outgoing = (nextIndex - 1).nearestIndex(of: sequenceNumber)
        for index in epochs.indices {
            guard let epoch = epochs[index], outgoing >= epoch.firstOutgoing, outgoing < epoch.end else { continue }
            return Origin(
                source: epoch.source, index: epoch.firstIndex + (outgoing - epoch.firstOutgoing), epoch: index)
        }
        return nil
    }

    /// What the packet found again at `origin` was when it left.
    package func again(_ packet: SourcePacket, from origin: Origin) -> Outgoing? {
        guard epochs.indices.contains(origin.epoch) else { return nil }
        return outgoing(packet, epoch: origin.epoch)
    }

    /// The outgoing timestamp of the present source's `timestamp`, for sender reports.
    package func outgoingTimestamp(of timestamp: UInt32) -> UInt32? {
        epochs[current].map { timestamp &+ $0.timestampOffset }
    }
}
