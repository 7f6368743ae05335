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

    /// Whether the role may choose who is seen.
    package var mayChooseProgram: Bool {
        switch self {
        case .chair, .operator: true
        case .point, .observer, .technician: false
        }
    }
}
