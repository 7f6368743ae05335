/// Who somebody is in a room, as the token says.
package enum Role: String, CaseIterable, Sendable {
    /// A bridge point's device.
    case point
    /// The chair, who sits at a bridge point too.
    case chair
    /// Runs the conference for the chair.
    case `operator`
    case observer
    case technician

    /// Whether the role sits at a bridge point; the others hold no seat and may come many times.
    package var holdsSeat: Bool {
        switch self {
        case .point, .chair: true
        case .operator, .observer, .technician: false
        }
    }

    /// Whether the role may send sound and picture: a source belongs to a point, so whoever holds a seat.
    package var maySend: Bool { holdsSeat }

    /// Whether the role runs the conference or looks after its lines: sees contacts and gets messages to the staff.
    package var isStaff: Bool {
        switch self {
        case .chair, .operator, .technician: true
        case .point, .observer: false
        }
    }

    /// What the role may do, in the order of ``Verb``; how far is ``Permissions``' business.
    package var verbs: [Verb] { Verb.allCases.filter { Permissions.scope(of: $0, for: self) != .none } }

    /// Whether the role may choose who is seen.
    package var mayChooseProgram: Bool { Permissions.scope(of: .program, for: self) == .all }
}
