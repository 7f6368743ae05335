import Telemetry
import Testing

@Suite("LineHistory")
struct LineHistoryTests {
    @Test("it keeps what it was given, to the fineness that it says")
    func values() {
        var history = LineHistory()
        let up = DirectionFigures(
            kilobitsPerSecond: 1_450.4, packets: 160, expected: 1_000, lost: 12, unrepaired: 1, jitter: 12.54,
            delay: 1_234.56, roundTrip: 35.04, framesPerSecond: 24.96)
        history.append(up: up, down: nil)
        #expect(history.series(.bitrate, .up) == [1_450])
        #expect(history.series(.loss, .up) == [0.012])
        #expect(history.series(.lossAfterRepair, .up) == [0.001])
        #expect(history.series(.jitter, .up) == [12.5])
        #expect(history.series(.roundTrip, .up) == [35])
        #expect(history.series(.delay, .up) == [1_234.6])
        #expect(history.series(.framesPerSecond, .up) == [25])
        for series in LineHistory.Series.allCases { #expect(history.series(series, .down) == [nil]) }
    }

    @Test("after five minutes the oldest second goes", arguments: [299, 300, 301, 899])
    func wraps(seconds: Int) {
        var history = LineHistory()
        for second in 0..<seconds {
            history.append(
                up: second % 3 == 0 ? nil : DirectionFigures(kilobitsPerSecond: Double(second)),
                down: DirectionFigures(kilobitsPerSecond: Double(second * 2)))
        }
        let kept = max(0, seconds - 300)..<seconds
        #expect(history.series(.bitrate, .up) == kept.map { $0 % 3 == 0 ? nil : Double($0) })
        #expect(history.series(.bitrate, .down) == kept.map { Double($0 * 2) })
    }

    @Test("it takes no memory before the first second, and 16 KiB at most")
    func size() {
        var history = LineHistory()
        #expect(history.byteCount == 0)
        for _ in 0..<1_000 { history.append(up: DirectionFigures(), down: nil) }
        #expect(history.byteCount >= 8_400 && history.byteCount <= 16_384)
    }

    @Test(
        "what can't be stored becomes the nearest that can, and no number no data",
        arguments: [(-5.0, 0.0), (1e12, 65_534), (.infinity, nil), (.nan, nil)] as [(Double, Double?)])
    func bounds(value: Double, kept: Double?) {
        var history = LineHistory()
        history.append(up: DirectionFigures(kilobitsPerSecond: value), down: nil)
        #expect(history.series(.bitrate, .up) == [kept])
    }
}
