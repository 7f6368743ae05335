import Conference
import Signalling
import Units

/// A room with the numbers by which media loops know it and its points.
struct RoomRecord {
    /// Never used twice on this bridge.
    let number: UInt32
    var room: BridgeRoom
    private(set) var seats: [PointCode: UInt32] = [:]
    private(set) var points: [PointCode] = []
    /// By media loop: whom it judges loudest.
    var speakers: [Speaker?]
    let channel: RoomChannel
    /// The roster as it was last answered over HTTP, for staff and for others.
    var rosterTexts: [LineAudience: RosterText] = [:]

    init(number: UInt32, _ definition: RoomDefinition, loops: Int, clock: ClockPair, at now: Instant) {
        self.number = number
        room = BridgeRoom(definition, at: now)
        channel = RoomChannel(room, clock: clock)
        speakers = Array(repeating: nil, count: loops)
    }

    /// The seat number of a point; it stays the same for as long as the server runs.
    mutating func seat(of point: PointCode) -> UInt32 {
        if let seat = seats[point] { return seat }
        let seat = UInt32(points.count)
        points.append(point)
        seats[point] = seat
        return seat
    }

    /// Tells the room's sockets what has gathered, when it is time.
    ///
    /// - Returns: Whether anything was told.
    mutating func gather(at now: Instant) -> Bool { channel.gather(&room, at: now) }

    func point(at seat: UInt32) -> PointCode? {
        points.indices.contains(Int(seat)) ? points[Int(seat)] : nil
    }
}

/// One media resource as the control plane knows it.
struct ResourceRecord {
    let id: MediaResourceID
    let number: UInt32
    let room: RoomID
    let loop: Int
    let session: SessionID
    let role: Role
    let point: PointCode?
    let token: TokenID
    var entityTag: String
    var remoteFragment: String
    var slots: [SlotReport] = []
    var counters = ResourceCounters()
}
