import RTP
import Testing
import Units

extension ReceptionStatistics {
    /// The report that there must be.
    fileprivate mutating func report(at now: Instant) throws -> ReportBlock {
        let report = makeReport(ssrc: SSRC(rawValue: 7), at: now)
        return try #require(report)
    }
}

@Suite("ReceptionStatistics")
struct ReceptionStatisticsTests {
    private static let source = SSRC(rawValue: 7)

    private func header(_ number: SequenceNumber, timestamp: UInt32 = 0, payload: Int = 100) -> RTPHeader {
        var header = RTPHeader(
            marker: false, payloadType: 96, sequenceNumber: number, timestamp: timestamp, ssrc: Self.source)
        header.payload = 12..<12 + payload
        return header
    }

    /// Statistics that have seen `steps` from `first` on.
    private func received(_ first: UInt16, _ steps: some Sequence<Int>) -> ReceptionStatistics {
        var statistics = ReceptionStatistics(clockRate: 90_000)
        for step in steps { statistics.receive(header(SequenceNumber(rawValue: first).advanced(by: step)), at: .zero) }
        return statistics
    }

    @Test("no packet, no report")
    func nothing() {
        var statistics = ReceptionStatistics(clockRate: 90_000)
        #expect(statistics.makeReport(ssrc: Self.source, at: .zero) == nil)
        #expect(statistics.expected == 0 && statistics.cumulativeLost == 0)
    }

    @Test("a quarter lost is 64/256, counted since the last report", arguments: wrapAroundStarts)
    func fraction(first: UInt16) throws {
        var statistics = received(first, (0...100).filter { $0 % 4 != 3 })
        let report = try statistics.report(at: .zero)
        #expect(report.ssrc == Self.source)
        #expect(report.cumulativeLost == 25)
        #expect(report.fractionLost == UInt8(25 * 256 / 101))
        #expect(report.highestSequenceNumber == UInt32(first) + 100)

        for step in 101...200 {
            statistics.receive(header(SequenceNumber(rawValue: first).advanced(by: step)), at: .zero)
        }
        let second = try statistics.report(at: .zero)
        #expect(second.fractionLost == 0)
        #expect(second.cumulativeLost == 25)
        let third = try statistics.report(at: .zero)
        #expect(third.fractionLost == 0, "nothing expected, nothing lost")
    }

    @Test("everything lost but the last is 255/256 at most")
    func nearlyAll() throws {
        var statistics = received(0, [0])
        _ = statistics.makeReport(ssrc: Self.source, at: .zero)
        statistics.receive(header(SequenceNumber(rawValue: 2_999)), at: .zero)
        let report = try statistics.report(at: .zero)
        #expect(report.fractionLost == 255 && report.cumulativeLost == 2_998)
    }

    @Test("duplicates make the count negative and the fraction zero")
    func duplicates() throws {
        var statistics = received(10, [0, 1, 1, 1, 2])
        let report = try statistics.report(at: .zero)
        #expect(report.cumulativeLost == -2 && report.fractionLost == 0)
    }

    @Test("latecomers are not lost", arguments: wrapAroundStarts)
    func reordered(first: UInt16) {
        let statistics = received(first, [0, 3, 1, 2, 4, 50, 5] + (6..<50))
        #expect(statistics.cumulativeLost == 0 && statistics.expected == 51)
    }

    @Test("the highest number counts the wraps")
    func wraps() throws {
        var statistics = received(65_000, stride(from: 0, through: 200_000, by: 100))
        let report = try statistics.report(at: .zero)
        #expect(report.highestSequenceNumber == 265_000)
        #expect(statistics.expected == 200_001)
    }

    @Test(
        "one stray from far off is passed over, two in a row restart the count",
        arguments: [3_000, 20_000, -101, -30_000])
    func restart(jump: Int) throws {
        var statistics = received(1_000, [0, 1, 2, jump + 2])
        #expect(statistics.expected == 3 && statistics.packets == 3)
        statistics.receive(header(SequenceNumber(rawValue: 1_000).advanced(by: jump + 3)), at: .zero)
        #expect(statistics.expected == 1 && statistics.cumulativeLost == 0 && statistics.packets == 4)
        let report = try statistics.report(at: .zero)
        #expect(report.fractionLost == 0)
    }

    @Test("jumps below the limits are loss or lateness", arguments: [(2_999, 3_002), (-100, 3)] as [(Int, UInt64)])
    func jump(step: Int, expected: UInt64) {
        #expect(received(1_000, [0, 1, 2, step + 2]).expected == expected)
    }

    @Test("a steady stream has no jitter, whatever its start", arguments: [0, .max - 1_000] as [UInt32])
    func steady(start: UInt32) {
        var statistics = ReceptionStatistics(clockRate: 48_000)
        for step in 0..<200 {
            statistics.receive(
                header(SequenceNumber(rawValue: 0).advanced(by: step), timestamp: start &+ UInt32(step) * 960),
                at: .milliseconds(1_000_000 + 20 * step))
        }
        #expect(statistics.jitter == 0)
        #expect(statistics.packets == 200 && statistics.octets == 20_000)
    }

    @Test("jitter follows A.8: J += (|D| − J) / 16")
    func jitter() {
        var statistics = ReceptionStatistics(clockRate: 90_000)
        var expected = 0.0
        var previous = 0
        for step in 0..<400 {
            let delay = step % 3 * 5
            if step > 0 { expected += (Double(abs(delay - previous)) * 90 - expected) / 16 }
            previous = delay
            statistics.receive(
                header(SequenceNumber(rawValue: 0).advanced(by: step), timestamp: UInt32(step) * 3_000),
                at: Instant(nanoseconds: UInt64(step) * 33_333_333 + UInt64(delay) * 1_000_000))
        }
        #expect(abs(Double(statistics.jitter) - expected) < 4)
        #expect(abs(statistics.jitterTime.inMilliseconds - expected / 90) < 0.1)
    }

    @Test("a jump of the source's clock is no jitter", arguments: [1 << 31, 1 << 20, .max / 3] as [UInt32])
    func clockJump(jump: UInt32) {
        var statistics = ReceptionStatistics(clockRate: 90_000)
        statistics.receive(header(SequenceNumber(rawValue: 0)), at: .zero)
        statistics.receive(header(SequenceNumber(rawValue: 1), timestamp: jump), at: .zero)
        #expect(statistics.jitter == 0)
    }

    @Test("LSR and DLSR speak of the last SR")
    func senderReports() throws {
        var statistics = received(0, [0])
        let none = try statistics.report(at: .milliseconds(9))
        #expect(none.lastSenderReport == 0 && none.delaySinceLastSenderReport == 0)

        statistics.receiveSenderReport(ntp: NTPTime(rawValue: 0xB44D_B705_2000_0000), at: .milliseconds(1_000))
        let report = try statistics.report(at: .milliseconds(6_250))
        #expect(report.lastSenderReport == 0xB705_2000)
        #expect(report.delaySinceLastSenderReport == 0x0005_4000, "5.25 s, as in RFC 3550 §6.4.1")
        #expect(report.roundTrip(at: NTPTime(rawValue: 0xB44D_B710_8000_0000)) == .milliseconds(6_125))

        let late = try statistics.report(at: .distantFuture)
        #expect(late.delaySinceLastSenderReport == .max)
        let early = try statistics.report(at: .zero)
        #expect(early.delaySinceLastSenderReport == 0)
    }

    @Test("whatever comes, the figures stay in their ranges", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        var statistics = ReceptionStatistics(clockRate: UInt32(truncatingIfNeeded: random.next()))
        for _ in 0..<3_000 {
            let number = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: random.next()))
            statistics.receive(
                header(number, timestamp: UInt32(truncatingIfNeeded: random.next())),
                at: Instant(nanoseconds: random.next() >> UInt64.random(in: 0...40, using: &random)))
            guard random.next() % 10 == 0 else { continue }
            _ = statistics.makeReport(ssrc: Self.source, at: Instant(nanoseconds: random.next()))
        }
        let report = try statistics.report(at: .zero)
        #expect((-0x80_0000...0x7F_FFFF).contains(report.cumulativeLost))
        #expect(statistics.jitterTime >= .zero)
    }
}

@Suite("SenderStatistics")
struct SenderStatisticsTests {
    @Test("counts packets and payload bytes into the SR, modulo 2³²")
    func counts() {
        var statistics = SenderStatistics()
        for _ in 0..<5 { statistics.send(payloadSize: Int(UInt32.max)) }
        #expect(statistics.packets == 5 && statistics.octets == 5 * UInt64(UInt32.max))
        let info = statistics.info(ntp: NTPTime(rawValue: 9), rtpTimestamp: 8)
        #expect(info.packetCount == 5 && info.octetCount == UInt32.max - 4)
        #expect(info.ntp.rawValue == 9 && info.rtpTimestamp == 8)
        statistics.send(payloadSize: -1)
        #expect(statistics.octets == 5 * UInt64(UInt32.max), "nothing below zero")
    }
}
