package import Conference

/// Every point of the room, in roster order.
package struct RosterSnapshot: Equatable, Sendable {
    package var version: UInt64
    package var points: [RosterLineView]

    package init(version: UInt64, points: [RosterLineView]) {
        self.version = version
        self.points = points
    }
}

/// What the `roster` event brings.
package enum RosterUpdate: Equatable, Sendable {
    /// Replaces everything.
    case whole(RosterSnapshot)
    case changes(RosterDelta)
}

/// What has changed between two versions of a roster.
package struct RosterDelta: Equatable, Sendable {
    package var version: UInt64
    package var points: [RosterLineChange]
    package var removed: [PointCode]

    package init(version: UInt64, points: [RosterLineChange] = [], removed: [PointCode] = []) {
        self.version = version
        self.points = points
        self.removed = removed
    }

    package var isEmpty: Bool { points.isEmpty && removed.isEmpty }
}

/// The changed fields of one line; of two optionals the outer says whether the field has changed, and an inner `nil`
/// is `null` on the wire: the field has no value any more.
package struct RosterLineChange: Equatable, Sendable {
    package var code: PointCode
    package var name: String?
    package var kind: PointKind?
    package var level: Int?
    package var parent: PointCode??
    package var state: PresenceState?
    package var since: Int?
    package var audio: Bool?
    package var video: Bool?
    package var screen: Bool?
    package var muted: Bool?
    package var role: Role??
    package var delegates: Int?
    package var contactName: String?
    package var contactTelephone: String?
    package var path: String??
    package var departure: String??
    package var takeovers: Int?
    package var delegateList: [Delegate]?
    package var removed: Bool?

    /// A change of nothing.
    package init(code: PointCode) { self.code = code }
}
