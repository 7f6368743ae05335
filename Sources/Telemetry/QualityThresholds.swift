/// From where on one figure makes a direction fair or poor; where the numbers come from is written in <doc:Quality>.
package struct QualityThresholds: Sendable, Equatable {
    /// A figure's two limits: reaching the first is fair, reaching the second poor.
    package struct Limits: Sendable, Equatable {
        package var fair: Double
        package var poor: Double

        package init(fair: Double, poor: Double) {
            self.fair = fair
            self.poor = poor
        }

        package func verdict(_ value: Double?) -> LineQuality {
            guard let value else { return .good }
            return value >= poor ? .poor : value >= fair ? .fair : .good
        }
    }

    /// Before repair, 0 … 1.
    package var loss = Limits(fair: 0.02, poor: 0.10)
    /// After repair, 0 … 1.
    package var lossAfterRepair = Limits(fair: 0.01, poor: 0.03)
    /// In milliseconds.
    package var jitter = Limits(fair: 30, poor: 100)
    /// In milliseconds, above the smallest.
    package var delay = Limits(fair: 150, poor: 300)
    /// In milliseconds, there and back.
    package var roundTrip = Limits(fair: 200, poor: 500)
    /// Fewer lost packets than this in the window are no loss: one packet of ten says nothing.
    package var fewestLost: UInt64 = 3
    /// Seconds for which the newest report on loss is believed.
    package var reportLife = 6
    /// Seconds in a row that must be better before a direction rises one step.
    package var patience = 5

    package init() {}
}
