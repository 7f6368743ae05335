import Units

/// One roster point's place in the room: who sits there, and what the roster says about it.
struct Seat: Sendable {
    var entry: RosterEntry
    var isExpected = true
    /// The seat's parts; one media resource may hold the first two.
    var sending: MediaResourceID?
    var receiving: MediaResourceID?
    /// The socket.
    var control: MediaResourceID?
    var state = PresenceState.expected
    var since: Instant
    /// Whether anybody was ever connected here.
    var wasHere = false
    var departure: EndReason?
    var takeovers = 0
    var lastTakeover: Takeover?
    /// Kept whoever comes and goes, until the point or the operator announces others.
    var delegates: [Delegate] = []

    var isOccupied: Bool { sending != nil || receiving != nil || control != nil }

    /// The resources on the seat, each once: none to three.
    var holders: [MediaResourceID] {
        var holders: [MediaResourceID] = []
        for holder in [sending, receiving, control] {
            if let holder, holders.last != holder { holders.append(holder) }
        }
        return holders
    }

    /// Lets go of the parts that `resource` holds.
    mutating func release(_ resource: MediaResourceID) {
        if sending == resource { sending = nil }
        if receiving == resource { receiving = nil }
        if control == resource { control = nil }
    }
}

/// One device: what its binding secret joins.
struct Session: Sendable {
    let secret: BindingSecret
    let role: Role
    let point: PointCode?
    /// The token that it last came with.
    var token: TokenID
    var resources: [MediaResourceID] = []
    /// Whether it took its seat from another device.
    var tookSeat = false
}
