package import Conference
import Forwarding
import Transport
package import Units

/// Everything of the server that is not media: rooms, sessions, who may do what.
///
/// No socket, thread or clock: requests
/// and events in, responses and commands for the media loops out.
package final class ControlPlane {
    let settings: ControlSettings
    var rooms: [RoomID: RoomRecord] = [:]
    var roomsByNumber: [UInt32: RoomID] = [:]
    var resources: [MediaResourceID: ResourceRecord] = [:]
    var resourcesByNumber: [UInt32: MediaResourceID] = [:]
    /// Resources by media loop, to give the next one to the emptiest.
    var loads: [Int]
    var commands: [(loop: Int, command: MediaCommand)] = []
    var refusals: [String: UInt64] = [:]
    var sockets: [SocketID: ServerSocket] = [:]
    /// The sockets' resources, as the rooms know them.
    var socketsByResource: [MediaResourceID: (socket: SocketID, session: SessionID)] = [:]
    /// Sockets that may have something to send.
    var ready: Set<SocketID> = []
    var nextSocketNumber: UInt64 = 0
    /// How often a whole roster was encoded for requests.
    package internal(set) var encodedRosters: UInt64 = 0
    /// Readers who had lost events and got the room anew.
    package internal(set) var resynchronisations: UInt64 = 0
    /// Commands; and the `hello`s and offers of those with a seat or a post.
    var rates = RateTable()
    var greetings = RateTable()
    var nextHealth = Instant.zero
    var lines: LineMonitor
    private var notes: [ControlNote] = []
    private var nextRoomNumber: UInt32 = 0
    private var nextResourceNumber: UInt32 = 1

    package init(_ settings: ControlSettings) {
        self.settings = settings
        loads = Array(repeating: 0, count: settings.candidates.count)
        lines = LineMonitor(isOn: settings.telemetry)
        if !settings.telemetry { setTelemetry(false) }
    }

    var loopCount: Int { settings.candidates.count }

    /// When ``advance(to:)`` has something to do.
    package var deadline: Instant? {
        rooms.values.reduce(socketsDeadline.earlier(lines.deadline)) { $0.earlier($1.room.deadline) }
    }

    /// What the media loops are to do, in order, since the last call.
    package func takeCommands() -> [(loop: Int, command: MediaCommand)] {
        defer { commands.removeAll(keepingCapacity: true) }
        return commands
    }

    /// How many requests were turned away, by stable code.
    package var refusalCounts: [String: UInt64] { refusals }

    /// Does what is due; every 100 ms is often enough.
    package func advance(to moment: Moment) {
        let now = moment.instant
        for id in rooms.keys where rooms[id]?.room.deadline.map({ $0 <= now }) ?? false {
            apply(.tick, to: id, at: now)
        }
        advanceSockets(to: moment)
    }

    // MARK: Rooms

    /// Takes the rooms of the room files as they are now: new ones open, changed ones change without touching running
    /// media, missing ones let nobody new in and go with their last resource.
    package func setRooms(_ definitions: [RoomDefinition], at now: Instant) {
        for definition in definitions {
            if let record = rooms[definition.id] {
                if record.room.definition != definition || record.room.isRetired {
                    apply(.replace(definition), to: definition.id, at: now)
                }
            } else {
                rooms[definition.id] = RoomRecord(
                    number: nextRoomNumber, definition, loops: loopCount, clock: settings.clock, at: now)
                roomsByNumber[nextRoomNumber] = definition.id
                nextRoomNumber &+= 1
                for entry in definition.roster { _ = rooms[definition.id]?.seat(of: entry.code) }
                sendPlan(rooms[definition.id]?.room.picturePlan ?? [], of: definition.id)
                if let plan = rooms[definition.id]?.room.voicePlan { sendVoices(plan, of: definition.id) }
            }
            tellLoops(.room(rooms[definition.id]?.number ?? 0, audioSlots: definition.audioSlots))
        }
        let present = Set(definitions.map(\.id))
        for id in Array(rooms.keys) where !present.contains(id) {
            apply(.retire, to: id, at: now)
        }
    }

    package var roomIDs: [RoomID] { rooms.keys.sorted() }

    /// Lets one event happen to a room and carries out everything that comes of it.
    ///
    /// - Returns: The effects, carried out already.
    @discardableResult
    func apply(_ event: BridgeRoom.Event, to id: RoomID, at now: Instant) -> [BridgeRoom.Effect] {
        let effects = rooms[id]?.room.handle(event, at: now) ?? []
        for effect in effects {
            switch effect {
            case .end(let resource, let reason):
                note(reason.code, resource)
                endSocket(resource, reason, of: id, at: now)
                close(resource)
            case .picturePlan(let points): sendPlan(points, of: id)
            case .admitted, .refused, .rejected: break
            case .changed, .voices, .notice, .message: tell(effect, of: id)
            }
        }
        // Not before all of it has been told: who was put out last is still told why.
        forgetIfOver(id)
        return effects
    }

    private func sendPlan(_ points: [PointCode], of id: RoomID) {
        guard let number = rooms[id]?.number else { return }
        let seats = points.compactMap { rooms[id]?.seat(of: $0) }
        tellLoops(.picturePlan(room: number, seats: seats))
    }

    func tellLoops(_ command: MediaCommand) {
        for loop in 0..<loopCount { commands.append((loop, command)) }
    }

    private func forgetIfOver(_ id: RoomID) {
        guard let record = rooms[id], record.room.isRetired, record.room.isEmpty else { return }
        rooms[id] = nil
        roomsByNumber[record.number] = nil
        lines.forget(id)
        tellLoops(.forget(room: record.number))
    }

    // MARK: Resources

    /// What happened to resources since the last call, for the log: ids and codes, never a secret.
    package func takeNotes() -> [ControlNote] {
        defer { notes.removeAll(keepingCapacity: true) }
        return notes
    }

    private func note(_ event: String, _ id: MediaResourceID) {
        guard let record = resources[id] else { return }
        note(event, who: record.point?.rawValue ?? record.role.rawValue, in: record.room, resource: record.number)
    }

    func note(_ event: String, who: String, in room: RoomID, resource: UInt32? = nil) {
        notes.append(ControlNote(event: event, room: room.rawValue, who: who, resource: resource))
    }

    func takeResourceNumber() -> UInt32 {
        defer { nextResourceNumber &+= 1 }
        return nextResourceNumber
    }

    /// The loop with the fewest resources.
    var emptiestLoop: Int { loads.indices.min { loads[$0] < loads[$1] } ?? 0 }

    func insert(_ record: ResourceRecord, _ description: ResourceDescription) {
        resources[record.id] = record
        resourcesByNumber[record.number] = record.id
        note("joining", record.id)
        loads[record.loop] += 1
        commands.append((record.loop, .open(description)))
    }

    private func close(_ id: MediaResourceID) {
        guard let record = resources.removeValue(forKey: id) else { return }
        resourcesByNumber[record.number] = nil
        lines.close(record.number)
        loads[record.loop] -= 1
        commands.append((record.loop, .close(record.number)))
        forget(record.session, of: record.room)
    }

    /// Ends everything: each client gets its close_notify from the loop that has it.
    package func shutDown(at now: Instant) {
        for id in Array(rooms.keys) { apply(.shutDown, to: id, at: now) }
    }

    /// Entries of all tables about somebody who is there: 0 when nobody is.
    package var openRecords: Int {
        let sessions = rooms.values.reduce(0) { $0 + $1.room.sessionCount }
        return resources.count + resourcesByNumber.count + socketsByResource.count + loads.reduce(0, +) + sessions
    }

    // MARK: What media loops report

    package func handle(_ event: MediaEvent, from loop: Int, at now: Instant) {
        switch event {
        case .iceConnected(let number): apply(number, at: now) { .iceConnected($0) }
        case .connected(let number, let path):
            if let id = resourcesByNumber[number] { note("connected", id) }
            lines.connected(number, path: "udp \(path.remote)")
            apply(number, at: now) { .connected($0, path: "udp \(path.remote)") }
        case .pathChanged(let number, let path):
            lines.pathChanged(number, path: "udp \(path.remote)")
            apply(number, at: now) { .pathChanged($0, "udp \(path.remote)") }
        case .closed(let number, let reason):
            apply(number, at: now) { .left($0, reason == .peerClosed ? .closed : .failed) }
        case .sources(let number, let live):
            apply(number, at: now) { .sources($0, SentMedia(live)) }
        case .speaking(let number, let speaker):
            guard let id = roomsByNumber[number] else { return }
            rooms[id]?.speakers[loop] = speaker
            let loudest = rooms[id]?.speakers.compactMap { $0 }.max { $0.score < $1.score }
            let point = loudest.flatMap { rooms[id]?.point(at: $0.seat) }
            apply(.speaking(point), to: id, at: now)
        case .slots(let number, let reports):
            guard let id = resourcesByNumber[number] else { return }
            resources[id]?.slots = reports
            if let record = resources[id] { tellSlots(of: record) }
        case .activity(let activities):
            lines.take(activities)
            for line in activities {
                apply(line.number, at: now) { .activity($0, lastAuthenticated: line.lastAuthenticated) }
            }
        }
    }

    private func apply(_ number: UInt32, at now: Instant, _ event: (MediaResourceID) -> BridgeRoom.Event) {
        guard let id = resourcesByNumber[number], let record = resources[id] else { return }
        apply(event(id), to: record.room, at: now)
    }
}

extension SentMedia {
    fileprivate init(_ live: LiveSources) {
        let codec: VideoCodecName? =
            switch live.cameraCodec {
            case .vp8: .vp8
            case .h264: .h264
            case .opus, nil: nil
            }
        self.init(
            audio: live.microphone, video: live.camera, screen: live.screen, videoCodec: live.camera ? codec : nil,
            layers: live.cameraLayers)
    }
}
