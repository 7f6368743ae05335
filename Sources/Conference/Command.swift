/// What somebody wants the room to do; whether they may is ``Permissions``' business.
package enum Command: Hashable, Sendable {
    case ask
    case withdraw
    case give(PointCode)
    /// From one point, or from all who hold the floor.
    case take(PointCode?)
    case mute(MuteTarget)
    case unmute(MuteTarget)
    /// Main picture first; an empty list goes back to the room file's default.
    case program([PointCode])
    case mode(RoomMode)
    case lock(Bool)
    case remove(PointCode, reason: String)
    case readmit(PointCode)
    /// The complete list; of the own point when none is named.
    case delegates([Delegate], of: PointCode?)
    case message(String, to: MessageTarget)
    /// The room judges the right only: reports and watching are the caller's.
    case stats(reports: Bool, watch: Bool?)

    /// Whom a mute is about.
    package enum MuteTarget: Hashable, Sendable {
        case points([PointCode])
        /// Every point of the roster but the chair's seats; for `unmute` every point.
        case all
    }

    package var verb: Verb {
        switch self {
        case .ask: .ask
        case .withdraw: .withdraw
        case .give: .give
        case .take: .take
        case .mute: .mute
        case .unmute: .unmute
        case .program: .program
        case .mode: .mode
        case .lock: .lock
        case .remove: .remove
        case .readmit: .readmit
        case .delegates: .delegates
        case .message: .message
        case .stats: .stats
        }
    }
}
