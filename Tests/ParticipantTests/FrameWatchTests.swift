import RTP
import SDP
import Testing
import Units

@testable import Participant

@Suite("Whole pictures and freezes")
struct FrameWatchTests {
    /// Pictures of some packets each, with running numbers and timestamps.
    private struct Source {
        var number: SequenceNumber
        var timestamp: UInt32 = 0xFFFF_F000
        var sendsMarkers = true

        init(_ first: UInt16 = 0) { number = SequenceNumber(rawValue: first) }

        struct Packet {
            var number: SequenceNumber
            var timestamp: UInt32
            var marker: Bool
            var startsKeyframe: Bool
        }

        mutating func picture(packets: Int = 3, isKeyframe: Bool = false) -> [Packet] {
            defer {
                number = number.advanced(by: packets)
                timestamp &+= 3_600
            }
            return (0..<packets).map {
                Packet(
                    number: number.advanced(by: $0), timestamp: timestamp, marker: sendsMarkers && $0 == packets - 1,
                    startsKeyframe: isKeyframe && $0 == 0)
            }
        }
    }

    private func pass(_ packets: [Source.Packet], to watch: inout FrameWatch, at milliseconds: Int) {
        let now = Instant.zero.advanced(by: .milliseconds(milliseconds))
        for packet in packets {
            watch.receive(
                packet.number, timestamp: packet.timestamp, marker: packet.marker,
                startsKeyframe: packet.startsKeyframe, isPadding: false, at: now)
        }
    }

    @Test(
        "pictures count when they are whole, around every wrap", arguments: [0, 32_760, 65_500, 65_535] as [UInt16])
    func counts(first: UInt16) {
        var source = Source(first)
        var watch = FrameWatch()
        pass(source.picture(), to: &watch, at: 0)
        #expect(watch.frames == 0, "nothing can be shown before a keyframe")
        for index in 0..<2_000 { pass(source.picture(isKeyframe: index == 0), to: &watch, at: 40 + index * 40) }
        #expect(watch.frames == 2_000 && watch.freezes == 0)
        pass(Array(source.picture().dropLast()), to: &watch, at: 80_040)
        #expect(watch.frames == 2_000, "its end is missing")
    }

    @Test("without markers a picture ends where the next one's timestamp begins")
    func withoutMarkers() {
        var source = Source()
        source.sendsMarkers = false
        var watch = FrameWatch()
        for index in 0..<50 { pass(source.picture(isKeyframe: index == 0), to: &watch, at: index * 40) }
        #expect(watch.frames == 49)
    }

    @Test("packets that overtook each other are none lost", arguments: 1...20 as ClosedRange<UInt64>)
    func reordered(seed: UInt64) {
        var random = SeededRandom(seed)
        var source = Source(65_400)
        var watch = FrameWatch()
        for index in 0..<200 {
            let packets = source.picture(packets: 5, isKeyframe: index == 0).shuffled(using: &random)
            pass(packets, to: &watch, at: index * 40)
        }
        #expect(watch.frames == 200 && watch.freezes == 0)
    }

    @Test("a lost packet holds up what follows until it is sent again")
    func repaired() {
        var source = Source(65_530)
        var watch = FrameWatch()
        for index in 0..<30 { pass(source.picture(isKeyframe: index == 0), to: &watch, at: index * 40) }
        let holed = source.picture()
        pass([holed[0], holed[2]], to: &watch, at: 1_200)
        for index in 31..<36 { pass(source.picture(), to: &watch, at: index * 40) }
        #expect(watch.frames == 30)
        pass([holed[1]], to: &watch, at: 1_440)
        #expect(watch.frames == 36)
        #expect(watch.freezes == 1, "280 ms without a picture, where 40 are usual")
    }

    @Test("what never comes is skipped with the next keyframe that is whole")
    func skipped() {
        var source = Source(65_500)
        var watch = FrameWatch()
        for index in 0..<30 { pass(source.picture(isKeyframe: index == 0), to: &watch, at: index * 40) }
        pass(Array(source.picture().dropFirst()), to: &watch, at: 1_200)
        for index in 31..<50 { pass(source.picture(), to: &watch, at: index * 40) }
        #expect(watch.frames == 30)
        let keyframe = source.picture(packets: 20, isKeyframe: true)
        pass(Array(keyframe.dropLast()), to: &watch, at: 2_000)
        #expect(watch.frames == 30, "not whole yet")
        pass([keyframe[19]], to: &watch, at: 2_010)
        #expect(watch.frames == 31 && watch.freezes == 1)
        pass(source.picture(), to: &watch, at: 2_050)
        #expect(watch.frames == 32)
    }

    @Test("after more than can be remembered it begins anew with a keyframe", arguments: [600, 5_000, 40_000])
    func longGap(lost: Int) {
        var source = Source(1_000)
        var watch = FrameWatch()
        pass(source.picture(isKeyframe: true), to: &watch, at: 0)
        _ = source.picture(packets: lost)
        pass(source.picture(), to: &watch, at: 40)
        #expect(watch.frames == 1)
        for index in 0..<10 { pass(source.picture(isKeyframe: index == 0), to: &watch, at: 80 + 40 * index) }
        #expect(watch.frames == 11)
    }

    @Test(
        "a freeze is a pause of three times the usual one, and of 150 ms more than it",
        arguments: [(40, 189, 0), (40, 190, 1), (100, 299, 0), (100, 300, 1), (200, 599, 0), (200, 600, 1)])
    func threshold(usual: Int, pause: Int, freezes: UInt64) {
        var source = Source()
        var watch = FrameWatch()
        for index in 0..<40 { pass(source.picture(isKeyframe: index == 0), to: &watch, at: index * usual) }
        pass(source.picture(), to: &watch, at: 39 * usual + pause)
        #expect(watch.freezes == freezes)
    }

    @Test("no freeze is told before there is a usual pause, nor after the slot was empty")
    func pauses() {
        var source = Source()
        var watch = FrameWatch()
        for index in 0..<5 { pass(source.picture(isKeyframe: index == 0), to: &watch, at: index * 40) }
        pass(source.picture(), to: &watch, at: 2_000)
        #expect(watch.freezes == 0, "four pauses are no habit")
        for index in 0..<40 { pass(source.picture(), to: &watch, at: 2_040 + index * 40) }
        watch.pause()
        for index in 0..<40 { pass(source.picture(), to: &watch, at: 20_000 + index * 40) }
        #expect(watch.freezes == 0)
        pass(source.picture(), to: &watch, at: 30_000)
        #expect(watch.freezes == 1, "the control: the same pause without an empty slot")
    }

    @Test("whatever comes, no more pictures are counted than came", arguments: 1...50 as ClosedRange<UInt64>)
    func anything(seed: UInt64) {
        var random = SeededRandom(seed)
        var watch = FrameWatch()
        var now = Instant.zero
        for step in 1...3_000 {
            now = now.advanced(by: .milliseconds(Int64(random.next() % 100)))
            let number = random.next() % 9 == 0 ? random.next() : UInt64(step)
            watch.receive(
                SequenceNumber(rawValue: UInt16(truncatingIfNeeded: number)),
                timestamp: UInt32(truncatingIfNeeded: random.next() % 3 == 0 ? random.next() : UInt64(step / 3)),
                marker: random.next() % 3 == 0, startsKeyframe: random.next() % 20 == 0,
                isPadding: random.next() % 10 == 0, at: now)
            #expect(watch.frames <= UInt64(step) && watch.freezes <= watch.frames)
        }
    }

    @Test("a session counts the pictures of its main slot alone, over all its connections")
    func session() throws {
        let bed = try TestBed()
        try bed.join()
        let main = try bed.server.section(.video, slot: 0)
        let other = try bed.server.section(.video, slot: 1)
        var tick = 0
        bed.run(.seconds(3)) { _ in
            tick += 1
            // 25 pictures a second, and none for half a second.
            guard tick % 40 == 1, !(1_500..<2_000).contains(tick) else { return }
            for section in [main, other] { send(UInt64(tick / 40), section, on: bed) }
        }
        bed.run(.milliseconds(50))
        let slots = bed.session.status().slots
        let status = try #require(slots.first { $0.slot == .picture(0) })
        #expect(status.frames == status.packets && status.frames > 55)
        #expect(status.freezes == 1)
        #expect(slots.first { $0.slot == .picture(1) }?.packets == status.packets, "the other slot had the same")
        #expect(slots.allSatisfy { $0.slot == .picture(0) || ($0.frames == 0 && $0.freezes == 0) })
    }

    /// One picture in one packet; numbers run on, as the server's do.
    private func send(_ place: UInt64, _ section: ReceivingSection, on bed: TestBed) {
        let index = 100 + sent(section.ssrc, on: bed)
        let header = RTPHeader(
            marker: true, payloadType: section.codecs[0].payloadType,
            sequenceNumber: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: index)),
            timestamp: UInt32(place) * 3_600, ssrc: section.ssrc)
        let isKeyframe = index == 100
        bed.server.send(
            header, payload: [0x10, isKeyframe ? 0x50 : 0x51, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01, 0],
            index: index)
    }

    /// Packets of a slot that have come.
    private func sent(_ ssrc: SSRC, on bed: TestBed) -> UInt64 { UInt64(bed.received.count { $0.packet.ssrc == ssrc }) }
}
