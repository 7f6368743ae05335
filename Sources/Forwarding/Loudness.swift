package import RTP
package import Units

/// How loud one microphone is, for choosing who is heard.
///
/// Scores lie in three bands, so that whoever reports speech comes before everyone who can only be guessed at:
///
///     256 + level   the device reports speech (RFC 6464 level of −50 dBov or louder)
///     128           no reports: packets are clearly larger than this source's own average (Opus without them)
///       1 + level/2 sound comes, but not speech
///       0           nothing for 400 ms, or digital silence
package struct Loudness: Sendable {
    /// −50 dBov, about the level of a quiet voice two metres from a microphone; our choice.
    private static let speechThreshold = 50
    private static let gap = Duration.milliseconds(400)
    /// A speech packet is at least a fifth larger than the source's slow average; our choice, see `LoudnessTests`.
    private static let speechRatio: Float = 1.2

    private var hasReports = false
    /// Smoothed loudness, 0 (silence) … 127 (full scale), in sixteenths.
    private var level: Int32 = 0
    private var fastSize: Float = 0
    private var slowSize: Float = 0
    private var lastPacket: Instant?

    package init() {}

    /// Takes one authenticated packet.
    ///
    /// - Parameters:
    ///   - reported: The sender's own measurement, where the packet carries one.
    ///   - payloadSize: Bytes of Opus in it.
    ///   - now: When it came.
    package mutating func hear(_ reported: AudioLevel?, payloadSize: Int, at now: Instant) {
        let wasGap = lastPacket.map { now.since($0) >= Self.gap } ?? true
        lastPacket = now
        if let reported {
            hasReports = true
            let loudness = Int32(127 - Int(reported.decibelsBelowOverload)) * 16
            // Quick to rise, slow to fall (about 200 ms of 20 ms packets), so that words are not cut.
            level += loudness > level ? (loudness - level) / 2 : (loudness - level) / 12
            return
        }
        let size = Float(payloadSize)
        if wasGap { fastSize = slowSize == 0 ? size : slowSize }
        if slowSize == 0 { slowSize = size }
        fastSize += (size - fastSize) / 8
        slowSize += (size - slowSize) / (size > slowSize ? 500 : 100)
    }

    /// The score at `now`: greater is louder; comparable between sources.
    package func score(at now: Instant) -> Int32 {
        guard let lastPacket, now.since(lastPacket) < Self.gap else { return 0 }
        guard hasReports else { return fastSize > slowSize * Self.speechRatio && fastSize > 20 ? 128 : 1 }
        let loudness = level / 16
        if loudness >= Int32(127 - Self.speechThreshold) { return 256 + loudness }
        return loudness == 0 ? 0 : 1 + loudness / 2
    }

    /// Whether this is speech, as far as can be told.
    package static func isSpeech(_ score: Int32) -> Bool { score >= 128 }
}
