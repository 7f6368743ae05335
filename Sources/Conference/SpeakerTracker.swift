import Units

/// Who counts as the speaker: the loudest, once that has lasted.
///
/// A cough must not change the picture in a thousand places, so a new voice has to be the loudest for 2 s. Drawing
/// breath does not start it anew: a pause of up to 1 s is bridged, a word of another voice is not.
struct SpeakerTracker: Sendable {
    private struct Candidate: Sendable {
        var point: PointCode
        var since: Instant
        /// Set while the candidate pauses.
        var quietSince: Instant?
    }

    static let hold = Duration.seconds(2)
    static let longestPause = Duration.seconds(1)
    /// Nobody counts as speaking once the speaker has not been the loudest for so long: longer than between two sentences.
    static let silence = Duration.seconds(3)
    /// More than any programme shows.
    static let memory = 24

    /// Who spoke, newest first, each once, at most ``memory``; the first is the speaker.
    private(set) var recent: [PointCode] = []
    /// Who is speaking now: the speaker, until ``silence`` has passed.
    var speaking: PointCode? { isSilent ? nil : recent.first }
    private var candidate: Candidate?
    /// Since when the speaker is not the loudest.
    private var quietSince: Instant?
    private var isSilent = true

    var deadline: Instant? { candidateDeadline.earlier(silenceDeadline) }

    private var candidateDeadline: Instant? {
        guard let candidate else { return nil }
        guard let quiet = candidate.quietSince else { return candidate.since.advanced(by: Self.hold) }
        return quiet.advanced(by: Self.longestPause)
    }

    private var silenceDeadline: Instant? { isSilent ? nil : quietSince?.advanced(by: Self.silence) }

    /// Takes note that `point` is the loudest from now on; `nil` for silence.
    mutating func hear(_ point: PointCode?, at now: Instant) {
        if let point, point == recent.first {
            (quietSince, isSilent) = (nil, false)
        } else {
            quietSince = quietSince ?? now
        }
        switch (candidate, point) {
        case (nil, nil):
            break
        case (let waiting?, nil):
            candidate?.quietSince = waiting.quietSince ?? now
        case (let waiting?, let point?) where waiting.point == point:
            candidate?.quietSince = nil
        case (_, let point?):
            candidate = point == recent.first ? nil : Candidate(point: point, since: now)
        }
    }

    /// Lets time pass.
    ///
    /// - Returns: Whether there is a new speaker.
    mutating func advance(to now: Instant) -> Bool {
        if let silenceDeadline, silenceDeadline <= now { isSilent = true }
        guard let candidate, let candidateDeadline, candidateDeadline <= now else { return false }
        self.candidate = nil
        guard candidate.quietSince == nil else { return false }
        recent.removeAll { $0 == candidate.point }
        recent.insert(candidate.point, at: 0)
        if recent.count > Self.memory { recent.removeLast() }
        (quietSince, isSilent) = (nil, false)
        return true
    }

    /// Forgets somebody who has gone.
    mutating func forget(_ point: PointCode) {
        if point == recent.first { (quietSince, isSilent) = (nil, true) }
        recent.removeAll { $0 == point }
        if candidate?.point == point { candidate = nil }
    }
}
