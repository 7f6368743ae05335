/// What of a room everybody is told as a whole, for finding out what an event has changed.
struct Outline {
    private let floor: UInt64
    private let mode: RoomMode
    private let isLocked: Bool
    private let title: String
    private let central: PointCode
    private let audioSlots: Int
    private let pictureSlots: Int
    private let program: [PointCode]
    private let seen: [PointCode]
    private let speaker: PointCode?
    private let seats: Int
    private let observers: Int

    init(_ room: BridgeRoom) {
        floor = room.floorControl.version
        mode = room.mode
        isLocked = room.isLocked
        title = room.definition.title
        central = room.definition.central
        audioSlots = room.definition.audioSlots
        pictureSlots = room.definition.pictureSlots
        program = room.program
        seen = room.picturePlan
        speaker = room.speaker
        seats = room.occupiedSeats
        observers = room.attendance.observers
    }

    /// In which aspects the room has become another one.
    func aspects(since before: Outline) -> Set<Aspect> {
        var aspects: Set<Aspect> = []
        if floor != before.floor { aspects.insert(.floor) }
        if mode != before.mode || isLocked != before.isLocked || title != before.title || central != before.central
            || audioSlots != before.audioSlots || pictureSlots != before.pictureSlots
        {
            aspects.insert(.room)
        }
        if program != before.program || seen != before.seen { aspects.insert(.program) }
        if speaker != before.speaker { aspects.insert(.speaking) }
        if seats != before.seats || observers != before.observers { aspects.insert(.attendance) }
        return aspects
    }
}
