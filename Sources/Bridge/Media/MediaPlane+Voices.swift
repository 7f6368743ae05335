import Forwarding
import Units

/// Who may be heard.
extension MediaPlane {
    /// Puts a rule into force: who may no longer be heard is off its slots when this returns, and who may again is on
    /// one with its next packet if it is loud enough.
    ///
    /// The rule is kept for as long as the room is, whoever comes and goes.
    func setVoices(_ rule: VoiceRule, in room: RoomMedia, at now: Instant) {
        guard room.voices != rule else { return }
        room.voices = rule
        if room.judgeLoudness(at: now) { events.append(.speaking(room: room.number, room.loudest)) }
        announceMicrophones(of: room)
        reassign(room, at: now)
    }
}
