package import Units

/// What a room file says, checked: a value of this type is always one that the bridge can run.
///
/// Every number lies in its range below, codes in `roster` are unique, `central`, `programDefault` and parents are
/// in the roster, `videoCodecs` is neither empty nor repeats itself.
package struct RoomDefinition: Equatable, Sendable {
    package var id: RoomID
    /// As people write it.
    package var title: String
    package var mode: RoomMode
    /// The central bridge's point.
    package var central: PointCode
    /// The points expected, in the order in which they are called and shown.
    package var roster: [RosterEntry]
    /// How many points may be in at once.
    package var pointLimit: Int
    /// How many observers may be in at once.
    package var observerLimit: Int
    /// What one participant may send, audio and video together.
    package var uplinkLimit: Bitrate
    /// In order of preference.
    package var videoCodecs: [VideoCodecName]
    /// How many voices are heard at once.
    package var audioSlots: Int
    /// How many pictures are seen at once; the first is the main picture.
    package var pictureSlots: Int
    /// Who is seen while neither chair nor operator has chosen; empty when the main picture follows the speaker.
    package var programDefault: [PointCode]
    /// Whether a device of role `point` may push another off its seat by asking for it.
    package var allowsPointTakeover: Bool

    package static let titleLengthRange = 1...200
    package static let rosterCountRange = 1...5_000
    package static let pointLimitRange = 1...5_000
    package static let observerLimitRange = 0...20_000
    package static let uplinkRange = Bitrate.kilobits(64)...Bitrate.megabits(20)
    /// With the sections that send, both slot ranges together stay below the 32 sections that an answer may have.
    package static let audioSlotRange = 1...8
    package static let pictureSlotRange = 1...16
    /// As many as there are picture slots at most.
    package static let programCountRange = 0...16
    /// How many operators, and how many technicians, may be in at once: fixed, so that observers who fill the room
    /// never keep out those who run it.
    package static let staffLimit = 32

    package init(
        id: RoomID, title: String, mode: RoomMode, central: PointCode, roster: [RosterEntry], pointLimit: Int,
        observerLimit: Int, uplinkLimit: Bitrate, videoCodecs: [VideoCodecName], audioSlots: Int, pictureSlots: Int,
        programDefault: [PointCode] = [], allowsPointTakeover: Bool = false
    ) {
        self.id = id
        self.title = title
        self.mode = mode
        self.central = central
        self.roster = roster
        self.pointLimit = pointLimit
        self.observerLimit = observerLimit
        self.uplinkLimit = uplinkLimit
        self.videoCodecs = videoCodecs
        self.audioSlots = audioSlots
        self.pictureSlots = pictureSlots
        self.programDefault = programDefault
        self.allowsPointTakeover = allowsPointTakeover
    }
}
