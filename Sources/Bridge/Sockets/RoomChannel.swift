import Conference
import Signalling
import Units
import WebSocket

/// What one room tells its sockets: gathered, encoded once for all, and kept for slow readers and for those who come
/// back.
struct RoomChannel {
    /// The roster as one kind of reader gets it.
    private struct Snapshot {
        var made: Instant
        var seq: UInt64
        var version: UInt64
        /// The points as one continuation frame, shared by all who get it (RFC 6455 §5.4).
        var points: [UInt8]
    }

    /// Roster changes are gathered for so long: at most five times a second. A full room gathers longer, because each
    /// change goes to everybody.
    static func gatheringTime(sockets: Int) -> Duration { .milliseconds(min(1_000, max(200, sockets * 2 / 5))) }

    private(set) var log = EventLog()
    /// Those who have said `hello`.
    private(set) var sockets: [SessionID: SocketID] = [:]
    /// The lines as they were told last, with their private fields.
    private var told: [PointCode: RosterLineView] = [:]
    private var snapshots: [LineAudience: Snapshot] = [:]
    private(set) var nextGathering = Instant.zero
    /// Whether the numbers of those who are in have moved since they were told.
    private var attendanceHasChanged = false

    // MARK: Who listens

    mutating func attach(_ socket: SocketID, of session: SessionID) { sockets[session] = socket }

    mutating func detach(_ socket: SocketID, of session: SessionID) {
        if sockets[session] == socket { sockets[session] = nil }
    }

    /// Forgets what was kept for a session that has ended.
    mutating func end(_ session: SessionID) {
        sockets[session] = nil
        log.end(session)
    }

    // MARK: Telling

    mutating func tell(_ event: ServerEvent, to audience: EventAudience) { log.append(event, to: audience) }

    mutating func noteAttendance() { attendanceHasChanged = true }

    /// Tells what has gathered, when it is time.
    ///
    /// - Returns: Whether anything was told.
    mutating func gather(_ room: inout BridgeRoom, clock: ClockPair, at now: Instant) -> Bool {
        guard now >= nextGathering else { return false }
        nextGathering = now.advanced(by: Self.gatheringTime(sockets: sockets.count))
        let before = log.lastSeq
        if let changes = room.takeRosterChanges() {
            if changes.isReordered { tellAll(room, clock) } else { tell(changes, clock) }
        }
        if attendanceHasChanged { tell(.room(RoomView(room)), to: .everyone) }
        attendanceHasChanged = false
        return log.lastSeq != before
    }

    private mutating func tell(_ changes: RosterChanges, _ clock: ClockPair) {
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
            if view.role != nil, let own = change.ownPart {
                let delta = RosterDelta(version: changes.version, points: [own])
                tell(.roster(.changes(delta)), to: .point(view.code))
            }
        }
        for code in changes.removed { told[code] = nil }
        if !staff.isEmpty { tell(.roster(.changes(staff)), to: .staff) }
        if !others.isEmpty { tell(.roster(.changes(others)), to: .others) }
    }

    private mutating func tellAll(_ room: BridgeRoom, _ clock: ClockPair) {
        let lines = Self.lines(of: room, clock)
        told = Dictionary(lines.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
        let open = lines.map { $0.seen(by: .everyone) }
        tell(.roster(.whole(RosterSnapshot(version: room.rosterVersion, points: lines))), to: .staff)
        tell(.roster(.whole(RosterSnapshot(version: room.rosterVersion, points: open))), to: .others)
    }

    private static func lines(of room: BridgeRoom, _ clock: ClockPair) -> [RosterLineView] {
        room.rosterLines.map { RosterLineView($0, since: clock.unixSeconds(at: $0.since)) }
    }

    // MARK: Whole rosters

    /// A `welcome` with the roster: whole frames, of which the greatest is shared, and the `seq` that they stand for.
    mutating func frames(
        of welcome: Welcome, _ room: BridgeRoom, clock: ClockPair, at now: Instant
    ) -> (frames: [[UInt8]], seq: UInt64) {
        let snapshot = snapshot(of: room, for: welcome.you.role.isStaff ? .staff : .everyone, clock, at: now)
        let text = ServerMessage.event(seq: snapshot.seq, .welcome(welcome)).encoded
        let head = text.dropLast() + Array(#","roster":{"version":\#(snapshot.version),"points":"#.utf8)
        return (Self.frames(Array(head), snapshot.points, tail: "}}"), snapshot.seq)
    }

    /// A `roster` event with everything, for a reader who has lost changes.
    mutating func rosterFrames(
        _ room: BridgeRoom, isStaff: Bool, clock: ClockPair, at now: Instant
    ) -> (frames: [[UInt8]], seq: UInt64) {
        let snapshot = snapshot(of: room, for: isStaff ? .staff : .everyone, clock, at: now)
        let head = #"{"type":"roster","seq":\#(snapshot.seq),"version":\#(snapshot.version),"whole":true,"points":"#
        return (Self.frames(Array(head.utf8), snapshot.points, tail: "}"), snapshot.seq)
    }

    private static func frames(_ head: [UInt8], _ points: [UInt8], tail: String) -> [[UInt8]] {
        [FrameWriter.frame(.text, head, isFinal: false), points, FrameWriter.frame(.continuation, Array(tail.utf8))]
    }

    /// Encoded anew at most as often as changes are gathered; what has happened since then follows as events.
    private mutating func snapshot(
        of room: BridgeRoom, for audience: LineAudience, _ clock: ClockPair, at now: Instant
    ) -> Snapshot {
        if let snapshot = snapshots[audience] {
            let isFresh = now.since(snapshot.made) < Self.gatheringTime(sockets: sockets.count)
            if isFresh || snapshot.version == room.rosterVersion { return snapshot }
        }
        // Changes that have not been gathered yet are in here already, and are told once more afterwards.
        let lines = Self.lines(of: room, clock).map { $0.seen(by: audience) }
        let points = RosterSnapshot.encodedPoints(lines)
        let snapshot = Snapshot(
            made: now, seq: log.lastSeq, version: room.rosterVersion,
            points: FrameWriter.frame(.continuation, points, isFinal: false))
        snapshots[audience] = snapshot
        return snapshot
    }
}
