/// Who may be heard in a room, by seat number: enforced where sound is forwarded, whatever a device sends.
package enum VoiceRule: Sendable, Equatable {
    /// All but these; whoever sends without a seat may be heard too.
    case everyone(except: Set<UInt32>)
    /// These and nobody else.
    case only(Set<UInt32>)

    /// Whether the microphone of `seat` may be on an audio slot, cross to another loop, or count as the speaker.
    package func allows(_ seat: UInt32) -> Bool {
        switch self {
        case .everyone(let muted): !muted.contains(seat)
        case .only(let heard): heard.contains(seat)
        }
    }
}
