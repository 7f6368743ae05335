package import Conference

/// The first event: who the client is, and the room as it stands.
package struct Welcome: Equatable, Sendable {
    /// Names the run of the server: another one means that everything known is stale.
    package var epoch: String
    package var session: SessionID
    /// Joins socket, media and a later `hello` to one session: a secret of this device.
    package var binding: BindingSecret
    /// Whether the missed events follow instead of a roster.
    package var resumed: Bool
    /// Unix time, in seconds.
    package var at: Int
    package var you: Identity
    package var room: RoomView
    package var floor: FloorView
    package var program: ProgramView
    package var speaking: PointCode?
    package var slots: [SlotView]
    /// `nil` when `resumed`.
    package var roster: RosterSnapshot?

    package init(
        epoch: String, session: SessionID, binding: BindingSecret, resumed: Bool, at: Int, you: Identity,
        room: RoomView, floor: FloorView, program: ProgramView, speaking: PointCode?, slots: [SlotView],
        roster: RosterSnapshot?
    ) {
        self.epoch = epoch
        self.session = session
        self.binding = binding
        self.resumed = resumed
        self.at = at
        self.you = you
        self.room = room
        self.floor = floor
        self.program = program
        self.speaking = speaking
        self.slots = slots
        self.roster = roster
    }
}

/// Who the client is to the server, and which commands it may give.
package struct Identity: Equatable, Sendable {
    package var role: Role
    package var point: PointCode?
    /// The `type` of each command that the role may give; a page shows no button for any other.
    package var verbs: [Verb]

    package init(role: Role, point: PointCode?, verbs: [Verb]) {
        self.role = role
        self.point = point
        self.verbs = verbs
    }
}
