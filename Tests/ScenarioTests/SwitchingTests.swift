import Bridge
import Conference
import Foundation
import HTTP1
import HTTPTypes
import ICE
import OpenSSL
import RTP
import SDP
import SimulatedNetwork
import Testing
import Transport
import Units

@Suite("Switching")
struct SwitchingTests {
    /// Three publishers whose clocks have nothing in common, each with another form of VP8 descriptor.
    private func publishers(in world: World) throws -> [SimulatedClient] {
        let offsets: [Duration] = [.seconds(5), .seconds(-90), .seconds(3_600)]
        let drifts = [0, 50e-6, -80e-6]
        return try (0..<3).map { number in
            try world.join("p\(number)", .sender) { client in
                client.clockOffset = offsets[number]
                client.drift = drifts[number]
                client.form = DescriptorForm.allCases[number]
                client.sendsMid = number != 1
            }
        }
    }

    /// Switches 50 times and gives back the receiver.
    private func switching(seed: UInt64, times: Int = 50) throws -> (World, SimulatedClient) {
        let world = try World(seed: seed)
        _ = try publishers(in: world)
        let watcher = try world.watch()
        world.run(for: .milliseconds(1_500))
        var random = SplitMix64(state: seed)
        var shown = 0
        for _ in 0..<times {
            shown = (shown + 1 + Int.random(in: 0..<2, using: &random)) % 3
            try world.show(["p\(shown)"])
            world.run(for: .milliseconds(1_050 + Int.random(in: 0..<200, using: &random)))
        }
        return (world, watcher)
    }

    @Test("fifty changes of the picture are one endless stream", arguments: [1, 2] as [UInt64])
    func oneStream(seed: UInt64) throws {
        let (_, watcher) = try switching(seed: seed)
        let packets = watcher.mainPicture.inOrder
        #expect(watcher.mainPicture.publishers().count >= 50)
        for (packet, next) in zip(packets, packets.dropFirst()) {
            #expect(next.index == packet.index + 1, "no gap and no repeat")
            let step = Int32(bitPattern: next.timestamp &- packet.timestamp)
            #expect(step >= 0 && step < 90_000, "never backwards, never far")
            #expect(next.payloadType == packet.payloadType)
            let isNewPicture = next.mark?.isFrameStart == true
            #expect(isNewPicture == (step > 0))
            let pictures = ((next.descriptor?.pictureID ?? 0) &- (packet.descriptor?.pictureID ?? 0)) & 0x7FFF
            let bases = (next.descriptor?.baseLayerIndex ?? 0) &- (packet.descriptor?.baseLayerIndex ?? 0)
            #expect(pictures == (isNewPicture ? 1 : 0))
            #expect(bases == (isNewPicture ? 1 : 0))
            if packet.mark?.publisher != next.mark?.publisher { #expect(next.mark?.isKeyframeStart == true) }
        }
    }

    @Test("every descriptor leaves in the canonical form")
    func canonical() throws {
        let (_, watcher) = try switching(seed: 3, times: 6)
        let forms = Set(watcher.mainPicture.packets.map(\.descriptorBytes.count))
        #expect(forms == [6])
        for packet in watcher.mainPicture.packets {
            let bytes = packet.descriptorBytes
            #expect(bytes[0] & 0xC0 == 0x80 && bytes[1] == 0xF0 && bytes[2] & 0x80 == 0x80)
        }
    }

    @Test("sound goes on without a gap, begins with a marker, and belongs to the main picture")
    func sound() throws {
        let (_, watcher) = try switching(seed: 4, times: 12)
        let slot = watcher.sound(0)
        let packets = slot.inOrder
        #expect(slot.publishers() == watcher.mainPicture.publishers())
        #expect(slot.cname == watcher.mainPicture.cname && !slot.cname.isEmpty)
        #expect(watcher.sound(1).cname != slot.cname)
        for (packet, next) in zip(packets, packets.dropFirst()) {
            #expect(next.index == packet.index + 1)
            #expect(Int32(bitPattern: next.timestamp &- packet.timestamp) > 0)
            #expect(next.marker == (next.mark?.publisher != packet.mark?.publisher))
        }
    }

    @Test("sound and picture stay within 40 ms of each other", arguments: [5, 6] as [UInt64])
    func lipSync(seed: UInt64) throws {
        let (_, watcher) = try switching(seed: seed)
        var worst = Duration.zero
        var compared = 0
        var since: (publisher: UInt8?, at: Instant) = (nil, .zero)
        let sounds = watcher.sound(0).packets
        var place = 0
        for picture in watcher.mainPicture.packets {
            guard let mark = picture.mark else { continue }
            if since.publisher != mark.publisher { since = (mark.publisher, picture.at) }
            // A report goes out at once: 50 ms after the change it is there.
            guard picture.at.since(since.at) >= .milliseconds(50) else { continue }
            while place + 1 < sounds.count, sounds[place + 1].at <= picture.at { place += 1 }
            let sound = sounds[place]
            guard let other = sound.mark, other.publisher == mark.publisher,
                let shown = watcher.mainPicture.presentation(of: picture, now: picture.at),
                let heard = watcher.sound(0).presentation(of: sound, now: picture.at)
            else { continue }
            let skew = (shown - heard) - mark.captured.since(other.captured)
            worst = max(worst, skew < .zero ? .zero - skew : skew)
            compared += 1
        }
        #expect(compared > 1_000)
        #expect(worst < .milliseconds(40), "worst \(worst)")
    }

    @Test("the old source goes on until the new one's keyframe; without one the switch waits")
    func waits() throws {
        let world = try World()
        let clients = try publishers(in: world)
        let watcher = try world.watch()
        world.run(for: .seconds(1))
        try world.show(["p0"])
        world.run(for: .seconds(1))
        world.network.loses = { datagram in
            // p1 never hears that a keyframe is wanted.
            datagram.destination == clients[1].address && datagram.bytes[0] >= 128
        }
        try world.show(["p1"])
        let asked = world.now
        world.run(for: .seconds(5))
        #expect(watcher.mainPicture.publishers(since: asked) == [clients[0].number])
        world.network.loses = nil
        clients[1].streams[1].wantsKeyframe = true
        world.run(for: .milliseconds(200))
        #expect(watcher.mainPicture.publishers(since: asked) == [clients[0].number, clients[1].number])
    }

    @Test("when the shown source leaves, the next one is shown, and the stream goes on")
    func leaves() throws {
        let world = try World()
        let clients = try publishers(in: world)
        let watcher = try world.watch()
        try world.show(["p0", "p1"])
        world.run(for: .seconds(2))
        world.leave(clients[0])
        world.run(for: .seconds(1))
        #expect(watcher.mainPicture.publishers().suffix(2) == [clients[0].number, clients[1].number])
        let packets = watcher.mainPicture.inOrder
        for (packet, next) in zip(packets, packets.dropFirst()) { #expect(next.index == packet.index + 1) }
    }

    @Test("a sender whose numbers leap makes no leap on the slots, on its own loop or another", arguments: [1, 2])
    func leaps(loops: Int) throws {
        let world = try World(loops: loops)
        let client = try world.join("p0", .sender)
        let watcher = try world.watch()
        world.run(for: .seconds(2))
        for _ in 0..<3 {
            for index in client.streams.indices { client.streams[index].nextIndex += 20_000 }
            world.run(for: .seconds(2))
        }
        for slot in [watcher.mainPicture, watcher.sound(0)] {
            let packets = slot.inOrder
            #expect(packets.count > 350 && (packets.last?.index ?? 0) < 40_000)
            for (packet, next) in zip(packets, packets.dropFirst()) { #expect(next.index == packet.index + 1) }
        }
    }

    @Test("VP8 and H.264 take turns on a slot, each under its payload type; who can't decode gets the next")
    func codecs() throws {
        let world = try World()
        var plan = SimulatedClient.Plan.sender
        let first = try world.join("p0", plan)
        plan.camera = .h264
        let second = try world.join("p1", plan)
        let both = try world.watch()
        plan = .receiver
        plan.received = [.vp8]
        let old = try world.watch(plan)
        world.run(for: .seconds(1))
        for number in 0..<10 {
            try world.show(["p\(number % 2)"])
            world.run(for: .milliseconds(1_100))
        }
        #expect(both.mainPicture.publishers().count >= 10)
        #expect(old.mainPicture.publishers() == [first.number])
        let packets = both.mainPicture.inOrder
        for packet in packets {
            #expect(packet.payloadType == (packet.mark?.publisher == second.number ? 108 : 96))
        }
        for (packet, next) in zip(packets, packets.dropFirst()) {
            #expect(next.index == packet.index + 1)
            #expect(Int32(bitPattern: next.timestamp &- packet.timestamp) >= 0)
        }
    }
}
