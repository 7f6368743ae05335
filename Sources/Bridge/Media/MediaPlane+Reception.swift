import Forwarding
import RTP
import Units
import Wire

/// From a decrypted packet to its source.
extension MediaPlane {
    func receiveRTP(
        _ packet: borrowing RawSpan, index: UInt64, of endpoint: Endpoint, at now: Instant, into outbox: inout Outbox
    ) {
        guard let header = try? RTPHeader(parsing: packet), header.ssrc.rawValue != 0 else {
            counters.unreadable &+= 1
            return
        }
        guard let binding = endpoint.binding(of: header.ssrc) ?? learn(header, packet, of: endpoint) else {
            counters.unreadable &+= 1
            return
        }
        let track = endpoint.tracks[binding.track]
        if binding.isRepair {
            guard let stream = track.streams[binding.layer], let repair = RTXPayload(of: header, in: packet) else {
                return
            }
            receiveRepair(repair, header: header, packet, of: stream, track: track, endpoint, at: now, into: &outbox)
            return
        }
        let stream = track.streams[binding.layer] ?? begin(header.ssrc, binding, track: track, of: endpoint)
        guard header.payloadType == track.description.payloadType else {
            counters.unreadable &+= 1
            return
        }
        let arrival = stream.nacks.receive(header.sequenceNumber, at: now)
        if track.description.sendsNACK { plan.expect(stream.nacks.deadline) }
        stream.statistics.receive(header, at: now)
        endpoint.note(arrival, of: stream, resendsPlainly: track.description.repairPayloadType == nil)
        if measuresLines { stream.time(header, arrival, at: now) }
        if arrival == .old { return }
        stream.newestIndex = max(stream.newestIndex, index)
        process(
            header, index: index, packet, payload: header.payload, of: stream, track: track, layer: binding.layer,
            endpoint, at: now, into: &outbox)
    }

    private func receiveRepair(
        _ repair: RTXPayload, header: RTPHeader, _ packet: borrowing RawSpan, of stream: SourceStream, track: Track,
        _ endpoint: Endpoint, at now: Instant, into outbox: inout Outbox
    ) {
        let arrival = stream.nacks.receiveRepair(repair.originalSequenceNumber)
        guard arrival == .recovered || arrival == .reordered else { return }
        endpoint.counters.packetsRepaired &+= 1
        stream.repaired &+= 1
        let index = stream.newestIndex.nearestIndex(of: repair.originalSequenceNumber)
        process(
            header, index: index, packet, payload: repair.payload, of: stream, track: track,
            layer: Int(stream.id.layer), endpoint, at: now, into: &outbox)
    }

    /// Reads what forwarding needs and sends the packet on its way.
    private func process(
        _ header: RTPHeader, index: UInt64, _ packet: borrowing RawSpan, payload: Range<Int>, of stream: SourceStream,
        track: Track, layer: Int, _ endpoint: Endpoint, at now: Instant, into outbox: inout Outbox
    ) {
        guard endpoint.uplinkBound.takes(packet.byteCount, at: now) else {
            counters.aboveLimit &+= 1
            return
        }
        var source = SourcePacket(
            index: index, timestamp: header.timestamp, marker: header.marker, startsKeyframe: !stream.id.kind.isPicture)
        var pixels: Int?
        switch stream.codec {
        case .opus:
            let ids = track.description.extensionIDs
            source.level = ExtensionValues(of: header, in: packet, ids: ids).audioLevel
            stream.loudness.hear(source.level, payloadSize: payload.count, at: now)
        case .vp8:
            guard !payload.isEmpty else { break }
            guard let descriptor = try? VP8Descriptor(parsing: packet, payload: payload) else {
                counters.unreadable &+= 1
                return
            }
            source.startsKeyframe = descriptor.isKeyframeStart
            source.descriptorLength = descriptor.length
            source.picture = stream.numbering.numbers(of: descriptor, timestamp: header.timestamp)
            if descriptor.isKeyframeStart, let size = descriptor.frameSize(in: packet, payload: payload) {
                pixels = size.width * size.height
            }
        case .h264:
            guard !payload.isEmpty else { break }
            guard let unit = try? H264Payload(parsing: packet, payload: payload) else {
                counters.unreadable &+= 1
                return
            }
            source.startsKeyframe = unit.isKeyframeStart
        }
        if stream.id.kind.isPicture {
            track.layers.receive(layer: layer, bytes: payload.count, pixels: pixels, at: now)
            if source.startsKeyframe { stream.keyframes.keyframe(at: now) }
        }
        stream.lastPacket = now
        guard let body = try? packet.checkedExtracting(payload) else { return }
        distribute(source, payload: body, of: stream, at: now, into: &outbox)
    }

    /// To this loop's receivers, and to the loops that want it.
    func distribute(
        _ packet: SourcePacket, payload: borrowing RawSpan, of stream: SourceStream, at now: Instant,
        into outbox: inout Outbox
    ) {
        let isNewest = stream.noteIndex(packet.index, at: now)
        if stream.id.kind.isPicture {
            if packet.marker { stream.frames &+= 1 }
            if packet.startsKeyframe { stream.lastKeyframe = now }
        }
        stream.keep(packet, payload: payload)
        let arrival = clock.ntp(at: now)
        stream.clock?.follow(packet.timestamp)
        let placing = isNewest ? stream.watchTime(of: packet, arrival: arrival) : nil
        fanOut.forward(
            packet, payload: payload, from: stream, arrival: arrival, placing: placing, at: now, into: &outbox)
        if fanOut.takeBeginnings() { plan.hurry(at: now) }
        plan.expect(stream.keyframes.deadline)
        var loops = stream.wantedByLoops
        while loops != 0 {
            let loop = loops.trailingZeroBitCount
            loops &= loops &- 1
            if !crossings[loop].append(packet, of: stream.id, payload: payload) { counters.crossingsDropped &+= 1 }
        }
    }

    // MARK: Learning who is who

    /// Finds out which stream a new SSRC is, from an authenticated packet: by rid and mid (RFC 8852, RFC 9143 §9.2),
    /// else by what the offer announced, else by payload type.
    private func learn(_ header: RTPHeader, _ packet: borrowing RawSpan, of endpoint: Endpoint) -> Endpoint.Binding? {
        guard let index = trackIndex(header, packet, of: endpoint) else { return nil }
        let track = endpoint.tracks[index]
        let description = track.description
        let values = ExtensionValues(of: header, in: packet, ids: description.extensionIDs)
        var isRepair = header.payloadType == description.repairPayloadType
        guard isRepair || header.payloadType == description.payloadType else { return nil }
        var layer = 0
        if !description.rids.isEmpty {
            if let announced = description.announced.firstIndex(where: {
                $0.ssrc == header.ssrc || $0.repair == header.ssrc
            }), description.announced.count == description.rids.count {
                layer = announced
            } else {
                guard let range = isRepair ? values.repairedRid : values.rid,
                    let found = description.rids.firstIndex(where: { packet.holds($0, at: range) })
                else { return nil }
                layer = found
            }
        } else if description.announced.contains(where: { $0.repair == header.ssrc }) {
            isRepair = true
        }
        guard track.streams.indices.contains(layer) else { return nil }
        let binding = Endpoint.Binding(ssrc: header.ssrc, track: index, layer: layer, isRepair: isRepair)
        endpoint.bind(binding)
        if !isRepair, let old = track.streams[layer] {
            // The sender began this layer anew: another source, with indexes of its own.
            announceMicrophone(old, isHeard: false, in: endpoint.room)
            endpoint.room.remove(old)
            track.streams[layer] = nil
        }
        return binding
    }

    private func trackIndex(_ header: RTPHeader, _ packet: borrowing RawSpan, of endpoint: Endpoint) -> Int? {
        for (index, track) in endpoint.tracks.enumerated() {
            let values = ExtensionValues(of: header, in: packet, ids: track.description.extensionIDs)
            if let mid = values.mid, packet.holds(track.description.mid, at: mid) { return index }
        }
        for (index, track) in endpoint.tracks.enumerated()
        where track.description.announced.contains(where: { $0.ssrc == header.ssrc || $0.repair == header.ssrc }) {
            return index
        }
        return endpoint.tracks.firstIndex {
            $0.description.payloadType == header.payloadType || $0.description.repairPayloadType == header.payloadType
        }
    }

    private func begin(
        _ ssrc: SSRC, _ binding: Endpoint.Binding, track: Track, of endpoint: Endpoint
    ) -> SourceStream {
        let id = SourceID(
            bridge: bridge, room: endpoint.room.number, resource: endpoint.number, kind: track.description.kind,
            layer: UInt8(clamping: binding.layer), incarnation: track.incarnations)
        track.incarnations &+= 1
        let stream = SourceStream(
            id, seat: endpoint.description.seat ?? .max, codec: track.description.codec, ssrc: ssrc, endpoint: endpoint,
            homeLoop: loop)
        track.streams[binding.layer] = stream
        track.hasNewLayer = true
        endpoint.room.streams[id] = stream
        if id.kind == .microphone { endpoint.room.microphones.append(stream) }
        endpoint.room.needsAssignment = true
        return stream
    }
}

extension RawSpan {
    /// Whether the bytes of `range` are `text` in UTF-8.
    func holds(_ text: String, at range: Range<Int>) -> Bool {
        let utf8 = text.utf8
        guard utf8.count == range.count else { return false }
        var offset = range.lowerBound
        for byte in utf8 {
            guard (try? bigEndian(UInt8.self, at: offset)) == byte else { return false }
            offset += 1
        }
        return true
    }
}
