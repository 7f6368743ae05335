import Units

/// One roster point's place in the room: who sits there, and what the roster says about it.
struct Seat: Sendable {
    var entry: RosterEntry
    var isExpected = true
    /// The seat's two halves; one resource may hold both.
    var sending: MediaResourceID?
    var receiving: MediaResourceID?
    var state = PresenceState.expected
    var since: Instant
    /// Whether anybody was ever connected here.
    var wasHere = false
    var departure: EndReason?
    var takeovers = 0
    var lastTakeover: Takeover?

    var isOccupied: Bool { sending != nil || receiving != nil }

    /// The resources on the seat: none, one or two.
    var holders: [MediaResourceID] {
        switch (sending, receiving) {
        case (nil, nil): []
        case (let only?, nil), (nil, let only?): [only]
        case (let sending?, let receiving?): sending == receiving ? [sending] : [sending, receiving]
        }
    }

    /// Lets go of the halves that `resource` holds.
    mutating func release(_ resource: MediaResourceID) {
        if sending == resource { sending = nil }
        if receiving == resource { receiving = nil }
    }
}

/// One device: what its binding secret joins.
struct Session: Sendable {
    let secret: BindingSecret
    let role: Role
    let point: PointCode?
    var resources: [MediaResourceID] = []
    /// Whether it took its seat from another device.
    var tookSeat = false
}
