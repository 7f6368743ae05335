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

@Suite("Sound")
struct AudioTests {
    /// Points that only send sound, p0 with a picture too.
    private func room(levels: [UInt8?]) throws -> (World, [SimulatedClient]) {
        let world = try World()
        let clients = try levels.indices.map { number in
            var plan = SimulatedClient.Plan()
            plan.camera = number == 0 ? .vp8 : nil
            return try world.join("p\(number)", plan)
        }
        for (client, level) in zip(clients, levels) { client.streams[0].level = level }
        return (world, clients)
    }

    private func onSlots(_ client: SimulatedClient, since start: Instant) -> [UInt8?] {
        (0..<3).map { client.sound($0).publishers(since: start).last }
    }

    @Test("slot 0 is the main picture's, the loudest have the others, and nobody is moved who stays")
    func loudest() throws {
        let (world, clients) = try room(levels: [127, 10, 20, 40, 100])
        let watcher = try world.watch()
        world.run(for: .seconds(2))
        var start = world.now
        world.run(for: .milliseconds(200))
        #expect(watcher.sound(0).publishers(since: start) == [clients[0].number], "even while it is silent")
        #expect(Set(onSlots(watcher, since: start)) == [0, 1, 2])
        let place = try #require((1..<3).first { watcher.sound($0).publishers(since: start).last == 1 })

        let change = world.now
        clients[2].streams[0].level = 120
        clients[3].streams[0].level = 5
        world.run(for: .seconds(1))
        start = world.now
        world.run(for: .milliseconds(200))
        #expect(Set(onSlots(watcher, since: start)) == [0, 1, 3])
        #expect(watcher.sound(place).publishers(since: change) == [1], "a speaker keeps its slot")
    }

    @Test("small differences change nothing")
    func patience() throws {
        let (world, clients) = try room(levels: [127, 20, 21, 22, 23])
        let watcher = try world.watch()
        world.run(for: .seconds(2))
        let before = (1..<3).map { watcher.sound($0).publishers().last }
        var random = SplitMix64(state: 3)
        let start = world.now
        for _ in 0..<50 {
            for client in clients.dropFirst() { client.streams[0].level = UInt8.random(in: 20...23, using: &random) }
            world.run(for: .milliseconds(100))
        }
        #expect((1..<3).map { watcher.sound($0).publishers(since: start) } == before.map { $0.map { [$0] } ?? [] })
    }

    @Test("nobody hears itself, and its place goes to the next")
    func oneself() throws {
        let (world, clients) = try room(levels: [127, 10, 20, 40])
        world.run(for: .seconds(3))
        for client in clients {
            let heard = Set((0..<3).flatMap { client.sound($0).publishers() })
            #expect(heard == Set(clients.map(\.number)).subtracting([client.number]))
        }
    }

    @Test("a single sound section gets the loudest, whoever that is")
    func single() throws {
        let (world, clients) = try room(levels: [127, 10, 60, 70])
        var plan = SimulatedClient.Plan.receiver
        (plan.audioSlots, plan.pictureSlots) = (1, 1)
        let player = try world.join("", plan, role: .observer, route: "whep")
        world.run(for: .seconds(1))
        #expect(player.sound(0).publishers().last == clients[1].number)
        clients[1].streams[0].level = 120
        clients[3].streams[0].level = 8
        world.run(for: .seconds(1))
        #expect(player.sound(0).publishers().last == clients[3].number)
        let packets = player.sound(0).inOrder
        for (packet, next) in zip(packets, packets.dropFirst()) { #expect(next.index == packet.index + 1) }
    }

    @Test("whoever begins to speak is heard within half a second although all slots are taken by silence")
    func silenceBlocksNobody() throws {
        let (world, clients) = try room(levels: [127, 127, 127, 127, 127, 127])
        let watcher = try world.watch()
        world.run(for: .seconds(2))
        for speaker in clients.dropFirst() {
            speaker.streams[0].level = 15
            let start = world.now
            world.run(for: .milliseconds(500))
            #expect(onSlots(watcher, since: start).contains(speaker.number))
            speaker.streams[0].level = 127
            world.run(for: .milliseconds(1_500))
        }
    }

    @Test("a source without levels is judged by the size of its packets, below any that reports speech")
    func sizes() throws {
        let (world, clients) = try room(levels: [127, nil, 90, 90, 90])
        clients[1].streams[0].payloadSize = 30
        let watcher = try world.watch()
        world.run(for: .seconds(4))
        clients[1].streams[0].payloadSize = 140
        world.run(for: .milliseconds(600))
        let start = world.now
        world.run(for: .milliseconds(200))
        #expect(onSlots(watcher, since: start).contains(clients[1].number))
        for client in clients.dropFirst(2) { client.streams[0].level = 20 }
        world.run(for: .milliseconds(600))
        let later = world.now
        world.run(for: .milliseconds(200))
        #expect(!onSlots(watcher, since: later).contains(clients[1].number))
    }

    @Test("the speaker of two seconds gets the main picture when nobody chose one")
    func follows() throws {
        let world = try World()
        let clients = try (0..<3).map { try world.join("p\($0)") }
        let watcher = try world.watch()
        world.run(for: .seconds(2))
        #expect(watcher.mainPicture.publishers().last == clients[0].number, "the first in roster order")
        clients[2].streams[0].level = 10
        world.run(for: .milliseconds(1_500))
        #expect(watcher.mainPicture.publishers().last == clients[0].number)
        world.run(for: .milliseconds(1_500))
        #expect(watcher.mainPicture.publishers().last == clients[2].number)
        clients[2].streams[0].level = 127
        world.run(for: .seconds(3))
        #expect(watcher.mainPicture.publishers().last == clients[2].number, "until somebody else speaks")
    }

    @Test("a level that a receiver gets is the packet's own")
    func levels() throws {
        let (world, _) = try room(levels: [33])
        let watcher = try world.watch()
        world.run(for: .seconds(1))
        #expect(watcher.sound(0).packets.last?.level?.decibelsBelowOverload == 33)
    }
}
