/// How speaking is ordered in a room.
package enum RoomMode: String, CaseIterable, Sendable {
    /// All are equal.
    case discussion
    /// One voice; the others ask.
    case lecture
    /// The chair opens several voices.
    case conference
}
