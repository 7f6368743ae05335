/// Judges one direction of a line, second by second: falls at once, rises slowly, one step at a time.
///
/// The rule and its sources: <doc:Quality>.
package struct QualityModel: Sendable, Equatable {
    /// What one second said about loss.
    private struct Tally: Sendable, Equatable {
        var expected: UInt64
        var lost: UInt64
        var unrepaired: UInt64
    }

    package private(set) var state = LineQuality.none
    private let thresholds: QualityThresholds
    /// Seconds in a row that were better than ``state``.
    private var better = 0
    /// The last two seconds that said something about loss.
    private var older: Tally?
    private var newer: Tally?
    /// Seconds since the newer one.
    private var tallyAge = 0

    package init(_ thresholds: QualityThresholds = QualityThresholds()) { self.thresholds = thresholds }

    /// What the window and `figures` say, without any memory of earlier states.
    ///
    /// - Parameters:
    ///   - figures: Of the second that has just gone by.
    ///   - countsRoundTrip: Whether the round trip is held against this direction: it is of both.
    /// - Returns: `good`, `fair` or `poor`.
    package func verdict(on figures: DirectionFigures, countsRoundTrip: Bool) -> LineQuality {
        var copy = self
        copy.note(figures)
        return copy.windowVerdict(figures, countsRoundTrip: countsRoundTrip)
    }

    /// Takes one second of a line over which something arrives; parameters as in ``verdict(on:countsRoundTrip:)``.
    ///
    /// - Returns: The state that comes of it.
    @discardableResult
    package mutating func update(_ figures: DirectionFigures, countsRoundTrip: Bool) -> LineQuality {
        note(figures)
        let verdict = windowVerdict(figures, countsRoundTrip: countsRoundTrip)
        switch state {
        case .none:
            settle(on: verdict)
        case .lost:
            // It is back: what it is worth will be seen.
            settle(on: .poor)
        case .good, .fair, .poor:
            if verdict > state {
                settle(on: verdict)
            } else if verdict < state {
                better += 1
                if better >= thresholds.patience { settle(on: state == .poor ? .fair : .good) }
            } else {
                better = 0
            }
        }
        return state
    }

    /// Nothing arrives that should.
    package mutating func lose() { forget(.lost) }

    /// Nobody is there, or nothing is known.
    package mutating func leave() { forget(.none) }

    private mutating func settle(on state: LineQuality) {
        self.state = state
        better = 0
    }

    private mutating func forget(_ state: LineQuality) {
        settle(on: state)
        (older, newer, tallyAge) = (nil, nil, 0)
    }

    private mutating func note(_ figures: DirectionFigures) {
        tallyAge += 1
        guard figures.expected > 0 else {
            if tallyAge > thresholds.reportLife { (older, newer) = (nil, nil) }
            return
        }
        older = tallyAge > 2 ? nil : newer
        newer = Tally(expected: figures.expected, lost: figures.lost, unrepaired: figures.unrepaired)
        tallyAge = 0
    }

    private func windowVerdict(_ figures: DirectionFigures, countsRoundTrip: Bool) -> LineQuality {
        let expected = (older?.expected ?? 0) &+ (newer?.expected ?? 0)
        func share(_ lost: UInt64) -> Double? {
            guard expected > 0, lost >= thresholds.fewestLost else { return nil }
            return Double(lost) / Double(expected)
        }
        return max(
            thresholds.loss.verdict(share((older?.lost ?? 0) &+ (newer?.lost ?? 0))),
            thresholds.lossAfterRepair.verdict(share((older?.unrepaired ?? 0) &+ (newer?.unrepaired ?? 0))),
            thresholds.jitter.verdict(figures.jitter), thresholds.delay.verdict(figures.delay),
            thresholds.roundTrip.verdict(countsRoundTrip ? figures.ownRoundTrip : nil))
    }
}
