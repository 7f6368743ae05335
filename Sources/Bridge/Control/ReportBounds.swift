import Signalling

/// Holds what a client says about its line against what can be.
struct ReportBounds {
    /// How many times more than what is seen here a client may say that it sends or receives.
    private static let exaggeration = 5.0
    /// Kilobits a second that are seen of everybody: before that, what a client says is not compared.
    private static let smallest = 100.0

    private var isMarked = false

    /// The report, with what can't be cut to its bounds.
    ///
    /// - Parameters:
    ///   - report: As the client sent it.
    ///   - arriving: The most that arrived from the point lately, in kilobits a second.
    ///   - leaving: The most that went to it lately, in kilobits a second.
    /// - Returns: What may be shown, marked when something had to be cut.
    mutating func bounded(_ report: ClientReport, arriving: Double, leaving: Double) -> ClientHealth {
        isMarked = false
        var bounded = report
        bounded.fps = held(report.fps, to: 240)
        bounded.freezes = held(report.freezes, to: 1_000)
        bounded.rtt = held(report.rtt, to: 60_000)
        bounded.jitter = held(report.jitter, to: 60_000)
        bounded.lossDown = held(report.lossDown, to: 1)
        bounded.lossUp = held(report.lossUp, to: 1)
        bounded.kbpsUp = held(report.kbpsUp, to: max(arriving, Self.smallest) * Self.exaggeration)
        bounded.kbpsDown = held(report.kbpsDown, to: max(leaving, Self.smallest) * Self.exaggeration)
        return ClientHealth(report: bounded, marked: isMarked)
    }

    /// `value` within 0 … `limit`; what is no number is left out.
    private mutating func held(_ value: Double?, to limit: Double) -> Double? {
        guard let value else { return nil }
        guard value.isFinite else {
            isMarked = true
            return nil
        }
        if value < 0 || value > limit { isMarked = true }
        return min(max(value, 0), limit)
    }
}
