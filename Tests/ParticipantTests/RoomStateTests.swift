import Conference
import Participant
import Signalling
import Testing

@Suite("What a client knows of its room")
struct RoomStateTests {
    private func joined() -> RoomState {
        var room = RoomState()
        _ = room.apply(.welcome(SocketBed.welcome()), seq: 812)
        return room
    }

    @Test("A change touches its fields and no others; null empties a field")
    func changes() {
        var room = joined()
        var change = RosterLineChange(code: SocketBed.me)
        change.muted = true
        change.role = .some(.point)
        #expect(room.apply(.roster(.changes(RosterDelta(version: 8, points: [change]))), seq: 813) == [.roster])
        #expect(room.ownLine?.muted == true && room.ownLine?.role == .point && room.ownLine?.name == "Xã Một")
        change.role = .some(nil)
        _ = room.apply(.roster(.changes(RosterDelta(version: 9, points: [change]))), seq: 814)
        #expect(room.ownLine?.role == nil && room.rosterVersion == 9)
    }

    @Test("Lines come and go, and those behind them are still found")
    func removal() {
        var room = joined()
        _ = room.apply(.roster(.changes(RosterDelta(version: 8, removed: [SocketBed.central]))), seq: 813)
        #expect(room.points.count == 1 && room.line(SocketBed.central) == nil)
        #expect(room.line(SocketBed.me)?.code == SocketBed.me)
        // A change of a line that is not known and says too little is no line.
        let unknown = RosterLineChange(code: SocketBed.central)
        _ = room.apply(.roster(.changes(RosterDelta(version: 9, points: [unknown]))), seq: 814)
        #expect(room.points.count == 1)
    }

    @Test("A code that stands twice in a roster is taken once")
    func duplicates() {
        let line = RosterLineView(code: SocketBed.me, name: "A", kind: .commune, level: 3)
        var room = RoomState()
        _ = room.apply(.welcome(SocketBed.welcome(roster: [line, line])), seq: 1)
        #expect(room.points.count == 1)
    }

    @Test("What says the same again is no change")
    func same() {
        var room = joined()
        let floor = FloorView(queue: [FloorView.Waiting(point: SocketBed.me, position: 3, since: 1)])
        #expect(room.apply(.floor(floor), seq: 813) == [.floor])
        #expect(room.ownPosition == 3 && !room.holdsFloor)
        #expect(room.apply(.floor(floor), seq: 814) == [])
        #expect(room.seq == 814)
    }

    @Test("Names fall back to the code")
    func names() {
        #expect(joined().name(SocketBed.me) == "Xã Một")
        #expect(joined().name(SocketBed.code("x")) == "x")
    }

    @Test("seq never goes back within a run of the server")
    func sequence() {
        var room = joined()
        _ = room.apply(.speaking(nil), seq: 5)
        #expect(room.seq == 812)
    }
}
