/// A part of the room that everybody is told of as a whole when it has changed.
package enum Aspect: String, CaseIterable, Sendable {
    case floor
    /// Mode, lock, title, central point, slots.
    case room
    /// Who is wanted and who is seen.
    case program
    case speaking
    /// How many are in. Moves with everybody who comes or goes: gather it before telling.
    case attendance
}
