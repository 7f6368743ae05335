import Conference
import Signalling
import Units
import WebSocket

/// What one room tells its sockets: gathered, encoded once for all, and kept for slow readers and for those who come
/// back.
final class RoomChannel {
    /// A session that has said `hello`.
    ///
    /// It is kept for as long as the session lives, connected or not: whoever comes back misses nothing.
    fileprivate struct Listener {
        var socket: SocketID?
        var language: Language
        let isStaff: Bool
        let point: PointCode?
    }

    /// Roster changes are gathered for so long: at most five times a second.
    ///
    /// A full room gathers longer, because each change goes to everybody.
    static func gatheringTime(sockets: Int) -> Duration { .milliseconds(min(1_000, max(200, sockets * 2 / 5))) }

    private(set) var log = EventLog { event in
        event.count > SharedPart.compressionThreshold ? CompressedPayload.message(event) : nil
    }
    private var listeners: [SessionID: Listener] = [:]
    private var listenersByPoint: [PointCode: Int] = [:]
    /// Of the listeners that are connected.
    private(set) var socketCount = 0
    /// The roster as it was told last, with private fields.
    ///
    /// Whoever comes gets this, and not the room as it is: changes are differences to what was told.
    private var told: [PointCode: RosterLineView]
    private var order: [PointCode]
    private var toldVersion: UInt64
    /// ``told`` as one continuation frame, shared by all who get it (RFC 6455 §5.4).
    private var snapshots: [LineAudience: SharedPart] = [:]
    /// How often the whole roster was encoded.
    private(set) var snapshotCount: UInt64 = 0
    private var nextGathering = Instant.zero
    /// Whether the numbers of those who are in have moved since they were told.
    private var attendanceHasChanged = false
    private var woken: Set<SocketID> = []
    private let clock: ClockPair

    init(_ room: BridgeRoom, clock: ClockPair) {
        self.clock = clock
        let lines = Self.lines(of: room, clock)
        told = Dictionary(lines.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
        order = lines.map(\.code)
        toldVersion = room.rosterVersion
    }

    private static func lines(of room: BridgeRoom, _ clock: ClockPair) -> [RosterLineView] {
        room.rosterLines.map { RosterLineView($0, since: clock.unixSeconds(at: $0.since)) }
    }

    // MARK: Who listens

    func attach(_ socket: SocketID, of session: SessionID, role: Role, point: PointCode?, language: Language) {
        if listeners[session] == nil, let point { listenersByPoint[point, default: 0] += 1 }
        if listeners[session]?.socket == nil { socketCount += 1 }
        listeners[session] = Listener(socket: socket, language: language, isStaff: role.isStaff, point: point)
    }

    /// The connection has gone; the session stays.
    func detach(_ socket: SocketID, of session: SessionID) {
        guard listeners[session]?.socket == socket else { return }
        listeners[session]?.socket = nil
        socketCount -= 1
    }

    /// Forgets what was kept for a session that has ended.
    func end(_ session: SessionID) {
        log.end(session)
        guard let listener = listeners.removeValue(forKey: session) else { return }
        if listener.socket != nil { socketCount -= 1 }
        guard let point = listener.point else { return }
        let rest = listenersByPoint[point, default: 1] - 1
        listenersByPoint[point] = rest == 0 ? nil : rest
        if rest == 0 { log.end(point) }
    }

    var listenerCount: Int { listeners.count }

    func isListening(_ session: SessionID) -> Bool { listeners[session] != nil }

    func socket(of session: SessionID) -> SocketID? { listeners[session]?.socket }

    /// The sockets that have something to read since the last call.
    func takeWoken() -> Set<SocketID> {
        defer { woken.removeAll(keepingCapacity: true) }
        return woken
    }

    // MARK: Telling

    func tell(_ event: ServerEvent, to audience: EventAudience) {
        // What nobody will read is not kept: it would stay until somebody came there and went again.
        if case .point(let point) = audience, listenersByPoint[point] == nil { return }
        log.append(event, to: audience)
        switch audience {
        case .session(let session): if let socket = listeners[session]?.socket { woken.insert(socket) }
        case .everyone: wake { _ in true }
        case .staff: wake(where: \.isStaff)
        case .others: wake { !$0.isStaff }
        case .point(let point): wake { $0.point == point }
        }
    }

    private func wake(where isMeant: (Listener) -> Bool) {
        guard woken.count < socketCount else { return }
        for listener in listeners.values where isMeant(listener) {
            if let socket = listener.socket { woken.insert(socket) }
        }
    }

    /// Tells each in their own language, also those who are about to come back.
    func tell(_ kind: NoticeKind, to target: NoticeTarget) {
        let texts = Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, NoticeView(kind, in: $0)) })
        for (session, listener) in listeners {
            guard listener.isMeant(by: target), let text = texts[listener.language] else { continue }
            tell(.notice(text), to: .session(session))
        }
    }

    func noteAttendance() { attendanceHasChanged = true }

    // MARK: Gathering

    /// When ``gather(_:at:)`` has something to tell; `nil` while nothing has changed.
    func deadline(_ room: BridgeRoom) -> Instant? { hasNews(room) ? nextGathering : nil }

    private func hasNews(_ room: BridgeRoom) -> Bool { attendanceHasChanged || room.rosterVersion != toldVersion }

    /// Tells what has gathered, when it is time.
    ///
    /// - Returns: Whether anything was told.
    func gather(_ room: inout BridgeRoom, at now: Instant) -> Bool {
        guard now >= nextGathering, hasNews(room) else { return false }
        nextGathering = now.advanced(by: Self.gatheringTime(sockets: socketCount))
        let before = log.lastSeq
        toldVersion = room.rosterVersion
        if let changes = room.takeRosterChanges() {
            wake { _ in true }
            snapshots = [:]
            if changes.isReordered { tellAll(room) } else { tell(changes) }
        }
        if attendanceHasChanged { tell(.room(RoomView(room)), to: .everyone) }
        attendanceHasChanged = false
        return log.lastSeq != before
    }

    private func tell(_ changes: RosterChanges) {
        var staff = RosterDelta(version: changes.version, removed: changes.removed)
        var others = staff
        for line in changes.changed {
            let view = RosterLineView(line, since: clock.unixSeconds(at: line.since))
            let old = told.updateValue(view, forKey: view.code)
            guard let change = RosterLineChange(from: old, to: view) else { continue }
            staff.points.append(change)
            if let part = RosterLineChange(from: old?.seen(by: .everyone), to: view.seen(by: .everyone)) {
                others.points.append(part)
            }
            if listenersByPoint[view.code] != nil, let own = change.ownPart {
                let delta = RosterDelta(version: changes.version, points: [own])
                tell(.roster(.changes(delta)), to: .point(view.code))
            }
        }
        for code in changes.removed { told[code] = nil }
        if !changes.removed.isEmpty { order.removeAll { told[$0] == nil } }
        if !staff.isEmpty { tell(.roster(.changes(staff)), to: .staff) }
        if !others.isEmpty { tell(.roster(.changes(others)), to: .others) }
    }

    private func tellAll(_ room: BridgeRoom) {
        let lines = Self.lines(of: room, clock)
        told = Dictionary(lines.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
        order = lines.map(\.code)
        let open = lines.map { $0.seen(by: .everyone) }
        tell(.roster(.whole(RosterSnapshot(version: room.rosterVersion, points: lines))), to: .staff)
        tell(.roster(.whole(RosterSnapshot(version: room.rosterVersion, points: open))), to: .others)
        for point in listenersByPoint.keys { tellOwnLine(of: point) }
    }

    /// The whole roster for the others is without the private fields that a point has of its own line.
    private func tellOwnLine(of point: PointCode) {
        if let own = ownLine(of: point) { tell(.roster(.changes(own)), to: .point(point)) }
    }

    // MARK: Whole rosters

    /// The private fields of a point's own line, which are not in the roster that all points share.
    func ownLine(of point: PointCode) -> RosterDelta? {
        told[point].flatMap { RosterLineChange(from: nil, to: $0)?.ownPart }.map {
            RosterDelta(version: toldVersion, points: [$0])
        }
    }

    /// A `welcome` with the roster: whole frames, of which the greatest is shared; it stands for the last `seq`.
    func frames(of welcome: Welcome, deflates: Bool) -> [[UInt8]] {
        let text = ServerMessage.event(seq: log.lastSeq, .welcome(welcome)).encoded
        let head = text.dropLast() + Array(#","roster":{"version":\#(toldVersion),"points":"#.utf8)
        return frames(Array(head), tail: "}}", isStaff: welcome.you.role.isStaff, deflates: deflates)
    }

    /// A `roster` event with everything, for a reader who has lost changes; it stands for the last `seq`.
    func rosterFrames(isStaff: Bool, deflates: Bool) -> [[UInt8]] {
        let head = #"{"type":"roster","seq":\#(log.lastSeq),"version":\#(toldVersion),"whole":true,"points":"#
        return frames(Array(head.utf8), tail: "}", isStaff: isStaff, deflates: deflates)
    }

    private func frames(_ head: [UInt8], tail: String, isStaff: Bool, deflates: Bool) -> [[UInt8]] {
        let audience: LineAudience = isStaff ? .staff : .everyone
        if snapshots[audience] == nil { snapshots[audience] = snapshot(for: audience) }
        return snapshots[audience]?.frames(behind: head, tail: Array(tail.utf8), deflates: deflates) ?? []
    }

    /// Encoded anew at most as often as changes are gathered.
    private func snapshot(for audience: LineAudience) -> SharedPart {
        snapshotCount &+= 1
        let lines = order.compactMap { told[$0]?.seen(by: audience) }
        return SharedPart(RosterSnapshot.encodedPoints(lines), isLast: false)
    }
}

extension RoomChannel.Listener {
    fileprivate func isMeant(by target: NoticeTarget) -> Bool {
        switch target {
        case .all: true
        case .staff: isStaff
        case .points(let points): point.map(points.contains) ?? false
        }
    }
}
