import Conference
import Signalling

/// What a client knows of the room: events applied as the protocol page says, by code of the tests' own.
struct RoomMirror: Equatable {
    private(set) var epoch: String?
    private(set) var seq: UInt64 = 0
    private(set) var order: [PointCode] = []
    private(set) var lines: [PointCode: RosterLineView] = [:]
    private(set) var room: RoomView?
    private(set) var floor: FloorView?
    private(set) var program: ProgramView?
    private(set) var speaking: PointCode?
    private(set) var slots: [SlotView] = []

    var roster: [RosterLineView] { order.compactMap { lines[$0] } }

    mutating func apply(_ event: ServerEvent, seq: UInt64) {
        self.seq = max(self.seq, seq)
        switch event {
        case .welcome(let welcome):
            if !welcome.resumed { self.seq = seq }
            epoch = welcome.epoch
            (room, floor, program) = (welcome.room, welcome.floor, welcome.program)
            (speaking, slots) = (welcome.speaking, welcome.slots)
            if let roster = welcome.roster { replace(roster) }
        case .roster(.whole(let roster)): replace(roster)
        case .roster(.changes(let delta)): apply(delta)
        case .slots(let slots): self.slots = slots
        case .floor(let floor): self.floor = floor
        case .room(let room): self.room = room
        case .program(let program): self.program = program
        case .speaking(let point): speaking = point
        case .message, .notice, .health, .bye: break
        }
    }

    private mutating func replace(_ roster: RosterSnapshot) {
        order = roster.points.map(\.code)
        lines = Dictionary(roster.points.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func apply(_ delta: RosterDelta) {
        for change in delta.points { lines[change.code]?.apply(change) }
        for code in delta.removed {
            lines[code] = nil
            order.removeAll { $0 == code }
        }
    }
}

extension RosterLineView {
    fileprivate mutating func apply(_ change: RosterLineChange) {
        if let value = change.name { name = value }
        if let value = change.kind { kind = value }
        if let value = change.level { level = value }
        if let value = change.parent { parent = value }
        if let value = change.state { state = value }
        if let value = change.since { since = value }
        if let value = change.audio { audio = value }
        if let value = change.video { video = value }
        if let value = change.screen { screen = value }
        if let value = change.muted { muted = value }
        if let value = change.role { role = value }
        if let value = change.delegates { delegates = value }
        guard change.ownPart != nil else { return }
        var details = details ?? Private()
        if let value = change.contactName { details.contactName = value }
        if let value = change.contactTelephone { details.contactTelephone = value }
        if let value = change.path { details.path = value }
        if let value = change.departure { details.departure = value }
        if let value = change.takeovers { details.takeovers = value }
        if let value = change.delegateList { details.delegateList = value }
        if let value = change.removed { details.removed = value }
        self.details = details
    }
}
