import Telemetry
import Testing

@Suite("QualityModel")
struct QualityModelTests {
    private func second(
        lost: UInt64 = 0, unrepaired: UInt64 = 0, of expected: UInt64 = 100, jitter: Double? = nil,
        roundTrip: Double? = nil
    ) -> DirectionFigures {
        DirectionFigures(
            expected: expected, lost: lost, unrepaired: unrepaired, jitter: jitter, roundTrip: roundTrip)
    }

    @Test(
        "each figure has its two limits",
        arguments: [
            (DirectionFigures(expected: 1_000, lost: 19), LineQuality.good),
            (DirectionFigures(expected: 1_000, lost: 20), .fair),
            (DirectionFigures(expected: 1_000, lost: 99), .fair),
            (DirectionFigures(expected: 1_000, lost: 100), .poor),
            (DirectionFigures(expected: 1_000, unrepaired: 9), .good),
            (DirectionFigures(expected: 1_000, unrepaired: 10), .fair),
            (DirectionFigures(expected: 1_000, unrepaired: 29), .fair),
            (DirectionFigures(expected: 1_000, unrepaired: 30), .poor),
            (DirectionFigures(jitter: 29.9), .good), (DirectionFigures(jitter: 30), .fair),
            (DirectionFigures(jitter: 99), .fair), (DirectionFigures(jitter: 100), .poor),
            (DirectionFigures(roundTrip: 199), .good), (DirectionFigures(roundTrip: 200), .fair),
            (DirectionFigures(roundTrip: 499), .fair), (DirectionFigures(roundTrip: 500), .poor),
            (DirectionFigures(delay: 149), .good), (DirectionFigures(delay: 150), .fair),
            (DirectionFigures(delay: 299), .fair), (DirectionFigures(delay: 300), .poor),
            (DirectionFigures(expected: 1_000, lost: 50, jitter: 120), .poor), (DirectionFigures(), .good),
        ])
    func limits(figures: DirectionFigures, expected: LineQuality) {
        var model = QualityModel()
        #expect(model.verdict(on: figures, countsRoundTrip: true) == expected)
        #expect(model.update(figures, countsRoundTrip: true) == expected, "the first second settles it")
    }

    @Test("one or two lost packets are no loss, however few there were")
    func few() {
        var model = QualityModel()
        #expect(model.update(second(lost: 2, unrepaired: 2, of: 10), countsRoundTrip: true) == .good)
        #expect(model.update(second(lost: 1, unrepaired: 1, of: 10), countsRoundTrip: true) == .poor, "three in two")
    }

    @Test("it falls with the second that is bad")
    func falls() {
        var model = QualityModel()
        for _ in 0..<10 { model.update(second(), countsRoundTrip: true) }
        #expect(model.state == .good)
        #expect(model.update(second(lost: 30), countsRoundTrip: true) == .poor)
    }

    @Test("it rises one step after five better seconds in a row, and a bad one starts the count again")
    func rises() {
        var model = QualityModel()
        model.update(second(lost: 30), countsRoundTrip: true)
        var states: [LineQuality] = []
        // The first of them still has the bad one in its window.
        for _ in 0..<12 { states.append(model.update(second(), countsRoundTrip: true)) }
        #expect(states == [.poor, .poor, .poor, .poor, .poor, .fair, .fair, .fair, .fair, .fair, .good, .good])

        model.update(second(lost: 30), countsRoundTrip: true)
        for _ in 0..<5 { model.update(second(), countsRoundTrip: true) }
        #expect(model.state == .poor)
        model.update(second(lost: 30), countsRoundTrip: true)
        for _ in 0..<5 { #expect(model.update(second(), countsRoundTrip: true) == .poor) }
        #expect(model.update(second(), countsRoundTrip: true) == .fair)
    }

    @Test("a middling second raises a poor direction to fair and no further")
    func middling() {
        var model = QualityModel()
        model.update(second(jitter: 200), countsRoundTrip: true)
        for _ in 0..<30 { model.update(second(jitter: 50), countsRoundTrip: true) }
        #expect(model.state == .fair)
    }

    @Test("lost is said by who knows, and what comes back has to climb")
    func lost() {
        var model = QualityModel()
        model.update(second(), countsRoundTrip: true)
        model.lose()
        #expect(model.state == .lost)
        var states: [LineQuality] = []
        for _ in 0..<11 { states.append(model.update(second(), countsRoundTrip: true)) }
        #expect(states == Array(repeating: .poor, count: 5) + Array(repeating: .fair, count: 5) + [.good])
    }

    @Test("nobody there: nothing is left of what was")
    func leaves() {
        var model = QualityModel()
        model.update(second(lost: 50), countsRoundTrip: true)
        model.leave()
        #expect(model.state == .none)
        #expect(model.update(second(), countsRoundTrip: true) == .good)
    }

    @Test("without news of loss the last report is believed for six seconds")
    func silence() {
        var model = QualityModel()
        model.update(second(lost: 20), countsRoundTrip: true)
        for _ in 0..<6 { #expect(model.update(DirectionFigures(), countsRoundTrip: true) == .poor) }
        for _ in 0..<4 { #expect(model.update(DirectionFigures(), countsRoundTrip: true) == .poor) }
        #expect(model.update(DirectionFigures(), countsRoundTrip: true) == .fair)
    }

    @Test("reports that come every five seconds are each judged alone")
    func rareReports() {
        var model = QualityModel()
        model.update(second(lost: 20), countsRoundTrip: true)
        for _ in 0..<4 { model.update(DirectionFigures(), countsRoundTrip: true) }
        #expect(model.verdict(on: second(), countsRoundTrip: true) == .good)
    }

    @Test("a round trip that is held against the other direction does not count here")
    func roundTrip() {
        var model = QualityModel()
        #expect(model.update(second(roundTrip: 900), countsRoundTrip: false) == .good)
        #expect(model.update(second(roundTrip: 900), countsRoundTrip: true) == .poor)
    }

    @Test("what the other direction's queues make of a round trip is not held against this one")
    func elsewhere() {
        var model = QualityModel()
        #expect(model.update(DirectionFigures(roundTrip: 900, delayElsewhere: 800), countsRoundTrip: true) == .good)
        #expect(model.update(DirectionFigures(roundTrip: 900, delayElsewhere: 950), countsRoundTrip: true) == .good)
        #expect(model.update(DirectionFigures(roundTrip: 900, delayElsewhere: 300), countsRoundTrip: true) == .poor)
    }
}
