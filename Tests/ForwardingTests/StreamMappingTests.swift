import Forwarding
import RTP
import SimulatedNetwork
import Testing
import Units

/// What the tests of this module make packets of.
enum Make {
    static func source(_ number: UInt32, layer: UInt8 = 0, kind: SourceKind = .camera) -> SourceID {
        SourceID(bridge: 0, room: 1, resource: number, kind: kind, layer: layer)
    }

    static func packet(
        _ index: UInt64, _ timestamp: UInt32, keyframe: Bool = false, picture: PictureNumbers? = nil
    ) -> SourcePacket {
        SourcePacket(index: index, timestamp: timestamp, marker: false, startsKeyframe: keyframe, picture: picture)
    }

    static func numbers(_ id: UInt16, _ base: UInt8) -> PictureNumbers {
        PictureNumbers(pictureID: id, baseLayerIndex: base, layerAndKey: 0, firstByte: 0)
    }

    static func ms(_ count: Int) -> Instant { Instant(nanoseconds: UInt64(count) * 1_000_000) }

    static let epoch = NTPTime(unixNanoseconds: 1_795_000_000_000_000_000)
}

@Suite("StreamMapping")
struct StreamMappingTests {
    /// Start values around which 16-bit and 32-bit arithmetic goes wrong, if it does.
    @Test(
        "a source's numbers are moved by a constant, over every wrap-around",
        arguments: [0, 1, 32_766, 32_767, 32_768, 65_535] as [UInt16], [0, 0x7FFF_FFFF, 0xFFFF_FFF0] as [UInt32])
    func constant(number: UInt16, timestamp: UInt32) throws {
        var mapping = StreamMapping(rate: 90_000, firstSequenceNumber: number, firstTimestamp: timestamp)
        let start = UInt64(number & 0x7FFF)
        #expect(mapping.nextIndex == start, "below 2¹⁵, so that the first rollover counter is guessed right")
        mapping.begin(Make.source(1), codec: .h264, with: Make.packet(65_530, 0xFFFF_FF00), captured: Make.epoch)
        for step in 0..<70_000 where step < 20 || step > 65_500 {
            let mapped = mapping.map(Make.packet(65_530 + UInt64(step), 0xFFFF_FF00 &+ UInt32(step)))
            let outgoing = try #require(mapped)
            #expect(outgoing.index == start + UInt64(step))
            #expect(
                outgoing.sequenceNumber.rawValue == UInt16(truncatingIfNeeded: start)
                    &+ UInt16(truncatingIfNeeded: step))
            #expect(outgoing.timestamp == timestamp &+ UInt32(step))
            #expect(outgoing.startsEpoch == (step == 0))
        }
    }

    private func at(_ packet: SourcePacket, in mapping: inout StreamMapping) -> UInt64? { mapping.map(packet)?.index }

    @Test("packets from before the turn are not the slot's; those that come late are")
    func before() {
        var mapping = StreamMapping(rate: 90_000, firstSequenceNumber: 100, firstTimestamp: 0)
        #expect(at(Make.packet(1, 1), in: &mapping) == nil, "nobody has a turn")
        mapping.begin(Make.source(1), codec: .h264, with: Make.packet(50, 0), captured: Make.epoch)
        #expect(at(Make.packet(49, 0), in: &mapping) == nil)
        #expect(at(Make.packet(50, 0), in: &mapping) == 100)
        #expect(at(Make.packet(53, 0), in: &mapping) == 103)
        #expect(at(Make.packet(51, 0), in: &mapping) == 101)
        mapping.begin(Make.source(2), codec: .h264, with: Make.packet(7, 0), captured: Make.epoch)
        #expect(at(Make.packet(7, 0), in: &mapping) == 104, "behind the newest, not behind the latest")
    }

    @Test("timestamps stay on the line: what was captured a second later is 90,000 ticks later")
    func line() {
        var mapping = StreamMapping(rate: 90_000, firstSequenceNumber: 1, firstTimestamp: 1_000)
        var timestamps: [UInt32] = []
        for turn in 0..<6 {
            let packet = Make.packet(UInt64(turn) * 1_000, UInt32(turn) &* 0x3333_3333)
            mapping.begin(
                Make.source(UInt32(turn)), codec: .h264, with: packet, captured: Make.epoch.advanced(by: .seconds(turn))
            )
            timestamps.append(mapping.map(packet)?.timestamp ?? 0)
        }
        for (turn, timestamp) in timestamps.enumerated() {
            #expect(abs(Int(timestamp) - (1_000 + 90_000 * turn)) <= turn, "a tick a turn is lost to rounding at most")
        }
    }

    @Test(
        "a source whose capture time lies before what was sent begins one tick after it",
        arguments: [0, 0xFFFF_FF00] as [UInt32])
    func neverBackwards(first: UInt32) throws {
        var mapping = StreamMapping(rate: 48_000, firstSequenceNumber: 1, firstTimestamp: first)
        mapping.begin(Make.source(1, kind: .microphone), codec: .opus, with: Make.packet(1, 0), captured: Make.epoch)
        _ = mapping.map(Make.packet(1, 0))
        let mapped = mapping.map(Make.packet(2, 48_000))
        let last = try #require(mapped)
        mapping.begin(
            Make.source(2, kind: .microphone), codec: .opus, with: Make.packet(9, 5),
            captured: Make.epoch.advanced(by: .milliseconds(300)))
        let next = mapping.map(Make.packet(9, 5))?.timestamp
        #expect(next == last.timestamp &+ 1)
        // The line itself has not moved: a second later all is as it should be.
        mapping.begin(
            Make.source(3, kind: .microphone), codec: .opus, with: Make.packet(9, 5),
            captured: Make.epoch.advanced(by: .seconds(2)))
        let later = mapping.map(Make.packet(9, 5))?.timestamp ?? 0
        #expect(abs(Int64(later) - Int64(first &+ 96_000)) <= 2)
    }

    @Test("picture ids and TL0PICIDX run on by one across a switch, over their wrap-around")
    func pictures() throws {
        var mapping = StreamMapping(rate: 90_000, firstSequenceNumber: 1, firstTimestamp: 0)
        var expected: (id: UInt16, base: UInt8)?
        for turn in 0..<40 {
            let first = UInt16(truncatingIfNeeded: turn * 1_999) & 0x7FFF
            for step in 0..<9 {
                let numbers = Make.numbers((first &+ UInt16(step)) & 0x7FFF, UInt8(truncatingIfNeeded: turn * 7 + step))
                let packet = Make.packet(UInt64(step), UInt32(step) * 3_000, picture: numbers)
                if step == 0 {
                    mapping.begin(
                        Make.source(UInt32(turn)), codec: .vp8, with: packet,
                        captured: Make.epoch.advanced(by: .seconds(turn)))
                }
                let mapped = mapping.map(packet)?.picture
                let outgoing = try #require(mapped)
                if let expected {
                    #expect(outgoing.pictureID == expected.id && outgoing.baseLayerIndex == expected.base)
                }
                expected = ((outgoing.pictureID &+ 1) & 0x7FFF, outgoing.baseLayerIndex &+ 1)
            }
        }
    }

    @Test(
        "what was sent is found again and is the same, as long as eight turns are remembered",
        arguments: 1...20 as ClosedRange<UInt64>)
    func again(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var mapping = StreamMapping(
            rate: 90_000, firstSequenceNumber: UInt16.random(in: 32_000...32_767, using: &random),
            firstTimestamp: UInt32.random(in: 0...UInt32.max, using: &random))
        var sent: [(packet: SourcePacket, outgoing: StreamMapping.Outgoing, source: SourceID, turn: Int)] = []
        var contents: [UInt64: String] = [:]
        var newest: UInt32?
        for turn in 0..<60 {
            let source = Make.source(UInt32.random(in: 0..<4, using: &random))
            var index = UInt64.random(in: 0..<100_000, using: &random)
            let base = UInt32.random(in: 0...UInt32.max, using: &random)
            let captured = Make.epoch.advanced(by: .milliseconds(turn * 500 + Int.random(in: 0..<900, using: &random)))
            let first = index
            mapping.begin(source, codec: .h264, with: Make.packet(index, base), captured: captured)
            for step in 0..<Int.random(in: 1..<200, using: &random) {
                let skips = step > 0 && Int.random(in: 0..<5, using: &random) == 0
                index = skips ? index + UInt64.random(in: 0..<30, using: &random) : index
                let late = index > first + 40 ? index - UInt64.random(in: 0..<40, using: &random) : index
                let packet = Make.packet(late, base &+ UInt32(truncatingIfNeeded: late - first) &* 300)
                let mapped = mapping.map(packet)
                let outgoing = try #require(mapped)
                let content = "\(source) \(turn) \(late)"
                #expect(
                    contents.updateValue(content, forKey: outgoing.index) ?? content == content,
                    "one index, two contents")
                if step == 0, let newest { #expect(Int32(bitPattern: outgoing.timestamp &- newest) > 0) }
                if Int32(bitPattern: outgoing.timestamp &- (newest ?? outgoing.timestamp)) >= 0 {
                    newest = outgoing.timestamp
                }
                sent.append((packet, outgoing, source, turn))
                index += 1
            }
            // What left less than half the number space ago, in the last eight turns.
            for old in sent.suffix(500) where turn - old.turn < 8 {
                let origin = try #require(mapping.origin(of: old.outgoing.sequenceNumber))
                #expect(origin.source == old.source && origin.index == old.packet.index)
                #expect(mapping.again(old.packet, from: origin) == old.outgoing)
            }
        }
        #expect(mapping.origin(of: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: mapping.nextIndex))) == nil)
    }

    @Test("at the end of the 48-bit index nothing leaves any more")
    func end() {
        var mapping = StreamMapping(rate: 90_000, firstSequenceNumber: 5, firstTimestamp: 0)
        mapping.begin(Make.source(1), codec: .h264, with: Make.packet(0, 0), captured: Make.epoch)
        // Spelt with its type: an `Int` here would be compared as `AnyHashable`.
        let last: UInt64 = 1 << 48 - 1
        #expect(at(Make.packet(1 << 48 - 6, 0), in: &mapping) == last)
        #expect(!mapping.isExhausted)
        #expect(at(Make.packet(1 << 48 - 5, 0), in: &mapping) == nil)
        #expect(at(Make.packet(.max, 0), in: &mapping) == nil)
        #expect(mapping.isExhausted)
    }
}
