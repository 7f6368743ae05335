import RTP
import Testing
import Units
import Wire

@Suite("RTCPReader")
struct RTCPReaderTests {
    static let block: [UInt8] =
        [0, 0, 0, 9, 0x40, 0xFF, 0xFF, 0xFE] + [0, 1, 0x12, 0x34, 0, 0, 0, 77] + [0xB7, 5, 0x20, 0, 0, 5, 0x40, 0]
    static let senderReport: [UInt8] =
        [0x81, 200, 0, 12, 0, 0, 0, 1] + [0xB4, 0x4D, 0xB7, 5, 0x20, 0, 0, 0] + [0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]
        + block
    static let receiverReport: [UInt8] = [0x82, 201, 0, 13, 0, 0, 0, 1] + block + block
    static let description: [UInt8] =
        [0x81, 202, 0, 4, 0, 0, 0, 1] + [2, 1, 0x78, 1, 3, 0x61, 0x62, 0x63] + [0, 0, 0, 0]
    static let goodbye: [UInt8] = [0x82, 203, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2] + [2, 0x68, 0x69, 0]
    static let nack: [UInt8] = [0x81, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2] + [0xFF, 0xFE, 0x80, 3, 0, 50, 0, 0]
    static let pictureLoss: [UInt8] = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]
    static let fullIntra: [UInt8] =
        [0x84, 206, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0] + [0, 0, 0, 2, 7, 0, 0, 0] + [0, 0, 0, 3, 255, 0, 0, 0]
    static let estimate: [UInt8] =
        [0x8F, 206, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0] + Array("REMB".utf8) + [2, 0x0B, 0xD0, 0x90, 0, 0, 0, 2, 0, 0, 0, 3]
    static let application: [UInt8] = [0x80, 204, 0, 2, 0, 0, 0, 1, 0x61, 0x62, 0x63, 0x64]

    static let all = [
        senderReport, receiverReport, description, goodbye, nack, pictureLoss, fullIntra, estimate, application,
    ]

    @Test("sender report with a block")
    func readsSenderReport() throws {
        guard case .senderReport(let report) = try readOne(Self.senderReport) else { throw Unexpected() }
        #expect(report.ssrc.rawValue == 1)
        #expect(report.info.ntp.rawValue == 0xB44D_B705_2000_0000)
        #expect(report.info.rtpTimestamp == 2 && report.info.packetCount == 3 && report.info.octetCount == 4)
        #expect(report.reports.count == 1)
        let block = try report.reports.block(0, in: Self.senderReport.span.bytes)
        #expect(block.ssrc.rawValue == 9)
        #expect(block.fractionLost == 64)
        #expect(block.cumulativeLost == -2)
        #expect(block.highestSequenceNumber == 0x11234)
        #expect(block.jitter == 77)
    }

    @Test("the standard's own round trip: 6.125 s (RFC 3550 §6.4.1, figure 2)")
    func roundTrip() throws {
        guard case .senderReport(let report) = try readOne(Self.senderReport) else { throw Unexpected() }
        let block = try report.reports.block(0, in: Self.senderReport.span.bytes)
        #expect(block.roundTrip(at: NTPTime(rawValue: 0xB44D_B710_8000_0000)) == .milliseconds(6_125))
        var silent = block
        silent.lastSenderReport = 0
        #expect(silent.roundTrip(at: NTPTime(rawValue: 0xB44D_B710_8000_0000)) == nil)
        #expect(block.roundTrip(at: NTPTime(rawValue: 0xB44D_B70A_5FFF_0000)) == .zero, "clocks drift")
        #expect(block.roundTrip(at: NTPTime(rawValue: 0xB44D_B705_2000_0000)) == nil, "an answer before the question")
        #expect(block.roundTrip(at: NTPTime(rawValue: 0xB44D_BA00_0000_0000)) == nil, "minutes are no round trip")
    }

    @Test("receiver report with two blocks, and none beyond")
    func readsReceiverReport() throws {
        guard case .receiverReport(let report) = try readOne(Self.receiverReport) else { throw Unexpected() }
        #expect(report.reports.count == 2)
        #expect(try report.reports.block(1, in: Self.receiverReport.span.bytes).ssrc.rawValue == 9)
        for index in [-1, 2, Int.max] {
            #expect(throws: ParseError.self) { try report.reports.block(index, in: Self.receiverReport.span.bytes) }
        }
    }

    @Test("source description: the CNAME among other items, and chunks without one")
    func readsDescription() throws {
        var bytes = Self.description
        bytes += [0, 0, 0, 5, 0, 0, 0, 0]  // A chunk of no items.
        bytes += [0, 0, 0, 6, 1, 2, 0x68, 0x69, 0, 0, 0, 0]  // Four bytes of end: one is not enough for the boundary.
        bytes[0] = 0x83
        bytes[3] += 5
        guard case .sourceDescription(var description) = try readOne(bytes) else { throw Unexpected() }
        let first = try description.next(in: bytes.span.bytes)
        #expect(first?.ssrc.rawValue == 1)
        #expect(first.map { String(decoding: bytes[$0.text], as: UTF8.self) } == "abc")
        let second = try description.next(in: bytes.span.bytes)
        #expect(second?.ssrc.rawValue == 6)
        #expect(second.map { String(decoding: bytes[$0.text], as: UTF8.self) } == "hi")
        let third = try description.next(in: bytes.span.bytes)
        #expect(third == nil)
    }

    @Test("a source description whose items run over its end is an error, even with bytes behind it")
    func brokenDescription() throws {
        for (position, values) in [(9, [200]), (12, [200]), (16, [9, 2, 1, 1]), (16, [9, 1, 1, 9])] as [(Int, [UInt8])]
        {
            var bytes = Self.description
            bytes.replaceSubrange(position..<position + values.count, with: values)
            bytes += Self.pictureLoss
            guard case .sourceDescription(var description) = readAll(bytes).packets.first else { throw Unexpected() }
            #expect(throws: ParseError.self, "byte \(position)") { try description.next(in: bytes.span.bytes) }
        }
    }

    @Test("goodbye to two sources, with a reason")
    func readsGoodbye() throws {
        guard case .goodbye(let goodbye) = try readOne(Self.goodbye) else { throw Unexpected() }
        #expect(goodbye.count == 2)
        #expect(try goodbye.source(1, in: Self.goodbye.span.bytes).rawValue == 2)
        #expect(throws: ParseError.self) { try goodbye.source(2, in: Self.goodbye.span.bytes) }
    }

    @Test("a NACK names a number and sixteen that follow it, over the wrap")
    func readsNack() throws {
        guard case .nack(let nack) = try readOne(Self.nack) else { throw Unexpected() }
        #expect(nack.sender.rawValue == 1 && nack.media.rawValue == 2)
        #expect(nack.entryCount == 2)
        #expect(try nack.entry(0, in: Self.nack.span.bytes).map(\.rawValue) == [65_534, 65_535, 0, 14])
        #expect(try nack.entry(1, in: Self.nack.span.bytes).map(\.rawValue) == [50])
        #expect(throws: ParseError.self) { try nack.entry(2, in: Self.nack.span.bytes) }
    }

    @Test("picture loss and full intra requests")
    func readsKeyframeRequests() throws {
        #expect(
            try readOne(Self.pictureLoss)
                == .pictureLoss(PictureLossIndication(sender: SSRC(rawValue: 1), media: SSRC(rawValue: 2))))
        guard case .fullIntraRequest(let request) = try readOne(Self.fullIntra) else { throw Unexpected() }
        #expect(request.entryCount == 2)
        #expect(try request.entry(1, in: Self.fullIntra.span.bytes).ssrc.rawValue == 3)
        #expect(try request.entry(1, in: Self.fullIntra.span.bytes).commandNumber == 255)
        #expect(throws: ParseError.self) { try request.entry(2, in: Self.fullIntra.span.bytes) }
    }

    @Test("REMB: 1 Mbit/s, as mantissa 250,000 and exponent 2, and its sources")
    func readsEstimate() throws {
        guard case .receiverEstimatedBitrate(let estimate) = try readOne(Self.estimate) else { throw Unexpected() }
        #expect(estimate.bitrate.bitsPerSecond == 1_000_000)
        #expect(estimate.sourceCount == 2)
        #expect(try estimate.source(1, in: Self.estimate.span.bytes).rawValue == 3)
    }

    @Test("a REMB beyond 64 bits says no limit, a mantissa of zero says zero")
    func extremeEstimates() throws {
        for (field, expected) in [([0xFF, 0xFF, 0xFF], UInt64.max), ([0xFC, 0, 0], 0), ([0, 0, 1], 1)]
            as [([UInt8], UInt64)]
        {
            var bytes = Self.estimate
            bytes.replaceSubrange(17..<20, with: field)
            guard case .receiverEstimatedBitrate(let estimate) = try readOne(bytes) else { throw Unexpected() }
            #expect(estimate.bitrate.bitsPerSecond == expected)
        }
    }

    @Test("what we don't know is passed over, not refused")
    func unknown() throws {
        #expect(try readOne(Self.application) == .unknown(type: 204, format: 0))
        #expect(try readOne([0x8F, 205, 0, 3] + [UInt8](repeating: 0, count: 12)) == .unknown(type: 205, format: 15))
        #expect(try readOne([0x8F, 206, 0, 3] + [UInt8](repeating: 0, count: 12)) == .unknown(type: 206, format: 15))
        #expect(try readOne([0x80, 207, 0, 0]) == .unknown(type: 207, format: 0))
    }

    @Test("a compound is read packet by packet")
    func compound() {
        let (packets, error) = readAll(Self.all.flatMap { $0 })
        #expect(packets.count == Self.all.count)
        #expect(error == nil)
        #expect(readAll([]).packets.isEmpty)
    }

    @Test("cut to any length every packet is an error, alone and behind another", arguments: all)
    func truncated(packet: [UInt8]) {
        for length in 1..<packet.count {
            let (alone, error) = readAll(Array(packet.prefix(length)))
            #expect(alone.isEmpty && error != nil, "cut to \(length)")
            let (packets, secondError) = readAll(Self.pictureLoss + packet.prefix(length))
            #expect(packets.count == 1 && secondError != nil, "cut to \(length)")
        }
    }

    @Test("a length field too small for what the packet says is an error")
    func shortened() {
        let cases: [[UInt8]] = [
            Self.senderReport, Self.receiverReport, Self.goodbye, Self.nack, Self.pictureLoss, Self.fullIntra,
            Self.estimate,
        ]
        let needed = [12, 13, 2, 3, 2, 4, 6]
        for (packet, words) in zip(cases, needed) {
            for length in 0..<words {
                var bytes = Array(packet.prefix(4 * (length + 1)))
                bytes[3] = UInt8(length)
                let (packets, error) = readAll(bytes)
                let isLoneHeader = packets.allSatisfy { if case .unknown = $0 { true } else { false } }
                #expect(error != nil || (isLoneHeader && packet == Self.estimate), "type \(packet[1]), \(length) words")
            }
        }
    }

    @Test("padding of the last packet is taken off; anywhere else, or of a wrong size, it is an error")
    func padding() throws {
        var bytes = Self.nack + [0, 0, 0, 4]
        bytes[0] |= 0x20
        bytes[3] += 1
        guard case .nack(let nack) = try readOne(bytes) else { throw Unexpected() }
        #expect(nack.entryCount == 2)
        #expect(readAll(bytes + Self.pictureLoss).error == .invalid(field: "padding", value: 0))
        for wrong in [0, 3, 24, 255] as [UInt8] {
            bytes[bytes.count - 1] = wrong
            #expect(readAll(bytes).error == .invalid(field: "padding", value: Int(wrong)))
        }
        #expect(readAll([0xA0, 207, 0, 0]).error == .invalid(field: "padding", value: 0))
    }

    @Test("another version ends the compound")
    func version() {
        let (packets, error) = readAll(Self.pictureLoss + [0x41, 206, 0, 2] + Self.nack)
        #expect(packets.count == 1 && error == .invalid(field: "version", value: 1))
    }

    @Test("after an error the reader is at its end")
    func afterError() throws {
        var reader = RTCPReader()
        let bytes: [UInt8] = [0, 0, 0, 0] + Self.pictureLoss
        #expect(throws: ParseError.self) { try reader.next(in: bytes.span.bytes) }
        let next = try reader.next(in: bytes.span.bytes)
        #expect(next == nil)
    }

    @Test(
        "RTCP is told from RTP by its second byte",
        arguments: [(191, false), (192, true), (223, true), (224, false)])
    func demultiplexing(second: UInt8, expected: Bool) {
        let bytes: [UInt8] = [0x80, second]
        let isControl = RTCPPacket.isControl(bytes.span.bytes)
        #expect(isControl == expected)
        let isShortOne = RTCPPacket.isControl(bytes.span.bytes.extracting(0..<1))
        #expect(!isShortOne)
    }

    @Test("random bytes never trap, nor hang", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SeededRandom(state: seed)
        for _ in 0..<1_000 {
            var bytes = Self.all.shuffled(using: &random).prefix(3).flatMap { $0 }
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes.removeLast(Int.random(in: 0...8, using: &random))
            let (packets, _) = readAll(bytes)
            #expect(packets.count <= bytes.count / 4)
            for packet in packets { Self.visit(packet, in: bytes) }
        }
    }

    /// Reads everything that `packet` lists.
    private static func visit(_ packet: RTCPPacket, in bytes: [UInt8]) {
        switch packet {
        case .senderReport(let report):
            for index in 0..<report.reports.count { _ = try? report.reports.block(index, in: bytes.span.bytes) }
        case .receiverReport(let report):
            for index in 0..<report.reports.count {
                _ = try? report.reports.block(index, in: bytes.span.bytes).roundTrip(at: NTPTime(rawValue: 0))
            }
        case .sourceDescription(var description):
            while let name = try? description.next(in: bytes.span.bytes) {
                #expect(name.text.upperBound <= bytes.count)
            }
        case .goodbye(let goodbye):
            for index in 0..<goodbye.count { _ = try? goodbye.source(index, in: bytes.span.bytes) }
        case .nack(let nack):
            for index in 0..<nack.entryCount { #expect((try? Array(nack.entry(index, in: bytes.span.bytes))) != nil) }
        case .fullIntraRequest(let request):
            for index in 0..<request.entryCount { _ = try? request.entry(index, in: bytes.span.bytes) }
        case .receiverEstimatedBitrate(let estimate):
            for index in 0..<estimate.sourceCount { _ = try? estimate.source(index, in: bytes.span.bytes) }
        case .pictureLoss, .unknown: break
        }
    }
}

/// Another case than the one expected.
struct Unexpected: Error {}
