/// How loud one audio packet is, as its sender measured it (RFC 6464 §3).
package struct AudioLevel: Equatable, Sendable {
    /// The V bit: the sender believes that somebody speaks.
    package var isVoice: Bool
    /// Level below overload in dB, 0 (loudest) … 127 (silent): −dBov.
    package var decibelsBelowOverload: UInt8

    /// Digital silence.
    package static let silent = AudioLevel(isVoice: false, decibelsBelowOverload: 127)

    /// A measured level; what lies below −127 dBov is held there.
    package init(isVoice: Bool, decibelsBelowOverload: UInt8) {
        self.isVoice = isVoice
        self.decibelsBelowOverload = min(decibelsBelowOverload, 127)
    }

    /// The level as it stands in the extension's one byte: V, then seven bits of level.
    package init(byte: UInt8) {
        isVoice = byte & 0x80 != 0
        decibelsBelowOverload = byte & 0x7F
    }

    package var byte: UInt8 { (isVoice ? 0x80 : 0) | decibelsBelowOverload & 0x7F }
}
