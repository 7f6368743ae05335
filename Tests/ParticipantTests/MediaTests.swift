import RTP
import SDP
import Testing
import Transport
import Units
import Wire

@testable import Participant

@Suite("Media of a session")
struct MediaTests {
    /// The start of a VP8 keyframe behind the shortest descriptor, then a number.
    private func picture(_ number: UInt8, isKeyframe: Bool) -> [UInt8] {
        [0x10, isKeyframe ? 0x50 : 0x51, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01, number]
    }

    @Test("Sound and picture go to the server with mid, rid and level, and count in its reports", arguments: [1, 2])
    func sending(layerCount: Int) throws {
        let layers = layerCount == 1 ? [] : ["h", "q"]
        let bed = try TestBed { $0.layers = layers }
        try bed.join()
        #expect(bed.session.state == .connected)
        var tick: UInt32 = 0
        bed.run(.seconds(2)) { _ in
            tick += 1
            guard tick % 20 == 0 else { return }
            let sound = OutgoingPacket(.microphone, timestamp: tick * 48, level: 30, isVoice: true)
            bed.send(sound, [1, 2, 3])
            for layer in 0..<layerCount {
                let image = OutgoingPacket(.camera, layer: layer, timestamp: tick * 90, marker: true)
                bed.send(image, picture(UInt8(layer), isKeyframe: true))
            }
        }
        bed.run(.milliseconds(20))
        #expect(bed.server.packets.count == 100 * (1 + layerCount))
        let ids = RTP.ExtensionIDs(mid: 4, rid: 10, repairedRid: 11, audioLevel: 1)
        var names: Set<String> = []
        for packet in bed.server.packets {
            let header = try RTPHeader(parsing: packet.span.bytes)
            let values = ExtensionValues(of: header, in: packet.span.bytes, ids: ids)
            let mid = String(decoding: packet[try #require(values.mid)], as: UTF8.self)
            let rid = values.rid.map { String(decoding: packet[$0], as: UTF8.self) } ?? "-"
            names.insert("\(mid) \(rid) \(header.payloadType)")
            if mid == "0" { #expect(values.audioLevel == AudioLevel(isVoice: true, decibelsBelowOverload: 30)) }
        }
        #expect(names == (layerCount == 1 ? ["0 - 111", "1 - 96"] : ["0 - 111", "1 h 96", "1 q 96"]))
        try checkReports(bed, streams: 1 + layerCount)
    }

    /// Sender reports of all streams lie on one clock.
    private func checkReports(_ bed: TestBed, streams: Int) throws {
        var reported: Set<SSRC> = []
        for control in bed.server.controls {
            var reader = RTCPReader()
            while let packet = try reader.next(in: control.span.bytes) {
                if case .senderReport(let report) = packet { reported.insert(report.ssrc) }
            }
        }
        #expect(reported.count == streams)
        try checkClocks(bed)
        let names = try names(in: bed.server.controls)
        #expect(names.count == 1)
    }

    /// By the sender reports, the first packets of all streams were captured at one time: 20 ms after the start.
    private func checkClocks(_ bed: TestBed) throws {
        var times: [SSRC: NTPTime] = [:]
        for control in bed.server.controls {
            var reader = RTCPReader()
            while let packet = try reader.next(in: control.span.bytes) {
                guard case .senderReport(let report) = packet else { continue }
                let first = try bed.server.packets.lazy.compactMap { packet in
                    let header = try RTPHeader(parsing: packet.span.bytes)
                    return header.ssrc == report.ssrc ? header : nil
                }.first
                let header = try #require(first)
                let rate: Double = header.payloadType == 111 ? 48_000 : 90_000
                let ticks = Double(report.info.rtpTimestamp &- header.timestamp)
                times[report.ssrc] = report.info.ntp.advanced(by: .seconds(-ticks / rate))
            }
        }
        let sorted = times.values.sorted()
        let earliest = try #require(sorted.first)
        let latest = try #require(sorted.last)
        #expect(latest.since(earliest) <= .milliseconds(1))
    }

    private func names(in controls: [[UInt8]]) throws -> Set<String> {
        var names: Set<String> = []
        for control in controls {
            var reader = RTCPReader()
            while let packet = try reader.next(in: control.span.bytes) {
                guard case .sourceDescription(var description) = packet else { continue }
                while let name = try description.next(in: control.span.bytes) {
                    names.insert(String(decoding: control[name.text], as: UTF8.self))
                }
            }
        }
        return names
    }

    @Test("What the server misses is sent again as RTX, with the lost packet's number and payload")
    func resending() throws {
        let bed = try TestBed { $0.layers = ["h", "q"] }
        try bed.join()
        for number in 0..<10 {
            let packet = OutgoingPacket(.camera, layer: 1, timestamp: UInt32(number) * 3_000, marker: true)
            bed.send(packet, picture(UInt8(number), isKeyframe: false))
        }
        bed.run(.milliseconds(30))
        let fourth = bed.server.packets[4]
        let lost = try RTPHeader(parsing: fourth.span.bytes)
        bed.server.packets = []
        let neverSent = lost.sequenceNumber.advanced(by: 500)
        try bed.server.send([
            .nack([lost.sequenceNumber, neverSent], of: lost.ssrc), .pictureLoss(of: lost.ssrc),
        ])
        bed.run(.milliseconds(40))
        let packet = try #require(bed.server.packets.first)
        #expect(bed.server.packets.count == 1)
        let header = try RTPHeader(parsing: packet.span.bytes)
        let found = RTXPayload(of: header, in: packet.span.bytes)
        let repair = try #require(found)
        #expect(header.payloadType == 97)
        #expect(header.ssrc != lost.ssrc)
        #expect(header.timestamp == lost.timestamp)
        #expect(repair.originalSequenceNumber == lost.sequenceNumber)
        #expect(Array(packet[repair.payload]) == picture(4, isKeyframe: false))
        let ids = RTP.ExtensionIDs(mid: 4, rid: 10, repairedRid: 11)
        let values = ExtensionValues(of: header, in: packet.span.bytes, ids: ids)
        #expect(String(decoding: packet[try #require(values.repairedRid)], as: UTF8.self) == "q")
        #expect(bed.notices.contains { $0.wantedLayers == 0b10 })
        #expect(bed.session.status().traffic.packetsResent == 1)
    }

    @Test(
        "Over a line that loses a tenth both ways every picture packet comes in the end, whole and once",
        arguments: [3, 4, 5], [UInt64(100), 65_400])
    func repair(seed: UInt64, first: UInt64) throws {
        let bed = try TestBed(seed: seed)
        try bed.join()
        #expect(bed.session.state == .connected)
        bed.lossPerMille = 100
        let main = try bed.server.section(.video, slot: 0)
        let sender = SlotSender(bed.server, main, firstIndex: first)
        var tick = 0
        bed.run(.seconds(5)) { _ in
            tick += 1
            guard tick % 5 == 0 else { return }
            sender.send(picture(UInt8(truncatingIfNeeded: sender.count), isKeyframe: sender.count % 100 == 0))
            sender.answerRequests()
        }
        // Whoever is lost at the very end is noticed by what follows.
        bed.lossPerMille = 0
        sender.send(picture(UInt8(truncatingIfNeeded: sender.count), isKeyframe: false))
        bed.run(.seconds(2)) { _ in sender.answerRequests() }
        let packets = bed.received.filter { $0.packet.slot == .picture(0) }
        let numbers = packets.map(\.packet.sequenceNumber)
        #expect(Set(numbers).count == numbers.count)
        #expect(Set(numbers) == sender.numbers)
        for (packet, payload) in packets {
            #expect(payload == sender.payloads[packet.sequenceNumber])
            #expect(packet.payloadType == 96)
            #expect(packet.ssrc == main.ssrc)
        }
        let status = try #require(bed.session.status().slots.first { $0.slot == .picture(0) })
        #expect(status.repaired > 50)
        #expect(status.lost == 0)
        #expect(status.packets == UInt64(sender.count))
    }

    @Test("A stream that begins in the middle of a picture is asked for a keyframe until one comes")
    func keyframeRequests() throws {
        let bed = try TestBed()
        try bed.join()
        bed.server.controls = []
        let sender = SlotSender(bed.server, try bed.server.section(.video, slot: 1), firstIndex: 7)
        var tick = 0
        bed.run(.milliseconds(1_200)) { _ in
            tick += 1
            if tick % 20 == 0 { sender.send(picture(0, isKeyframe: false)) }
        }
        #expect(try losses(in: bed) == 3)
        sender.send(picture(0, isKeyframe: true))
        bed.run(.milliseconds(30))
        bed.server.controls = []
        bed.run(.seconds(2))
        #expect(try losses(in: bed) == 0)
        #expect(bed.received.last?.packet.startsKeyframe == true)
        #expect(bed.received.last?.packet.slot == .picture(1))
    }

    private func losses(in bed: TestBed) throws -> Int {
        var count = 0
        for control in bed.server.controls {
            var reader = RTCPReader()
            while let packet = try reader.next(in: control.span.bytes) {
                if case .pictureLoss = packet { count += 1 }
            }
        }
        return count
    }

    @Test("A sender report of a slot is passed on")
    func senderReports() throws {
        let bed = try TestBed()
        try bed.join()
        let slot = try bed.server.section(.audio, slot: 2)
        let time = NTPTime(unixNanoseconds: 1_790_000_000_123_456_789)
        let info = SenderInfo(ntp: time, rtpTimestamp: 77, packetCount: 1, octetCount: 2)
        try bed.server.send([.senderReport(slot.ssrc, info)])
        bed.run(.milliseconds(30))
        let place = try #require(bed.session.slots.firstIndex(of: .audio(2)))
        #expect(bed.notices == [ControlNotice(reportedSlots: 1 << UInt64(place))])
        #expect(bed.session.senderReport(place) == SlotClock(ntp: time, timestamp: 77))
    }

    @Test("Lost sound is counted, and nobody is asked for it")
    func lostSound() throws {
        let bed = try TestBed()
        try bed.join()
        let slot = try bed.server.section(.audio, slot: 0)
        for number in 0..<100 where number % 10 != 5 {
            let header = RTPHeader(
                marker: false, payloadType: slot.codecs[0].payloadType,
                sequenceNumber: SequenceNumber(rawValue: UInt16(number)), timestamp: UInt32(number) * 960,
                ssrc: slot.ssrc)
            bed.server.send(header, payload: [8, UInt8(number)], index: UInt64(number))
        }
        bed.run(.seconds(1))
        let status = try #require(bed.session.status().slots.first { $0.slot == .audio(0) })
        #expect(status.packets == 90)
        #expect(status.lost == 10)
        #expect(bed.received.count == 90)
        // Counters outlive the connection.
        bed.server.transport?.close(at: bed.now, into: &bed.server.outbox)
        bed.run(.milliseconds(50))
        #expect(bed.session.state == .waiting)
        #expect(bed.session.status().slots.first { $0.slot == .audio(0) }?.lost == 10)
    }

    @Test("Random bytes and altered packets change nothing", arguments: 0..<3)
    func hostile(seed: UInt64) throws {
        let bed = try TestBed(seed: seed)
        try bed.join()
        var random = SeededRandom(seed)
        let path = NetworkPath(remote: bed.server.address, local: SocketAddress(.loopback, port: 40_000))
        for _ in 0..<2_000 {
            var bytes = (0..<Int(random.next() % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if !bytes.isEmpty, random.next() % 2 == 0 { bytes[0] = bytes[0] & 0x3F | 0x80 }
            var span = bytes.mutableSpan
            var raw = span.mutableBytes
            let input = bed.session.receive(&raw, on: path, at: bed.now, random: &bed.random, into: &bed.outbox)
            #expect(input == .nothing)
        }
        let isSilent = bed.outbox.isEmpty
        #expect(isSilent)
        bed.run(.seconds(2))
        #expect(bed.session.state == .connected)
    }
}

/// Sends pictures on one slot of the server's and answers requests for lost ones.
private final class SlotSender {
    private let server: TestServer
    private let slot: ReceivingSection
    private var next: UInt64
    private var nextRepair: UInt64 = 20
    private var answered = 0
    private(set) var payloads: [SequenceNumber: [UInt8]] = [:]
    private var indexes: [SequenceNumber: UInt64] = [:]

    init(_ server: TestServer, _ slot: ReceivingSection, firstIndex: UInt64) {
        self.server = server
        self.slot = slot
        next = firstIndex
    }

    var count: Int { payloads.count }
    var numbers: Set<SequenceNumber> { Set(payloads.keys) }

    func send(_ payload: [UInt8]) {
        let number = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: next))
        payloads[number] = payload
        indexes[number] = next
        server.send(header(number, type: slot.codecs[0].payloadType, slot.ssrc), payload: payload, index: next)
        next += 1
    }

    func answerRequests() {
        for control in server.controls.dropFirst(answered) {
            var reader = RTCPReader()
            while let packet = try? reader.next(in: control.span.bytes) {
                guard case .nack(let nack) = packet, nack.media == slot.ssrc else { continue }
                for index in 0..<nack.entryCount {
                    guard let entry = try? nack.entry(index, in: control.span.bytes) else { continue }
                    for lost in entry { resend(lost) }
                }
            }
        }
        answered = server.controls.count
    }

    private func resend(_ lost: SequenceNumber) {
        guard let payload = payloads[lost], let type = slot.codecs[0].resendingPayloadType,
            let ssrc = slot.resendingSSRC
        else { return }
        let number = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: nextRepair))
        let original = [UInt8(truncatingIfNeeded: lost.rawValue >> 8), UInt8(truncatingIfNeeded: lost.rawValue)]
        server.send(header(number, type: type, ssrc), prefix: original, payload: payload, index: nextRepair)
        nextRepair += 1
    }

    private func header(_ number: SequenceNumber, type: UInt8, _ ssrc: SSRC) -> RTPHeader {
        RTPHeader(marker: true, payloadType: type, sequenceNumber: number, timestamp: 5, ssrc: ssrc)
    }
}
