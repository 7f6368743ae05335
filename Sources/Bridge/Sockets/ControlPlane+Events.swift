import Conference
import Signalling
import Tokens
import Units
import WebSocket

/// What a room decides, told: to its sockets as events, to the media loops as commands.
extension ControlPlane {
    /// Carries out one effect that is not about media resources.
    func tell(_ effect: BridgeRoom.Effect, of id: RoomID) {
        switch effect {
        case .changed(let aspects): tell(aspects, of: id)
        case .voices(let plan): sendVoices(plan, of: id)
        case .notice(let target, let kind): rooms[id]?.channel.tell(kind, to: target)
        case .message(let message): tell(message, of: id)
        case .admitted, .refused, .rejected, .end, .picturePlan: return
        }
        wake(id)
    }

    private func tell(_ aspects: Set<Aspect>, of id: RoomID) {
        guard let room = rooms[id]?.room else { return }
        for aspect in Aspect.allCases where aspects.contains(aspect) {
            let event: ServerEvent
            switch aspect {
            case .floor: event = .floor(FloorView(room.floor, clock: settings.clock))
            case .room: event = .room(RoomView(room))
            case .program: event = .program(ProgramView(room))
            case .speaking: event = .speaking(room.speaker)
            case .attendance:
                rooms[id]?.channel.noteAttendance()
                continue
            }
            rooms[id]?.channel.tell(event, to: .everyone)
        }
    }

    private func tell(_ message: RoomMessage, of id: RoomID) {
        let event = ServerEvent.message(MessageView(message, clock: settings.clock))
        switch message.to {
        case .all: rooms[id]?.channel.tell(event, to: .everyone)
        case .staff:
            rooms[id]?.channel.tell(event, to: .staff)
            // The sender's own devices see what was said.
            if let point = message.point, !message.from.isStaff { rooms[id]?.channel.tell(event, to: .point(point)) }
        case .point(let point):
            rooms[id]?.channel.tell(event, to: .staff)
            // A chair who sits there is one of the staff, and gets it once: see ``ServerSocket/viewer``.
            rooms[id]?.channel.tell(event, to: .point(point))
        }
    }

    func sendVoices(_ plan: VoicePlan, of id: RoomID) {
        guard let number = rooms[id]?.number else { return }
        func seats(_ points: Set<PointCode>) -> Set<UInt32> { Set(points.compactMap { rooms[id]?.seat(of: $0) }) }
        let rule: VoiceRule =
            switch plan {
            case .everyone(let silenced): .everyone(except: seats(silenced))
            case .only(let heard): .only(seats(heard))
            }
        tellLoops(.voices(room: number, rule))
    }

    /// A socket's resource has ended: its client is told why, unless the session goes on over a newer socket.
    func endSocket(_ resource: MediaResourceID, _ reason: EndReason, of room: RoomID, at now: Instant) {
        guard let (id, session) = socketsByResource.removeValue(forKey: resource) else { return }
        if let socket = sockets[id], socket.resource == resource {
            note(reason.code, who: socket.actor.point?.rawValue ?? socket.claims.role.rawValue, in: room)
            if let bye = bye(reason, to: socket) {
                let code: CloseCode = bye.reason == .shutdown ? .goingAway : .normal
                socket.end(bye, code, at: now)
            } else {
                socket.close(.normal, reason: reason.code, at: now)
            }
            ready.insert(id)
        }
        forget(session, of: room)
    }

    /// Whoever was put out is told so in the chair's words.
    private func bye(_ reason: EndReason, to socket: ServerSocket) -> ByeView? {
        guard var bye = ByeView(reason, in: socket.language) else { return nil }
        if reason == .removed, let point = socket.actor.point,
            let removal = rooms[socket.room]?.room.removedPoints[point]
        {
            bye.text = removal.text(in: socket.language)
        }
        return bye
    }

    /// Forgets what was kept for a session, when nothing of it is left.
    func forget(_ session: SessionID, of room: RoomID) {
        guard let record = rooms[room], !record.room.has(session) else { return }
        record.channel.end(session)
    }

    /// The slots of a receiving resource, told to the session that it belongs to.
    func tellSlots(of resource: ResourceRecord) {
        guard let record = rooms[resource.room], record.channel.socket(of: resource.session) != nil else { return }
        record.channel.tell(.slots(resource.slots.map { SlotView($0, in: record) }), to: .session(resource.session))
        wake(resource.room)
    }

    /// Once a second: the lines' figures, to those who watch.
    func tellHealth(at moment: Moment) {
        var watchers: [RoomID: [ServerSocket]] = [:]
        for socket in sockets.values where socket.watchesHealth && socket.session != nil {
            watchers[socket.room, default: []].append(socket)
        }
        for (id, sockets) in watchers {
            guard let record = rooms[id] else { continue }
            let points = record.room.definition.roster.map(\.code)
            let view = HealthView(at: moment.unixTime, lines: lines.healthLines(of: id, points: points))
            let message = ServerMessage.event(seq: 0, .health(view)).encoded
            let rest = SharedPart(Array(message.dropFirst(Self.healthHead.count + 1)), isLast: true)
            for socket in sockets {
                socket.health = rest
                ready.insert(socket.id)
            }
        }
    }
}
