package import Conference
package import Signalling

/// What a client knows of its room: kept up to date by the server's events, bounded whatever the server sends.
package struct RoomState: Equatable, Sendable {
    /// What may change by itself.
    package enum Aspect: Hashable, Sendable {
        case identity, room, roster, floor, program, speaking, slots, log, health
    }

    /// Something that somebody said, or the server.
    package enum LogEntry: Equatable, Sendable {
        case message(MessageView)
        case notice(NoticeView)
    }

    /// Ours: what a person can still have in mind.
    package static let logLimit = 100
    /// Ours: more points than a room can have.
    package static let rosterLimit = 10_000

    /// Names the run of the server.
    package private(set) var epoch: String?
    /// Of the newest event.
    package private(set) var seq: UInt64 = 0
    package private(set) var you: Identity?
    package private(set) var room: RoomView?
    package private(set) var floor = FloorView()
    package private(set) var program = ProgramView(program: [], seen: [])
    package private(set) var speaking: PointCode?
    package private(set) var slots: [SlotView] = []
    /// In roster order.
    package private(set) var points: [RosterLineView] = []
    package private(set) var rosterVersion: UInt64 = 0
    /// The newest entries, newest last.
    package private(set) var log: [LogEntry] = []
    /// How many entries there were in all.
    package private(set) var logCount = 0
    package private(set) var health: HealthView?
    private var places: [PointCode: Int] = [:]

    package init() {}

    /// Whether missed events would complete it: it holds a roster of a known run of the server.
    package var isResumable: Bool { epoch != nil && !points.isEmpty }

    /// The line of a point.
    package func line(_ code: PointCode) -> RosterLineView? { places[code].map { points[$0] } }

    /// The roster's name of a point, or its code.
    package func name(_ code: PointCode) -> String { line(code)?.name ?? code.rawValue }

    /// The client's own line; `nil` without a seat.
    package var ownLine: RosterLineView? { you?.point.flatMap(line) }

    /// My place in the queue, from 1.
    package var ownPosition: Int? {
        guard let point = you?.point else { return nil }
        return floor.queue.first { $0.point == point }?.position
    }

    package var holdsFloor: Bool { you?.point.map { point in floor.holders.contains { $0.point == point } } ?? false }

    package func may(_ verb: Verb) -> Bool { you?.verbs.contains(verb) ?? false }

    // MARK: Events

    /// Takes an event.
    ///
    /// - Returns: What it has changed.
    package mutating func apply(_ event: ServerEvent, seq: UInt64) -> Set<Aspect> {
        if case .welcome(let welcome) = event {
            self.seq = welcome.resumed ? max(self.seq, seq) : seq
            return apply(welcome)
        }
        self.seq = max(self.seq, seq)
        switch event {
        case .welcome: return []
        case .roster(let update): return apply(update)
        case .slots(let slots): return set(\.slots, Array(slots.prefix(64)), .slots)
        case .floor(let floor): return set(\.floor, floor, .floor)
        case .room(let room): return set(\.room, room, .room)
        case .program(let program): return set(\.program, program, .program)
        case .speaking(let point): return set(\.speaking, point, .speaking)
        case .message(let message): return append(.message(message))
        case .notice(let notice): return append(.notice(notice))
        case .health(let view): return set(\.health, view, .health)
        case .bye: return []
        }
    }

    private mutating func set<Value: Equatable>(
        _ path: WritableKeyPath<RoomState, Value>, _ value: Value, _ aspect: Aspect
    ) -> Set<Aspect> {
        guard self[keyPath: path] != value else { return [] }
        self[keyPath: path] = value
        return [aspect]
    }

    private mutating func append(_ entry: LogEntry) -> Set<Aspect> {
        log.append(entry)
        logCount += 1
        if log.count > Self.logLimit { log.removeFirst(log.count - Self.logLimit) }
        return [.log]
    }

    private mutating func apply(_ welcome: Welcome) -> Set<Aspect> {
        epoch = welcome.epoch
        you = welcome.you
        room = welcome.room
        floor = welcome.floor
        program = welcome.program
        speaking = welcome.speaking
        slots = Array(welcome.slots.prefix(64))
        health = nil
        if let roster = welcome.roster { replace(roster) }
        return [.identity, .room, .roster, .floor, .program, .speaking, .slots, .health]
    }

    private mutating func apply(_ update: RosterUpdate) -> Set<Aspect> {
        switch update {
        case .whole(let roster): replace(roster)
        case .changes(let delta): change(delta)
        }
        return [.roster]
    }

    private mutating func replace(_ roster: RosterSnapshot) {
        rosterVersion = roster.version
        points = []
        places = [:]
        for line in roster.points.prefix(Self.rosterLimit) where places[line.code] == nil {
            places[line.code] = points.count
            points.append(line)
        }
    }

    private mutating func change(_ delta: RosterDelta) {
        rosterVersion = delta.version
        for change in delta.points {
            if let place = places[change.code] {
                points[place].take(change)
            } else if points.count < Self.rosterLimit, let line = RosterLineView(change) {
                places[line.code] = points.count
                points.append(line)
            }
        }
        let gone = Set(delta.removed)
        guard !gone.isEmpty else { return }
        points.removeAll { gone.contains($0.code) }
        places = Dictionary(
            points.enumerated().map { ($0.element.code, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }
}

extension RosterLineView {
    /// A line that is new to the client; `nil` when the change doesn't say enough.
    fileprivate init?(_ change: RosterLineChange) {
        guard let name = change.name, let kind = change.kind else { return nil }
        self.init(code: change.code, name: name, kind: kind, level: change.level ?? 0)
        take(change)
    }

    fileprivate mutating func take(_ change: RosterLineChange) {
        func set<Value>(_ value: inout Value, _ new: Value?) { if let new { value = new } }
        set(&name, change.name)
        set(&kind, change.kind)
        set(&level, change.level)
        set(&parent, change.parent)
        set(&state, change.state)
        set(&since, change.since)
        set(&audio, change.audio)
        set(&video, change.video)
        set(&screen, change.screen)
        set(&muted, change.muted)
        set(&role, change.role)
        set(&delegates, change.delegates)
        takeDetails(change)
    }

    private mutating func takeDetails(_ change: RosterLineChange) {
        func set<Value>(_ value: inout Value, _ new: Value?) { if let new { value = new } }
        var new = details ?? Private()
        let before = new
        set(&new.contactName, change.contactName)
        set(&new.contactTelephone, change.contactTelephone)
        set(&new.path, change.path)
        set(&new.departure, change.departure)
        set(&new.takeovers, change.takeovers)
        set(&new.delegateList, change.delegateList)
        if details != nil || new != before { details = new }
    }
}
