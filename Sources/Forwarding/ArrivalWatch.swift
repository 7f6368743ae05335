package import Units

/// Notices when the timestamps of a source no longer go with its packets' arrival.
///
/// After a pause a sender's RTP clock may have gone on (browsers' pictures), stood still (their sound, ffmpeg) or begun
/// anew; the headers do not say which. What tells is the *lag* between capture, as the source's clock has it, and
/// arrival: it is the line's delay, and hardly changes. A line that stalled delivers what it held back in one burst, and
/// the lag falls back by itself; after ``settling`` what still lags is a clock that has moved.
package struct ArrivalWatch: Sendable {
    /// What a packet shows.
    package struct Finding: Equatable, Sendable {
        /// It is the first one after a pause.
        package var resumes = false
        /// The source is to be put on its slots' lines anew: after a pause, when the lag is the usual one again, or
        /// because the clock has been moved.
        package var places = false
        /// The source's clock is off by this much: added to its capture times it makes the lag the usual one.
        package var correction: Duration?

        package init(resumes: Bool = false, places: Bool = false, correction: Duration? = nil) {
            self.resumes = resumes
            self.places = places
            self.correction = correction
        }
    }

    /// What the lag may be off after a pause: half of what an eye notices between lips and voice; ours.
    private static let tolerance = Duration.milliseconds(40)
    /// What it may be off in between: more than the jitter that lines have; ours.
    private static let jump = Duration.milliseconds(200)
    private static let settling = Duration.milliseconds(200)
    /// A report is believed more than the lag when a packet came so shortly before it that no pause had begun.
    private static let fresh = Duration.milliseconds(100)

    private let longestPause: Duration
    private var usual: Duration?
    private var lastArrival: NTPTime?
    private var isResuming = false
    private var doubtedSince: NTPTime?

    /// - Parameter isPicture: A second without a packet is a pause of a picture (screens at rest send one each second),
    ///   600 ms are one of sound (in discontinuous transmission Opus sends each 400 ms).
    package init(isPicture: Bool) { longestPause = isPicture ? .seconds(1) : .milliseconds(600) }

    /// Takes the newest packet of the source.
    ///
    /// - Parameters:
    ///   - lag: Arrival less capture time.
    ///   - arrival: The bridge's NTP time.
    /// - Returns: What it shows; nothing, as a rule.
    package mutating func receive(lag: Duration, at arrival: NTPTime) -> Finding {
        let pause = lastArrival.map { arrival.since($0) } ?? .zero
        lastArrival = arrival
        guard let usual else {
            usual = lag
            return Finding()
        }
        var finding = Finding(resumes: pause >= longestPause)
        if finding.resumes {
            isResuming = true
            doubtedSince = nil
        }
        let off = lag - usual
        if off.magnitude <= (isResuming ? Self.tolerance : Self.jump) {
            // Not Duration's own division, which is generic: this happens with each packet.
            self.usual = usual + .nanoseconds(off.nanoseconds / 16)
            finding.places = isResuming
            settle()
        } else if let since = doubtedSince, arrival.since(since) >= Self.settling {
            finding.places = true
            finding.correction = off
            settle()
        } else if doubtedSince == nil {
            doubtedSince = arrival
        }
        return finding
    }

    private mutating func settle() {
        isResuming = false
        doubtedSince = nil
    }

    /// A sender report has moved the source's clock.
    ///
    /// - Parameters:
    ///   - shift: What capture times are later by.
    ///   - arrival: Of the report, in the bridge's NTP time.
    /// - Returns: Whether the source is to be put on its slots' lines anew.
    package mutating func clockMoved(by shift: Duration, at arrival: NTPTime) -> Bool {
        guard let usual, let lastArrival, arrival.since(lastArrival) < Self.fresh, !isResuming, doubtedSince == nil
        else { return false }
        self.usual = usual - shift
        return shift.magnitude > Self.jump
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
