package import Units

/// One room of the bridge as a state machine without IO: who may come in, who is there, who is seen and heard.
///
/// Events go in, ``Effect``s come out; the caller carries out *all* of them before the next event, and sends
/// ``Event/tick`` at ``deadline``. Every admitted media resource and socket gets exactly one ``Effect/end(_:_:)``,
/// also after ``Event/left(_:_:)``: that is where its transport is torn down. Events about resources that have ended
/// are ignored: they cross the end on their way between loops.
///
/// Everything is a value and nothing is random: the same events at the same times make the same room.
package struct BridgeRoom: Sendable {
    package enum Event: Equatable, Sendable {
        case join(JoinRequest)
        /// The first valid ICE check came.
        case iceConnected(MediaResourceID)
        /// The DTLS handshake is done; `path` is for the roster.
        case connected(MediaResourceID, path: String)
        /// The ICE path moved.
        case pathChanged(MediaResourceID, String)
        /// From the loops' snapshots, once a second; of a socket, when a frame came.
        case activity(MediaResourceID, lastAuthenticated: Instant)
        /// What the resource sends at present, whenever that changes.
        case sources(MediaResourceID, SentMedia)
        case left(MediaResourceID, EndReason.Departure)
        /// The loudest speaker by the loops' judgement, whenever that changes; `nil` when nobody speaks.
        case speaking(PointCode?)
        /// Answered by ``Effect/rejected(_:)`` when it is not carried out, and else by what comes of it: maybe nothing.
        case command(Command, by: Actor)
        /// The room file changed. Running media is not touched.
        case replace(RoomDefinition)
        /// The room file is gone: nobody new comes in, whoever is there stays.
        case retire
        /// Everybody out.
        case shutDown
        /// The time is now; sent at or after ``BridgeRoom/deadline``.
        case tick
    }

    package enum Effect: Equatable, Sendable {
        case admitted(Admission)
        case refused(MediaResourceID, Refusal)
        /// A command was not carried out, and has changed nothing.
        case rejected(Refusal)
        case end(MediaResourceID, EndReason)
        /// Who is seen, best first: slot 0 is the main picture. Receivers skip themselves and what they can't
        /// decode; so the list is longer than the room has slots, by up to ``BridgeRoom/planReserve``.
        case picturePlan([PointCode])
        /// Who is heard, whenever that changes; see ``BridgeRoom/voicePlan``.
        case voices(VoicePlan)
        /// What everybody is to be told of anew; comes last, at most once an event.
        case changed(Set<Aspect>)
        case notice(to: NoticeTarget, NoticeKind)
        case message(RoomMessage)
    }

    /// One for the receiver's own picture, three for pictures that a receiver cannot decode.
    package static let planReserve = 4

    package internal(set) var definition: RoomDefinition
    /// Whether the room file is gone; the room goes with its last resource.
    package internal(set) var isRetired = false

    var resources: [MediaResourceID: MediaResource] = [:]
    var sessions: [SessionID: Session] = [:]
    var sessionsBySecret: [BindingSecret: SessionID] = [:]
    var census = Census()
    var roster: Roster
    var programme: Programme
    var removals = Removals()
    var floorControl = Floor()
    /// Whom chair or operator muted; the floor may lift it for as long as it is held.
    var mutes: Set<PointCode> = []
    /// Whose mute is in force, as everybody was last told.
    var silenced: Set<PointCode> = []
    /// What chair or operator chose instead of the room file's mode.
    var chosenMode: RoomMode?
    /// Whether only those who were here, and those who run the conference, may come in.
    package internal(set) var isLocked = false
    /// The seats that are heard without having the floor: the central point's and every chair's.
    var chairPoints: Set<PointCode>
    /// Who is heard, for new loops and rooms.
    package internal(set) var voicePlan: VoicePlan
    /// Whether ``voicePlan`` may be out of date.
    var voicesAreStale = false
    /// Points whose line must be looked at before the event is over.
    var touched: [PointCode] = []
    private var admissions: UInt64 = 0
    /// When to look at which resource.
    ///
    /// Activity moves each resource's deadline back once a second. Its entry here stays where it is, and is only
    /// made anew when its time has come: a room of thousands does no work for those who are well.
    private var agenda = Agenda<MediaResourceID>()

    package init(_ definition: RoomDefinition, at now: Instant) {
        self.definition = definition
        roster = Roster(definition.roster, at: now)
        programme = Programme(
            slots: definition.pictureSlots, standard: definition.programDefault, order: roster.order)
        chairPoints = [definition.central]
        voicePlan = .everyone(except: [])
        _ = applyFloorRule()
        voicePlan = makeVoicePlan()
    }

    /// No later than the next thing that happens by time alone; `nil` while nothing does.
    package var deadline: Instant? { agenda.earliest.earlier(programme.deadline) }

    /// Whether nobody is in the room.
    package var isEmpty: Bool { resources.isEmpty }

    package mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        let before = Outline(self)
        var effects = change(event, at: now)
        effects += settle(at: now)
        if let plan = programme.refresh(at: now) { effects.append(.picturePlan(plan)) }
        let aspects = Outline(self).aspects(since: before)
        if !aspects.isEmpty { effects.append(.changed(aspects)) }
        return effects
    }

    private mutating func change(_ event: Event, at now: Instant) -> [Effect] {
        switch event {
        case .join(let request): return join(request, at: now)
        case .iceConnected(let id): return step(id, .iceConnected, at: now)
        case .connected(let id, let path):
            setPath(path, of: id)
            return step(id, .connected, at: now)
        case .pathChanged(let id, let path): setPath(path, of: id)
        case .activity(let id, let last): return step(id, .activity(lastAuthenticated: last), at: now)
        case .sources(let id, let media): setMedia(media, of: id)
        case .left(let id, let departure): return end(id, .left(departure))
        case .speaking(let point): programme.hear(point.flatMap { isHeard($0) ? $0 : nil }, at: now)
        case .command(let command, let actor): return carryOut(command, by: actor, at: now)
        case .replace(let definition): return replace(definition, at: now)
        case .retire: isRetired = true
        case .shutDown: return inOrder(resources.values).flatMap { end($0, .shutDown) }
        case .tick: return tick(at: now)
        }
        return []
    }

    // MARK: The life of a resource

    /// Takes a resource in that admission has let pass.
    mutating func insert(_ make: (_ number: UInt64) -> MediaResource) {
        admissions += 1
        var resource = make(admissions)
        schedule(&resource)
        resources[resource.id] = resource
        guard let point = resource.point else { return }
        roster.seat(resource, at: point)
        touched.append(point)
    }

    private mutating func step(_ id: MediaResourceID, _ event: MediaResource.Event, at now: Instant) -> [Effect] {
        guard var resource = resources[id] else { return [] }
        let (wasPending, wasLive) = (resource.isPending, resource.isLive)
        if let reason = resource.handle(event, at: now) { return end(id, reason) }
        schedule(&resource)
        resources[id] = resource
        if let point = resource.point, resource.isPending != wasPending || resource.isLive != wasLive {
            touched.append(point)
        }
        return []
    }

    /// Takes a resource out, and its session and seat with it when it was their last.
    mutating func end(_ id: MediaResourceID, _ reason: EndReason) -> [Effect] {
        guard let resource = resources.removeValue(forKey: id) else { return [] }
        sessions[resource.session]?.resources.removeAll { $0 == id }
        if let session = sessions[resource.session], session.resources.isEmpty {
            sessions[resource.session] = nil
            sessionsBySecret[session.secret] = nil
            census.count(session, by: -1)
        }
        if let point = resource.point {
            roster.release(resource, at: point, reason)
            touched.append(point)
        }
        return [.end(id, reason)]
    }

    private mutating func tick(at now: Instant) -> [Effect] {
        var due: [MediaResource] = []
        while let id = agenda.take(dueAt: now) {
            guard var resource = resources[id], resource.scheduled <= now else { continue }
            resource.scheduled = .distantFuture
            if resource.deadline <= now { due.append(resource) } else { schedule(&resource) }
            resources[id] = resource
        }
        return inOrder(due).flatMap { step($0, .tick, at: now) }
    }

    /// Sees to it that the agenda has an entry no later than the resource's deadline.
    private mutating func schedule(_ resource: inout MediaResource) {
        guard resource.deadline < resource.scheduled else { return }
        resource.scheduled = resource.deadline
        agenda.add(resource.id, at: resource.deadline)
    }

    /// Dictionaries have no order of their own: what happens at one time is told in order of admission.
    func inOrder(_ resources: some Sequence<MediaResource>) -> [MediaResourceID] {
        resources.sorted { $0.number < $1.number }.map(\.id)
    }

    private mutating func setPath(_ path: String, of id: MediaResourceID) {
        guard resources[id]?.path != path, let point = resources[id]?.point else { return }
        resources[id]?.path = path
        touched.append(point)
    }

    private mutating func setMedia(_ media: SentMedia, of id: MediaResourceID) {
        guard let resource = resources[id], resource.sends, resource.media != media else { return }
        resources[id]?.media = media
        if let point = resource.point { touched.append(point) }
    }

    // MARK: The room file

    /// What chair or operator have chosen stays, save for a mode where the file names another one now.
    private mutating func replace(_ definition: RoomDefinition, at now: Instant) -> [Effect] {
        let (old, oldMode) = (self.definition, mode)
        self.definition = definition
        isRetired = false
        if old.mode != definition.mode { chosenMode = nil }
        roster.replace(definition.roster, at: now)
        programme.replace(
            slots: definition.pictureSlots, standard: definition.programDefault, order: roster.order)
        mutes = mutes.filter { roster[$0] != nil }
        if roster[old.central].flatMap(role) != .chair { chairPoints.remove(old.central) }
        chairPoints.insert(definition.central)
        return (mode == oldMode ? [] : [.notice(to: .all, .mode(mode))]) + applyFloorRule()
    }
}
