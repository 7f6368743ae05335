import Conference
import Testing

/// What the tests themselves make of floor, mutes and mode, as plainly as it can be said: no sets kept up to date,
/// no versions, every answer worked out anew from what has happened.
struct RoomModel {
    struct Grant {
        var point: PointCode
        /// Whether the point was muted since it got the floor.
        var mutedSince = false
    }

    var mode: RoomMode
    var isLocked = false
    var muted: Set<PointCode> = []
    var grants: [Grant] = []
    var waiting: [PointCode] = []
    var removed: Set<PointCode> = []
    /// Who sits on a seat of the chair; the central point always does.
    var chairs: Set<PointCode>

    var holders: [PointCode] { grants.map(\.point) }

    func isSilenced(_ point: PointCode) -> Bool {
        guard muted.contains(point) else { return false }
        guard let grant = grants.first(where: { $0.point == point }) else { return true }
        return grant.mutedSince
    }

    /// The rule of the protocol, word for word: not muted, and discussion, floor or a seat of the chair.
    func isHeard(_ point: PointCode) -> Bool {
        !isSilenced(point) && (mode == .discussion || holders.contains(point) || chairs.contains(point))
    }

    /// Books a command that was carried out; `points` are all of the roster.
    mutating func book(_ command: Command, by actor: Actor, points: [PointCode]) {
        switch command {
        case .ask: if let point = actor.point { waiting.append(point) }
        case .withdraw: if let point = actor.point { forget(point) }
        case .give(let point):
            waiting.removeAll { $0 == point }
            if mode == .lecture, !chairs.contains(point) { keepOnlyChairs(and: nil) }
            grants.append(Grant(point: point))
        case .take(let point?): forget(point)
        case .take(nil): grants = []
        case .mute(.all): for point in points where !chairs.contains(point) { mute(point) }
        case .mute(.points(let named)): for point in named { mute(point) }
        case .unmute(.all): muted = []
        case .unmute(.points(let named)): muted.subtract(named)
        case .mode(let new):
            mode = new
            if new == .lecture { keepOnlyChairs(and: holders.last { !chairs.contains($0) }) }
        case .lock(let locks): isLocked = locks
        case .remove(let point, _):
            removed.insert(point)
            forget(point)
        case .readmit(let point): removed.remove(point)
        case .program, .delegates, .message, .stats: break
        }
    }

    mutating func forget(_ point: PointCode) {
        grants.removeAll { $0.point == point }
        waiting.removeAll { $0 == point }
    }

    mutating func keepOnlyChairs(and point: PointCode?) {
        grants.removeAll { $0.point != point && !chairs.contains($0.point) }
    }

    private mutating func mute(_ point: PointCode) {
        muted.insert(point)
        for index in grants.indices where grants[index].point == point { grants[index].mutedSince = true }
    }

    /// Holds the room against the model.
    func check(_ room: BridgeRoom, _ comment: @autoclosure () -> Comment? = nil) {
        let differences = differences(from: room)
        #expect(differences.isEmpty, comment())
    }

    /// What of the room is not as it should be; one list, because expectations are slow and rooms are many.
    private func differences(from room: BridgeRoom) -> [String] {
        var differences: [String] = []
        if room.mode != mode { differences.append("mode") }
        if room.isLocked != isLocked { differences.append("lock") }
        if room.floor.holders.map(\.point) != holders { differences.append("holders") }
        if room.floor.queue.map(\.point) != waiting { differences.append("queue") }
        if Set(room.removedPoints.keys) != removed { differences.append("removed") }
        for line in room.rosterLines {
            let point = line.entry.code
            if line.muted != isSilenced(point) { differences.append("\(point) muted") }
            if room.voicePlan.hears(point) != isHeard(point) { differences.append("\(point) heard") }
        }
        return differences
    }
}
