import Forwarding
import RTP
import Units
import Wire

/// What the two directions of a client's line do to its media: figures, once a second or with its reports.
extension MediaPlane {
    /// Reads what the client says about what we send it.
    func receive(
        _ reports: ReportBlocks, in compound: borrowing RawSpan, of endpoint: Endpoint, at now: Instant
    ) throws(ParseError) {
        guard measuresLines, reports.count > 0 else { return }
        let time = clock.ntp(at: now)
        for index in 0..<reports.count {
            let block = try reports.block(index, in: compound)
            guard let slot = endpoint.slot(block.ssrc) else { continue }
            let trip = block.roundTrip(at: time)
            if let trip { endpoint.counters.gaugeRoundTrip = UInt32(clamping: trip.nanoseconds / 1_000) }
            endpoint.noteDelay(block, of: slot, trip: trip, at: now)
            endpoint.note(block, of: slot)
            slot.reception?.marks.note(slot.mapping.nextIndex, at: now)
        }
    }
}

extension Endpoint {
    /// Counts a packet by what it turned out to be.
    ///
    /// - Parameters:
    ///   - arrival: Of a packet that is no RTX packet.
    ///   - stream: Its stream.
    ///   - resendsPlainly: Whether the client sends the very same packet again when asked, having no RTX.
    func note(_ arrival: NackGenerator.Arrival, of stream: SourceStream, resendsPlainly: Bool) {
        switch arrival {
        case .old:
            return
        case .recovered where resendsPlainly:
            stream.repaired &+= 1
            return
        case .recovered, .reordered:
            stream.late &+= 1
        case .inOrder, .afterGap, .restarted:
            break
        }
        counters.up.packets &+= 1
    }

    // MARK: Reports of the client

    /// A step of more packets than this between two reports is a receiver that began anew.
    private static let longestStep: UInt32 = 65_536

    func note(_ block: ReportBlock, of slot: Slot) {
        let jitter = UInt64(block.jitter) * 1_000_000 / (slot.description.isPicture ? 90_000 : 48_000)
        // What the source's own line made of it is not this line's doing. Above a minute it is none.
        let brought = slot.current.map { UInt64(clamping: $0.statistics.jitterTime.nanoseconds / 1_000) } ?? 0
        let sane = jitter < 60_000_000 ? UInt32(clamping: jitter - min(brought, jitter)) : nil
        if slot.description.isPicture {
            pictureJitter = max(pictureJitter ?? 0, sane ?? 0)
        } else {
            audioJitter = max(audioJitter ?? 0, sane ?? 0)
        }
        let begun = UInt64(slot.description.firstSequenceNumber & 0x7FFF)
        let holes = Int64(clamping: slot.mapping.nextIndex &- begun) &- Int64(clamping: slot.statistics.packets)
        guard var reception = slot.reception, block.highestSequenceNumber &- reception.highest < Self.longestStep else {
            slot.reception = SlotReception(
                highest: block.highestSequenceNumber, lost: block.cumulativeLost, holes: holes, resent: slot.resent)
            return
        }
        let step = Int64(block.highestSequenceNumber &- reception.highest)
        let lost = reception.lost(by: block, holes: holes, step: step)
        let isMended = slot.description.repairSSRC == nil
        let unrepaired = reception.unrepaired(of: lost, resent: slot.resent, isMended: isMended)
        slot.reception = reception
        counters.down.reports &+= 1
        counters.down.reported &+= UInt64(clamping: max(step, lost))
        counters.down.lost &+= UInt64(clamping: lost)
        counters.down.unrepaired &+= UInt64(clamping: unrepaired)
    }

    // MARK: Once a second

    /// Brings ``counters`` up to date with the streams and slots.
    func tallyLines(at now: Instant) {
        tallyStreams(at: now)
        counters.up.gaugeDelay = takeUpDelay(at: now)
        delays.write(to: &counters, at: now)
        counters.down.gaugeAudioJitter = audioJitter
        counters.down.gaugePictureJitter = pictureJitter
        (audioJitter, pictureJitter) = (nil, nil)
        guard let slot = pictureSlots.first, let shown = slot.current else {
            counters.down.gaugeHasPicture = false
            counters.down.gaugeKeyframeAge = nil
            return
        }
        counters.down.gaugeHasPicture = true
        counters.down.gaugeKeyframeAge = shown.keyframeAge(at: now)
        if let tallied = slot.framesTallied, tallied.source == shown.id {
            counters.down.frames &+= shown.frames &- tallied.count
        }
        slot.framesTallied = (shown.id, shown.frames)
    }

    private func tallyStreams(at now: Instant) {
        let main = mainPicture
        counters.up.gaugeHasPicture = main != nil
        counters.up.gaugeKeyframeAge = main?.keyframeAge(at: now)
        counters.up.gaugePictureJitter = main?.jitter(at: now)
        counters.up.gaugeAudioJitter = nil
        for track in tracks {
            for case let stream? in track.streams {
                counters.up.add(stream, isRepaired: track.description.sendsNACK, isMain: stream === main)
                if stream.id.kind == .microphone { counters.up.gaugeAudioJitter = stream.jitter(at: now) }
            }
        }
    }

    /// The best live layer of the camera, or of the screen where there is no camera.
    var mainPicture: SourceStream? {
        func best(_ kind: SourceKind) -> SourceStream? {
            for track in tracks where track.description.kind == kind {
                if let layer = track.liveLayers.last, let stream = track.streams[Int(layer)] { return stream }
            }
            return nil
        }
        return best(.camera) ?? best(.screen)
    }
}

extension SlotReception {
    /// Takes a report.
    ///
    /// - Returns: How many packets were lost on the receiver's own line since the report before.
    mutating func lost(by block: ReportBlock, holes: Int64, step: Int64) -> Int64 {
        expectedHoles += holes - self.holes
        let reported = Int64(block.cumulativeLost) - Int64(lost)
        let own = reported - expectedHoles
        // What was to be reported as a hole and was not is so next time, or never was one.
        expectedHoles = min(max(-own, 0), max(holes - self.holes, 0))
        self.holes = holes
        lost = block.cumulativeLost
        highest = block.highestSequenceNumber
        return min(max(own, 0), step)
    }

    /// How many of `lost` packets nothing that we sent again made up for.
    ///
    /// - Parameters:
    ///   - lost: By the newest report.
    ///   - resent: Packets sent again on the slot since the beginning.
    ///   - isMended: Whether resends are the very same packets, so that reports count them as received.
    /// - Returns: 0 … `lost`.
    mutating func unrepaired(of lost: Int64, resent: UInt64, isMended: Bool) -> Int64 {
        let again = Int64(clamping: resent &- self.resent)
        self.resent = resent
        guard !isMended else { return lost }
        let balance = lost - again - spareResends
        spareResends = min(max(-balance, 0), again)
        return max(balance, 0)
    }
}

extension UplinkCounters {
    /// Adds what a stream did since the last time.
    ///
    /// - Parameters:
    ///   - stream: One of the resource's.
    ///   - isRepaired: Whether its packets are asked for again when they are missing.
    ///   - isMain: Whether its pictures are those that count.
    mutating func add(_ stream: SourceStream, isRepaired: Bool, isMain: Bool) {
        let counts = stream.nacks.counts
        let before = stream.tally
        let missing = counts.missing &- before.missing
        let late = stream.late &- before.late
        let gone = missing > late ? missing - late : 0
        lost &+= gone
        repaired &+= stream.repaired &- before.repaired
        unrepaired &+= isRepaired ? counts.abandoned &- before.abandoned : gone
        requested &+= counts.requested &- before.requested
        if isMain { frames &+= stream.frames &- before.frames }
        stream.tally = StreamTally(
            missing: counts.missing, late: stream.late, repaired: stream.repaired, abandoned: counts.abandoned,
            requested: counts.requested, frames: stream.frames)
    }
}

extension SourceStream {
    /// Milliseconds since its last keyframe.
    fileprivate func keyframeAge(at now: Instant) -> UInt32? {
        lastKeyframe.map { UInt32(clamping: now.since($0).nanoseconds / 1_000_000) }
    }

    /// Interarrival jitter in microseconds while packets come.
    fileprivate func jitter(at now: Instant) -> UInt32? {
        guard let last = lastPacket, now.since(last) < .seconds(2) else { return nil }
        return UInt32(clamping: statistics.jitterTime.nanoseconds / 1_000)
    }
}
