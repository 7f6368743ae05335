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

@Suite("Two loops")
struct TwoLoopsTests {
    private func room(seed: UInt64 = 1) throws -> (World, [SimulatedClient]) {
        let world = try World(loops: 2, seed: seed)
        let clients = try (0..<4).map { number in
            try world.join("p\(number)") { $0.form = DescriptorForm.allCases[number % 3] }
        }
        for (client, level) in zip(clients, [10, 20, 30, 40] as [UInt8]) { client.streams[0].level = level }
        return (world, clients)
    }

    @Test("a room spans loops: pictures and sound cross, once per loop")
    func crosses() throws {
        let (world, clients) = try room()
        world.run(for: .seconds(2))
        #expect(world.counters(0).endpoints == 2 && world.counters(1).endpoints == 2)
        try world.show(["p0"])
        world.run(for: .seconds(2))
        let start = world.now
        world.run(for: .seconds(1))
        for client in clients.dropFirst() {
            #expect(client.mainPicture.publishers(since: start) == [clients[0].number])
            #expect(client.sound(0).publishers(since: start) == [clients[0].number])
            let packets = client.mainPicture.inOrder
            for (packet, next) in zip(packets, packets.dropFirst()) { #expect(next.index == packet.index + 1) }
        }
        let heard = Set((0..<3).flatMap { clients[1].sound($0).publishers(since: start) })
        #expect(heard == [0, 2, 3])
        #expect(world.counters(0).crossingsDropped == 0 && world.counters(1).crossingsDropped == 0)
    }

    @Test("keyframe requests cross")
    func keyframes() throws {
        let (world, clients) = try room()
        try world.show(["p0"])
        world.run(for: .seconds(4))
        let before = clients[0].streams[1].keyframes
        let index = try #require(clients[1].slots.firstIndex { $0.isPicture })
        clients[1].slots[index].wantsKeyframe = true
        world.run(for: .milliseconds(300))
        #expect(clients[0].streams[1].keyframes == before + 1)
    }

    @Test("lip sync and repair hold on the other loop too")
    func clock() throws {
        let world = try World(loops: 2, seed: 3)
        let sender = try world.join("p0", .sender) { $0.clockOffset = .seconds(-500) }
        let watcher = try world.watch()
        #expect(world.counters(1).endpoints == 1)
        world.run(for: .seconds(3))
        world.network.set(lossPerMille: 50)
        world.run(for: .seconds(5))
        world.network.set(lossPerMille: 0)
        world.run(for: .seconds(1))
        let picture = try #require(watcher.mainPicture.packets.last)
        let sound = try #require(watcher.sound(0).packets.last)
        let shown = try #require(watcher.mainPicture.presentation(of: picture, now: world.now))
        let heard = try #require(watcher.sound(0).presentation(of: sound, now: world.now))
        let captured = (try #require(picture.mark), try #require(sound.mark))
        let skew = (shown - heard) - captured.0.captured.since(captured.1.captured)
        #expect(skew < .milliseconds(5) && skew > .milliseconds(-5), "\(skew)")
        let indexes = Set(watcher.mainPicture.packets.map(\.index))
        #expect(indexes.count == Int((indexes.max() ?? 0) - (indexes.min() ?? 0)) + 1)
        #expect(sender.resendsAnswered > 0)
    }

    @Test("a loop that takes nothing costs bounded memory; what is dropped is counted, and the picture comes back")
    func bound() throws {
        let (world, clients) = try room()
        try world.show(["p0"])
        clients[0].streams[1].packetsPerFrame = 12
        clients[0].streams[1].payloadSize = 1_100
        world.run(for: .seconds(2))
        world.holdsMessages = true
        world.run(for: .seconds(5))
        #expect(world.counters(0).crossingsDropped > 100)
        world.holdsMessages = false
        world.run(for: .seconds(4))
        let start = world.now
        world.run(for: .seconds(1))
        #expect(clients[1].mainPicture.publishers(since: start) == [clients[0].number])
        let dropped = world.counters(0).crossingsDropped
        world.run(for: .seconds(1))
        #expect(world.counters(0).crossingsDropped == dropped)
    }

    @Test("nothing crosses to a loop where nobody watches")
    func interest() throws {
        let world = try World(loops: 2)
        _ = try world.join("p0", .sender)
        let watcher = try world.watch()
        world.run(for: .seconds(2))
        let forwarded = world.counters(1).packetsForwarded
        #expect(forwarded > 50)
        world.leave(watcher)
        world.run(for: .seconds(1))
        #expect(world.planes[0].takeMessages().isEmpty)
        world.holdsMessages = true
        world.run(for: .seconds(1))
        let crossing = world.planes[0].takeMessages().filter { if case .packets = $0.message { true } else { false } }
        #expect(crossing.isEmpty)
    }
}
