import Forwarding
import SimulatedNetwork
import Testing
import Units

@Suite("Placing anew")
struct PlacingTests {
    private func mapping(first timestamp: UInt32 = 1_000) -> StreamMapping {
        var mapping = StreamMapping(rate: 48_000, firstSequenceNumber: 100, firstTimestamp: timestamp)
        mapping.begin(Make.source(1), codec: .opus, with: Make.packet(50, 0), captured: Make.epoch)
        for step in 0..<10 { _ = mapping.map(Make.packet(50 + UInt64(step), UInt32(step) * 960)) }
        return mapping
    }

    private func seconds(_ count: Double) -> NTPTime { Make.epoch.advanced(by: .seconds(count)) }

    @Test(
        "what is captured ten seconds later is put there, over every wrap-around",
        arguments: [0, 0xFFFF_FF00] as [UInt32])
    func moved(first: UInt32) {
        var mapping = mapping(first: first)
        // The source's clock stood still: its timestamps go on behind the pause.
        let packet = Make.packet(60, 9_600)
        let moves = mapping.place(packet, captured: seconds(10), marks: false)
        let outgoing = mapping.map(packet)
        #expect(moves)
        #expect(outgoing?.index == 110 && outgoing?.startsEpoch == true)
        #expect(abs(Int32(bitPattern: (outgoing?.timestamp ?? 0) &- (first &+ 480_000))) <= 1)
        let report = mapping.outgoingTimestamp(of: 9_600)
        #expect(report == outgoing?.timestamp, "reports follow")
    }

    @Test("packets from before the pause that come late keep the place that they had")
    func late() throws {
        var mapping = mapping()
        let packet = Make.packet(63, 9_600 + 3 * 960)
        _ = mapping.place(packet, captured: seconds(10), marks: false)
        _ = mapping.map(packet)
        for index in [60, 61, 62] as [UInt64] {
            let source = Make.packet(index, UInt32(index - 50) * 960)
            let mapped = mapping.map(source)
            let outgoing = try #require(mapped)
            #expect(outgoing.index == index + 50 && outgoing.timestamp == 1_000 + UInt32(index - 50) * 960)
            #expect(!outgoing.startsEpoch)
            let origin = try #require(mapping.origin(of: outgoing.sequenceNumber))
            #expect(origin.index == index && mapping.again(source, from: origin) == outgoing)
        }
        #expect(mapping.nextIndex == 114)
    }

    @Test("never backwards: what should lie before what was sent goes one tick after it")
    func neverBackwards() throws {
        var mapping = mapping()
        let packet = Make.packet(60, 96_000)
        let moves = mapping.place(packet, captured: seconds(0.1), marks: false)
        let mapped = mapping.map(packet)
        #expect(moves && mapped?.timestamp == 1_000 + 9 * 960 + 1)
    }

    @Test("within 40 ms nothing moves; sound that resumes is marked all the same")
    func small() {
        var mapping = mapping()
        let first = mapping.place(Make.packet(60, 9_600), captured: seconds(0.235), marks: false)
        let mapped = mapping.map(Make.packet(60, 9_600))
        #expect(!first && mapped?.startsEpoch == false && mapped?.timestamp == 10_600)
        let second = mapping.place(Make.packet(61, 10_560), captured: nil, marks: true)
        let marked = mapping.map(Make.packet(61, 10_560))
        #expect(!second && marked?.startsEpoch == true && marked?.timestamp == 11_560)
    }

    @Test("a packet that is not the newest changes nothing, nor one that was sent already")
    func notTheNewest() {
        var mapping = mapping()
        let old = mapping.place(Make.packet(59, 8_640), captured: seconds(10), marks: true)
        let mapped = mapping.map(Make.packet(59, 8_640))
        #expect(!old && mapped?.timestamp == 1_000 + 8_640 && mapped?.startsEpoch == false)
    }

    @Test(
        "over many turns and pauses one index is one packet, and what is sent again is the same",
        arguments: 1...20 as ClosedRange<UInt64>)
    func again(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var mapping = StreamMapping(rate: 90_000, firstSequenceNumber: 32_760, firstTimestamp: 0xFFFF_0000)
        var sent: [UInt64: StreamMapping.Outgoing] = [:]
        var time = Make.epoch
        for turn in 0..<30 {
            let source = Make.source(UInt32.random(in: 0..<3, using: &random))
            var index = UInt64.random(in: 0..<1_000_000, using: &random)
            var ticks = UInt32.random(in: 0...UInt32.max, using: &random)
            let first = index
            mapping.begin(source, codec: .h264, with: Make.packet(index, ticks), captured: time)
            var ofTurn: [UInt64: (SourcePacket, StreamMapping.Outgoing)] = [:]
            var missing: [SourcePacket] = []
            for _ in 0..<60 {
                let packet = Make.packet(index, ticks)
                if Int.random(in: 0..<25, using: &random) == 0 {
                    _ = mapping.place(packet, captured: time, marks: Bool.random(using: &random))
                }
                // Some are lost, and come when they have been asked for.
                if index > first, Int.random(in: 0..<6, using: &random) == 0 {
                    missing.append(packet)
                } else {
                    let mapped = mapping.map(packet)
                    ofTurn[index] = (packet, try #require(mapped))
                }
                if let late = missing.first, Bool.random(using: &random) {
                    missing.removeFirst()
                    if let mapped = mapping.map(late) { ofTurn[late.index] = (late, mapped) }
                }
                index += 1
                ticks &+= 3_000
                time = time.advanced(by: .milliseconds(Int.random(in: 0..<10, using: &random) == 0 ? 3_000 : 33))
            }
            for (packet, outgoing) in ofTurn.values {
                #expect(sent.updateValue(outgoing, forKey: outgoing.index) == nil, "turn \(turn): two packets")
                guard let origin = mapping.origin(of: outgoing.sequenceNumber) else { continue }
                #expect(origin.index == packet.index)
                #expect(mapping.again(packet, from: origin) == outgoing)
            }
        }
        #expect(sent.count > 1_500)
    }
}
