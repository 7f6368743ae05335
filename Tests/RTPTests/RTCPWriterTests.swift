import RTP
import Testing
import Units
import Wire

@Suite("RTCPWriter")
struct RTCPWriterTests {
    static let sender = SSRC(rawValue: 0x0102_0304)
    static let media = SSRC(rawValue: 0xF0F1_F2F3)
    static let info = SenderInfo(
        ntp: NTPTime(rawValue: 0x1122_3344_5566_7788), rtpTimestamp: 0xFFFF_FFFF, packetCount: 5, octetCount: 6)

    static func block(_ number: UInt32, lost: Int32 = 0) -> ReportBlock {
        ReportBlock(
            ssrc: SSRC(rawValue: number), fractionLost: 3, cumulativeLost: lost, highestSequenceNumber: 70_000,
            jitter: 12, lastSenderReport: 0xAABB_CCDD, delaySinceLastSenderReport: 0x1_0000)
    }

    @Test("a sender report with blocks is read as written")
    func senderReport() throws {
        let bytes = try written { writer, span throws(ParseError) in
            try writer.senderReport(ssrc: Self.sender, info: Self.info, to: &span)
            try writer.report(Self.block(1), to: &span)
            try writer.report(Self.block(2), to: &span)
        }
        #expect(bytes.count == 28 + 48)
        guard case .senderReport(let report) = try readOne(bytes) else { throw Unexpected() }
        #expect(report.ssrc == Self.sender && report.info == Self.info && report.reports.count == 2)
        #expect(try report.reports.block(1, in: bytes.span.bytes) == Self.block(2))
    }

    @Test(
        "lost counts are held within 24 bits",
        arguments: [(0, 0), (-1, -1), (0x80_0000, 0x7F_FFFF), (.min, -0x80_0000)]
            as [(Int32, Int32)])
    func lost(value: Int32, expected: Int32) throws {
        let bytes = try written { writer, span throws(ParseError) in
            try writer.receiverReport(ssrc: Self.sender, to: &span)
            try writer.report(Self.block(1, lost: value), to: &span)
        }
        guard case .receiverReport(let report) = try readOne(bytes) else { throw Unexpected() }
        let block = try report.reports.block(0, in: bytes.span.bytes)
        #expect(block.cumulativeLost == expected && block.fractionLost == 3)
    }

    @Test("31 blocks go into a report and no more")
    func fullReport() throws {
        var accepted = 0
        let bytes = try written { writer, span throws(ParseError) in
            try writer.receiverReport(ssrc: Self.sender, to: &span)
            for number in 0..<40 where try writer.report(Self.block(UInt32(number)), to: &span) { accepted += 1 }
        }
        #expect(accepted == 31)
        guard case .receiverReport(let report) = try readOne(bytes) else { throw Unexpected() }
        #expect(report.reports.count == 31)
    }

    @Test("blocks follow reports only")
    func strayBlocks() throws {
        let bytes = try written { writer, span throws(ParseError) in
            let stray = try writer.report(Self.block(1), to: &span)
            #expect(!stray)
            try writer.receiverReport(ssrc: Self.sender, to: &span)
            try writer.pictureLoss(sender: Self.sender, media: Self.media, to: &span)
            let second = try writer.report(Self.block(1), to: &span)
            #expect(!second)
            try writer.receiverEstimatedBitrate(sender: Self.sender, bitrate: .kilobits(1), to: &span)
            let third = try writer.report(Self.block(1), to: &span)
            #expect(!third)
            try writer.goodbye(ssrc: Self.sender, to: &span)
            try writer.estimateSource(Self.media, to: &span)
        }
        #expect(bytes.count == 8 + 12 + 20 + 8)
        #expect(readAll(bytes).packets.count == 4 && readAll(bytes).error == nil)
    }

    @Test("a CNAME of any length ends in a zero at a word's end", arguments: [0, 1, 2, 3, 4, 5, 6, 16, 254, 255])
    func canonicalName(count: Int) throws {
        let name = String(repeating: "n", count: count)
        let bytes = try written { writer, span throws(ParseError) in
            try writer.sourceDescription(ssrc: Self.sender, canonicalName: name, to: &span)
        }
        #expect(bytes.count % 4 == 0 && bytes.last == 0)
        guard case .sourceDescription(var description) = try readOne(bytes) else { throw Unexpected() }
        let found = try description.next(in: bytes.span.bytes)
        #expect(found?.ssrc == Self.sender)
        #expect(found.map { String(decoding: bytes[$0.text], as: UTF8.self) } == name)
    }

    @Test("a CNAME of 256 bytes is refused")
    func longName() {
        #expect(throws: ParseError.invalid(field: "CNAME", value: 256)) {
            try written { writer, span throws(ParseError) in
                try writer.sourceDescription(
                    ssrc: Self.sender, canonicalName: String(repeating: "n", count: 256), to: &span)
            }
        }
    }

    @Test("a NACK is read as written, over the wrap", arguments: wrapAroundStarts)
    func nack(first: UInt16) throws {
        let numbers = [0, 1, 5, 16, 17, 18, 40, 200].map { SequenceNumber(rawValue: first).advanced(by: $0) }
        let bytes = try written { writer, span throws(ParseError) in
            var list = NackList()
            for number in numbers { list.append(number) }
            #expect(list.count == 4)
            try writer.nack(list, sender: Self.sender, media: Self.media, to: &span)
        }
        guard case .nack(let nack) = try readOne(bytes) else { throw Unexpected() }
        #expect(nack.sender == Self.sender && nack.media == Self.media)
        let found = try (0..<nack.entryCount).flatMap { try Array(nack.entry($0, in: bytes.span.bytes)) }
        #expect(found == numbers)
    }

    @Test("a NACK of nothing is not written")
    func emptyNack() throws {
        let bytes = try written { writer, span throws(ParseError) in
            try writer.nack(NackList(), sender: Self.sender, media: Self.media, to: &span)
        }
        #expect(bytes.isEmpty)
    }

    @Test("key frame requests and goodbye, byte by byte")
    func feedback() throws {
        let bytes = try written { writer, span throws(ParseError) in
            try writer.pictureLoss(sender: Self.sender, media: Self.media, to: &span)
            try writer.fullIntraRequest(sender: Self.sender, media: Self.media, commandNumber: 9, to: &span)
            try writer.goodbye(ssrc: Self.sender, to: &span)
        }
        let pictureLoss: [UInt8] = [0x81, 206, 0, 2, 1, 2, 3, 4, 0xF0, 0xF1, 0xF2, 0xF3]
        let fullIntra: [UInt8] = [0x84, 206, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0, 0xF0, 0xF1, 0xF2, 0xF3, 9, 0, 0, 0]
        #expect(bytes == pictureLoss + fullIntra + [0x81, 203, 0, 1, 1, 2, 3, 4])
    }

    @Test(
        "a REMB keeps 18 bits of the rate, rounded down",
        arguments: [0, 1, 0x3FFFF, 0x40000, 0x40001, 1_500_000, 20_000_000, 1 << 63, .max] as [UInt64])
    func estimate(rate: UInt64) throws {
        let bytes = try written { writer, span throws(ParseError) in
            try writer.receiverEstimatedBitrate(
                sender: Self.sender, bitrate: Bitrate(bitsPerSecond: rate), to: &span)
            try writer.estimateSource(Self.media, to: &span)
            try writer.estimateSource(Self.sender, to: &span)
        }
        guard case .receiverEstimatedBitrate(let estimate) = try readOne(bytes) else { throw Unexpected() }
        #expect(estimate.sender == Self.sender && estimate.sourceCount == 2)
        #expect(try estimate.source(1, in: bytes.span.bytes) == Self.sender)
        #expect(estimate.bitrate.bitsPerSecond <= rate)
        #expect(rate - estimate.bitrate.bitsPerSecond <= rate >> 17)
    }

    /// One packet, or addition to a packet, of each kind; 0 ..< 10.
    private func write(_ step: Int, _ writer: inout RTCPWriter, _ span: inout MutableRawSpan) throws(ParseError) {
        switch step {
        case 0: try writer.senderReport(ssrc: Self.sender, info: Self.info, to: &span)
        case 1: try writer.report(Self.block(1), to: &span)
        case 2: try writer.sourceDescription(ssrc: Self.sender, canonicalName: "abc", to: &span)
        case 3:
            var list = NackList()
            list.append(SequenceNumber(rawValue: 1))
            try writer.nack(list, sender: Self.sender, media: Self.media, to: &span)
        case 4: try writer.pictureLoss(sender: Self.sender, media: Self.media, to: &span)
        case 5: try writer.fullIntraRequest(sender: Self.sender, media: Self.media, commandNumber: 1, to: &span)
        case 6: try writer.receiverEstimatedBitrate(sender: Self.sender, bitrate: .megabits(1), to: &span)
        case 7: try writer.estimateSource(Self.media, to: &span)
        case 8: try writer.receiverReport(ssrc: Self.sender, to: &span)
        default: try writer.goodbye(ssrc: Self.sender, to: &span)
        }
    }

    @Test("a packet that does not fit leaves the compound as it was, at every size")
    func noRoom() throws {
        let whole = try written { writer, span throws(ParseError) in
            for step in 0..<10 { try write(step, &writer, &span) }
        }
        #expect(readAll(whole).error == nil && readAll(whole).packets.count == 8)
        for capacity in 0..<whole.count {
            let bytes = try written(capacity: capacity) { writer, span throws(ParseError) in
                for step in 0..<10 {
                    let before = writer.end
                    do throws(ParseError) { try write(step, &writer, &span) } catch {
                        #expect(writer.end == before)
                        return
                    }
                }
            }
            #expect(readAll(bytes).error == nil, "a capacity of \(capacity)")
            #expect(bytes.count <= capacity)
        }
    }

    @Test("a compound may start anywhere in the buffer")
    func offset() throws {
        var bytes = [UInt8](repeating: 0xEE, count: 20)
        var writer = RTCPWriter(at: 8)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        #expect(writer.isEmpty)
        try writer.pictureLoss(sender: Self.sender, media: Self.media, to: &raw)
        #expect(writer.end == 20 && !writer.isEmpty)
        #expect(bytes.prefix(8).allSatisfy { $0 == 0xEE })
        #expect(readAll(Array(bytes[8...])).packets.count == 1)
    }
}

@Suite("NackList")
struct NackListTests {
    @Test("takes 64 entries and then says so")
    func capacity() {
        var list = NackList()
        for index in 0..<64 { #expect(list.append(SequenceNumber(rawValue: UInt16(index * 17))) == true) }
        #expect(list.append(SequenceNumber(rawValue: 64 * 17)) == false)
        #expect(list.append(SequenceNumber(rawValue: 63 * 17 + 16)) == true, "the last entry still has a place for it")
        #expect(list.count == NackList.capacity)
        list.removeAll()
        #expect(list.isEmpty)
        #expect(list.append(SequenceNumber(rawValue: 9)) == true)
        #expect(Array(list.entry(0)) == [SequenceNumber(rawValue: 9)])
    }

    @Test("a number that comes twice counts once, one that comes late gets its own entry", arguments: wrapAroundStarts)
    func order(first: UInt16) {
        let start = SequenceNumber(rawValue: first)
        var list = NackList()
        for step in [5, 5, 6, 4] { list.append(start.advanced(by: step)) }
        #expect(list.count == 2)
        #expect((0..<list.count).flatMap { Array(list.entry($0)) } == [5, 6, 4].map(start.advanced(by:)))
    }
}
