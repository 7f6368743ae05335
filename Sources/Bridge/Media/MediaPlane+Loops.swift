import Forwarding
package import Units
package import Wire

/// Rooms that span loops: each loop tells the others what it has, and asks for what it shows.
extension MediaPlane {
    /// Takes what loop `sender` says.
    package func receive(_ message: LoopMessage, from sender: Int, at now: Instant, into outbox: inout Outbox) {
        fanOut.finishTurn(into: &outbox)
        if case .packets = message {} else { plan.hurry(at: now) }
        switch message {
        case .interest(let number, let isInterested):
            let room = room(number)
            let bit = Self.bit(of: sender)
            room.interestedLoops = isInterested ? room.interestedLoops | bit : room.interestedLoops & ~bit
            if isInterested { tellPictures(of: room, to: sender) }
        case .picture(let number, let seat, let kind, let picture):
            let room = room(number)
            for layer in picture.layers where room.streams[layer] == nil {
                room.streams[layer] = remoteStream(layer, seat: seat, codec: picture.codec, home: sender)
            }
            forgetLayers(of: picture.resource, kind: kind, except: picture.layers, in: room)
            room.set(picture, of: seat, kind: kind)
        case .microphone(let id, let seat, let codec, let isHeard):
            setRemoteMicrophone(id, seat: seat, codec: codec, isHeard: isHeard, home: sender)
        case .want(let id, let isWanted):
            guard let stream = rooms[id.room]?.streams[id] else { return }
            let bit = Self.bit(of: sender)
            stream.wantedByLoops = isWanted ? stream.wantedByLoops | bit : stream.wantedByLoops & ~bit
            if isWanted, id.kind.isPicture { stream.keyframes.want(at: now) }
        case .keyframe(let id):
            rooms[id.room]?.streams[id]?.keyframes.want(at: now)
        case .clock(let id, let timestamp, let time):
            guard let stream = rooms[id.room]?.streams[id] else { return }
            stream.takeReport(timestamp: timestamp, time: time, arrival: clock.ntp(at: now))
            for slot in stream.active where slot.current === stream { slot.endpoint.needsImmediateReport = true }
        case .packets(let batch):
            receive(batch, at: now, into: &outbox)
        }
    }

    /// The bit that stands for a loop.
    static func bit(of loop: Int) -> UInt64 { 1 << UInt64(loop) }

    private func receive(_ batch: CrossingBatch, at now: Instant, into outbox: inout Outbox) {
        batch.withBytes { bytes in
            for record in batch.records {
                guard let stream = rooms[record.source.room]?.streams[record.source], stream.endpoint == nil,
                    let payload = try? bytes.checkedExtracting(record.payload)
                else { continue }
                stream.lastPacket = now
                if stream.id.kind == .microphone {
                    stream.loudness.hear(record.packet.level, payloadSize: payload.byteCount, at: now)
                } else if record.packet.startsKeyframe {
                    stream.keyframes.keyframe(at: now)
                }
                distribute(record.packet, payload: payload, of: stream, at: now, into: &outbox)
            }
        }
    }

    private func remoteStream(_ id: SourceID, seat: UInt32, codec: MediaCodec, home: Int) -> SourceStream {
        SourceStream(id, seat: seat, codec: codec, ssrc: SSRC(rawValue: 0), endpoint: nil, homeLoop: home)
    }

    private func forgetLayers(
        of resource: UInt32, kind: SourceKind, except layers: [SourceID], in room: RoomMedia
    ) {
        let gone = room.streams.values.filter {
            $0.id.resource == resource && $0.id.kind == kind && $0.endpoint == nil && !layers.contains($0.id)
        }
        for stream in gone {
            if stream.isWanted { messages.append((stream.homeLoop, .want(stream.id, false))) }
            room.remove(stream)
        }
    }

    private func setRemoteMicrophone(_ id: SourceID, seat: UInt32, codec: MediaCodec, isHeard: Bool, home: Int) {
        let room = room(id.room)
        if isHeard, room.streams[id] == nil {
            let stream = remoteStream(id, seat: seat, codec: codec, home: home)
            room.streams[id] = stream
            room.microphones.append(stream)
            room.needsAssignment = true
        } else if !isHeard, let stream = room.streams[id], stream.endpoint == nil {
            room.remove(stream)
        }
    }

    private func tellPictures(of room: RoomMedia, to other: Int) {
        for endpoint in room.endpoints {
            guard let seat = endpoint.description.seat else { continue }
            for track in endpoint.tracks where track.description.kind.isPicture && !track.liveLayers.isEmpty {
                let picture = picture(of: track, of: endpoint)
                messages.append(
                    (other, .picture(room: room.number, seat: seat, kind: track.description.kind, picture)))
            }
        }
    }

    // MARK: What this loop tells the others

    /// Sends the packets of microphones that are among the loudest here to every loop that has receivers.
    func announceMicrophones(of room: RoomMedia) {
        guard loopCount > 1 else { return }
        let hasReceivers = room.endpoints.contains(where: \.isReceiver)
        if hasReceivers != room.toldInterest {
            room.toldInterest = hasReceivers
            for other in 0..<loopCount where other != loop {
                messages.append((other, .interest(room: room.number, hasReceivers)))
            }
        }
        // Whoever is on the main picture itself sees the second of the plan there.
        let mainSeats = room.plan.prefix(2)
        for stream in room.microphones where stream.endpoint != nil {
            let crosses = room.speakers.chosen.contains(stream.id) || mainSeats.contains(stream.seat)
            let wanted = crosses && room.voices.allows(stream.seat) ? room.interestedLoops : 0
            guard stream.wantedByLoops != wanted else { continue }
            let message = LoopMessage.microphone(stream.id, seat: stream.seat, codec: stream.codec, isHeard: true)
            let gone = LoopMessage.microphone(stream.id, seat: stream.seat, codec: stream.codec, isHeard: false)
            for other in 0..<loopCount {
                let bit = Self.bit(of: other)
                if wanted & bit != 0, stream.wantedByLoops & bit == 0 { messages.append((other, message)) }
                if wanted & bit == 0, stream.wantedByLoops & bit != 0 { messages.append((other, gone)) }
            }
            stream.wantedByLoops = wanted
        }
    }

    func announceMicrophone(_ stream: SourceStream, isHeard: Bool, in room: RoomMedia) {
        guard stream.id.kind == .microphone, stream.endpoint != nil, stream.wantedByLoops != 0 else { return }
        let message = LoopMessage.microphone(stream.id, seat: stream.seat, codec: stream.codec, isHeard: isHeard)
        for other in 0..<loopCount where stream.wantedByLoops & Self.bit(of: other) != 0 {
            messages.append((other, message))
        }
    }

    /// Asks home loops for the pictures that are shown here, and for keyframes that somebody waits for.
    func tellWants(of room: RoomMedia) {
        guard loopCount > 1 else { return }
        for stream in room.streams.values where stream.endpoint == nil && stream.id.kind.isPicture {
            if stream.hasSlots != stream.isWanted {
                stream.isWanted = stream.hasSlots
                messages.append((stream.homeLoop, .want(stream.id, stream.isWanted)))
            }
        }
    }

    /// Passes keyframe requests of remote streams on, and drops microphones whose loop sends nothing any more.
    func forgetSilentRemotes(of room: RoomMedia, at now: Instant) {
        guard loopCount > 1 else { return }
        for stream in room.streams.values where stream.endpoint == nil {
            if stream.keyframes.isDue(at: now) { messages.append((stream.homeLoop, .keyframe(stream.id))) }
        }
    }
}

extension CrossingBatch {
    /// Calls `body` with all payloads, one behind the other.
    func withBytes(_ body: (borrowing RawSpan) -> Void) {
        unsafe bytes.withUnsafeBytes { buffer in body(unsafe RawSpan(_unsafeBytes: buffer)) }
    }
}
