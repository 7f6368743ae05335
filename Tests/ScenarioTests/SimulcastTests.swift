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

@Suite("Simulcast")
struct SimulcastTests {
    private func plan(_ layers: [String]) -> SimulatedClient.Plan {
        var plan = SimulatedClient.Plan.sender
        plan.layers = layers
        return plan
    }

    private func receiver(in world: World) throws -> SimulatedClient {
        var plan = SimulatedClient.Plan.receiver
        plan.pictureSlots = 3
        return try world.watch(plan)
    }

    @Test(
        "the main picture is the highest layer, small ones are the lowest",
        arguments: [["q", "f"], ["q", "h", "f"], ["f", "h", "q"]])
    func choice(layers: [String]) throws {
        let world = try World()
        let first = try world.join("p0", plan(layers))
        let second = try world.join("p1", plan(layers))
        let watcher = try receiver(in: world)
        try world.show(["p0", "p1"])
        world.run(for: .seconds(2))
        let start = world.now
        world.run(for: .seconds(1))
        #expect(watcher.mainPicture.publishers(since: start) == [first.number])
        #expect(watcher.mainPicture.layers(since: start) == [UInt8(layers.count - 1)])
        #expect(watcher.picture(1).publishers(since: start) == [second.number])
        #expect(watcher.picture(1).layers(since: start) == [0])
        #expect(watcher.picture(2).packets.isEmpty)
        #expect(try world.roster()["p0"]?.media.layers == layers.count)
    }

    @Test("a layer that falls silent is left at a keyframe of the next lower one, and taken again when it is back")
    func silence() throws {
        let world = try World()
        let client = try world.join("p0", plan(["q", "h", "f"]))
        let watcher = try receiver(in: world)
        world.run(for: .seconds(3))
        #expect(watcher.mainPicture.layers(since: world.now.advanced(by: .milliseconds(-500))) == [2])
        let top = try #require(client.streams.firstIndex { $0.layer == 2 })
        client.streams[top].isPaused = true
        world.run(for: .milliseconds(900))
        let start = world.now
        world.run(for: .milliseconds(500))
        #expect(watcher.mainPicture.layers(since: start) == [1])
        client.streams[top].isPaused = false
        world.run(for: .milliseconds(1_500))
        let later = world.now
        world.run(for: .milliseconds(500))
        #expect(watcher.mainPicture.layers(since: later) == [2])
        let packets = watcher.mainPicture.inOrder
        for (packet, next) in zip(packets, packets.dropFirst()) {
            #expect(next.index == packet.index + 1)
            #expect(Int32(bitPattern: next.timestamp &- packet.timestamp) >= 0)
            if next.mark?.layer != packet.mark?.layer { #expect(next.mark?.isKeyframeStart == true) }
        }
    }

    @Test("layers are kept by SSRC when mid and rid stop, and repaired by their RTX streams")
    func extensionsStop() throws {
        let world = try World(seed: 4)
        let client = try world.join("p0", plan(["q", "h", "f"]))
        let watcher = try receiver(in: world)
        world.run(for: .seconds(2))
        for index in client.streams.indices { client.streams[index].elements = [] }
        watcher.forgetReceived()
        world.network.set(lossPerMille: 50)
        world.run(for: .seconds(4))
        world.network.set(lossPerMille: 0)
        world.run(for: .seconds(1))
        let slot = watcher.mainPicture
        #expect(slot.layers(since: .zero) == [2])
        let indexes = Set(slot.packets.map(\.index))
        #expect(indexes.count == Int((indexes.max() ?? 0) - (indexes.min() ?? 0)) + 1)
        #expect(client.resendsAnswered > 0)
    }

    @Test("a camera with one layer that pauses for a second goes on without a new keyframe")
    func still() throws {
        let world = try World()
        let client = try world.join("p0", .sender)
        let watcher = try receiver(in: world)
        world.run(for: .seconds(2))
        let keyframes = client.streams[1].keyframes
        client.streams[1].interval = .milliseconds(1_500)
        world.run(for: .seconds(6))
        let start = world.now
        world.run(for: .seconds(3))
        #expect(client.streams[1].keyframes == keyframes)
        #expect(watcher.mainPicture.publishers(since: start) == [client.number])
        #expect(try world.roster()["p0"]?.media.video == true)
    }

    @Test("a picture that has not come for six seconds has gone")
    func gone() throws {
        let world = try World()
        let client = try world.join("p0", .sender)
        let other = try world.join("p1", .sender)
        let watcher = try receiver(in: world)
        try world.show(["p0"])
        world.run(for: .seconds(2))
        #expect(watcher.mainPicture.publishers().last == client.number)
        client.streams[1].isPaused = true
        world.run(for: .seconds(7))
        #expect(watcher.mainPicture.publishers().last == other.number)
        #expect(try world.roster()["p0"]?.media.video == false)
        client.streams[1].isPaused = false
        client.streams[1].wantsKeyframe = true
        world.run(for: .seconds(2))
        #expect(watcher.mainPicture.publishers().last == client.number)
    }
}
