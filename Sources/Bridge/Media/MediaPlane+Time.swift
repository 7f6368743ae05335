import Forwarding
import ICE
import OpenSSL
import RTP
import Transport
package import Units
package import Wire

/// What happens by time alone, and on command.
extension MediaPlane {
    /// Does what is due; see ``deadline``.
    package func advance(to now: Instant, into outbox: inout Outbox) {
        if let due = fanOut.deadline, due <= now {
            guard fanOut.sendTurn(into: &outbox, limit: FanOut.outboxShare) else { return }
            if fanOut.takeBeginnings() { plan.hurry(at: now) }
        }
        guard let horizon = plan.begin(at: now) else { return }
        if nextRoomUpdate <= horizon {
            nextRoomUpdate = now.advanced(by: Self.roomInterval)
            for room in rooms.values { update(room, at: now) }
        } else {
            for room in rooms.values where room.needsAssignment { reassign(room, at: now) }
        }
        plan.expect(nextRoomUpdate)
        // After the rooms: whoever they put on a slot is asked for a keyframe at once.
        for endpoint in endpoints.values {
            if let due = endpoint.transport.deadline {
                if due <= now, endpoint.transport.advance(to: now, random: &random, into: &outbox) {
                    transportChanged(endpoint, at: now)
                    plan.hurry(at: now)
                }
                plan.expect(endpoint.transport.deadline)
            }
            sendFeedback(to: endpoint, at: now, horizon: horizon, into: &outbox)
            if endpoint.transport.isExhausted {
                endpoint.transport.close(.keysExhausted, at: now, into: &outbox)
                transportChanged(endpoint, at: now)
            }
        }
        if nextActivityReport <= horizon {
            nextActivityReport = now.advanced(by: .seconds(1))
            reportActivity(at: now)
        }
    }

    private func update(_ room: RoomMedia, at now: Instant) {
        for endpoint in room.endpoints {
            for track in endpoint.tracks { updateLiveness(track, of: endpoint, at: now) }
            let live = endpoint.liveSources
            if live != endpoint.reportedSources {
                endpoint.reportedSources = live
                events.append(.sources(endpoint.number, live))
            }
        }
        if room.judgeLoudness(at: now) { events.append(.speaking(room: room.number, room.loudest)) }
        announceMicrophones(of: room)
        forgetSilentRemotes(of: room, at: now)
        if room.needsAssignment { reassign(room, at: now) }
        if room.slotsChanged { reportSlots(of: room) }
    }

    func reassign(_ room: RoomMedia, at now: Instant) {
        room.assignAll(at: now)
        tellWants(of: room)
    }

    /// Notices layers that came or went, and microphones that fell silent for good.
    private func updateLiveness(_ track: Track, of endpoint: Endpoint, at now: Instant) {
        var live: [UInt8]
        if track.description.kind.isPicture {
            live = track.layers.liveLayers(at: now)
        } else {
            // Discontinuous transmission may pause for long: a microphone is live until its endpoint has gone silent.
            live =
                track.streams.first.flatMap { $0?.lastPacket }.map { now.since($0) < .seconds(6) } ?? false ? [0] : []
        }
        live.removeAll { Int($0) >= track.streams.count || track.streams[Int($0)] == nil }
        guard live != track.liveLayers || track.hasNewLayer else { return }
        track.hasNewLayer = false
        track.liveLayers = live
        if track.description.kind.isPicture { updatePicture(track, of: endpoint) }
    }

    /// Tells the room, and other loops, which layers a picture has.
    func updatePicture(_ track: Track, of endpoint: Endpoint) {
        guard let seat = endpoint.description.seat else { return }
        let picture = picture(of: track, of: endpoint)
        endpoint.room.set(picture, of: seat, kind: track.description.kind)
        let message = LoopMessage.picture(room: endpoint.room.number, seat: seat, kind: track.description.kind, picture)
        for other in 0..<loopCount where other != loop { messages.append((other, message)) }
    }

    func picture(of track: Track, of endpoint: Endpoint) -> LivePicture {
        LivePicture(
            resource: endpoint.number, codec: track.description.codec,
            layers: track.liveLayers.compactMap { track.streams[Int($0)]?.id })
    }

    private func reportSlots(of room: RoomMedia) {
        room.slotsChanged = false
        for endpoint in room.endpoints where endpoint.isReceiver {
            let reports = (endpoint.audioSlots + endpoint.pictureSlots).map(\.report)
            guard reports != endpoint.reportedSlots else { continue }
            endpoint.reportedSlots = reports
            events.append(.slots(endpoint.number, reports))
        }
    }

    private func reportActivity(at now: Instant) {
        let lines = endpoints.values.compactMap { endpoint -> ResourceActivity? in
            guard let last = endpoint.transport.lastAuthenticated else { return nil }
            if measuresLines { endpoint.tallyLines(at: now) }
            var counters = endpoint.counters
            counters.packetsLost = endpoint.tracks.reduce(0) { sum, track in
                track.streams.reduce(sum) { $0 &+ UInt64(clamping: $1?.statistics.cumulativeLost ?? 0) }
            }
            return ResourceActivity(number: endpoint.number, at: now, lastAuthenticated: last, counters: counters)
        }
        if !lines.isEmpty { events.append(.activity(lines)) }
    }

    // MARK: Commands

    /// Carries out what the control loop says.
    package func handle(_ command: MediaCommand, at now: Instant, into outbox: inout Outbox) {
        fanOut.finishTurn(into: &outbox)
        plan.hurry(at: now)
        switch command {
        case .open(let description):
            open(description, at: now)
        case .close(let number):
            guard let endpoint = endpoints[number] else { return }
            endpoint.transport.close(at: now, into: &outbox)
            remove(endpoint)
        case .restart(let number, let local, let remote):
            guard let endpoint = endpoints[number] else { return }
            endpoint.transport.restartICE(local: local, remote: remote)
            let taken = endpoint.transport.localFragments
            for old in endpoint.fragments where !taken.contains(old) { endpointsByFragment[old] = nil }
            endpoint.fragments = taken
            endpointsByFragment[local.fragment] = endpoint
        case .picturePlan(let number, let seats):
            room(number).plan = seats
        case .room(let number, let audioSlots):
            room(number).audioSlots = audioSlots
        case .voices(let number, let rule):
            setVoices(rule, in: room(number), at: now)
        case .telemetry(let isOn):
            measuresLines = isOn
        case .forget(let number):
            rooms[number] = nil
        case .closeAll:
            for endpoint in Array(endpoints.values) {
                endpoint.transport.close(at: now, into: &outbox)
                remove(endpoint)
            }
        }
    }

    private func open(_ description: ResourceDescription, at now: Instant) {
        let transport: MediaTransport
        do throws(TLSError) {
            transport = try MediaTransport(
                server: description.localICE, remote: description.remoteICE, fingerprints: description.fingerprints,
                dtls: dtls, firstRTCPIndex: description.firstRTCPIndex)
        } catch {
            events.append(.closed(description.number, .handshakeFailed))
            return
        }
        let room = room(description.room)
        let endpoint = Endpoint(description, transport: transport, room: room, at: now)
        endpoints[description.number] = endpoint
        endpointsByFragment[description.localICE.fragment] = endpoint
        endpoint.fragments = [description.localICE.fragment]
        room.endpoints.append(endpoint)
        room.needsAssignment = true
    }
}
