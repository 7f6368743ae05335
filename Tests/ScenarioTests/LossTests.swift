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

@Suite("Loss")
struct LossTests {
    /// Every packet of the picture, from the first to the last that came, is there.
    private func missing(_ slot: ReceivedSlot) -> Int {
        let indexes = Set(slot.packets.map(\.index))
        guard let first = indexes.min(), let last = indexes.max() else { return -1 }
        return Int(last - first + 1) - indexes.count
    }

    @Test(
        "loss both ways is repaired by RTX, on the way in and on the way out",
        arguments: [(30, 1), (30, 2), (100, 3), (100, 4)] as [(UInt64, UInt64)])
    func repairs(perMille: UInt64, seed: UInt64) throws {
        let world = try World(seed: seed)
        let sender = try world.join("p0", .sender)
        let watcher = try world.watch()
        world.wire.isOn = true
        world.run(for: .seconds(1))
        world.network.set(lossPerMille: perMille)
        world.run(for: .seconds(10))
        world.network.set(lossPerMille: 0)
        world.run(for: .seconds(2))
        #expect(watcher.mainPicture.packets.count > 600)
        #expect(missing(watcher.mainPicture) == 0)
        #expect(watcher.mainPicture.hasRepairs)
        #expect(sender.resendsAnswered > 0)
        let counts = watcher.mainPicture.inOrder.compactMap { $0.mark?.count }
        for (count, next) in zip(counts, counts.dropFirst()) { #expect(next == count || next == count + 1) }
        #expect(world.wire.violations == [])
        #expect(world.counters().packetsResent > 0)
        #expect(world.droppedByOutbox == 0)
    }

    @Test("without RTX the very same SRTP packet comes again, bit for bit", arguments: [30, 100] as [UInt64])
    func samePacket(perMille: UInt64) throws {
        let world = try World(seed: 9)
        var plan = SimulatedClient.Plan.sender
        plan.resends = false
        _ = try world.join("p0", plan)
        plan = .receiver
        plan.resends = false
        let watcher = try world.watch(plan)
        world.wire.isOn = true
        world.run(for: .seconds(1))
        world.network.set(lossPerMille: perMille)
        world.run(for: .seconds(10))
        world.network.set(lossPerMille: 0)
        world.run(for: .seconds(2))
        #expect(missing(watcher.mainPicture) == 0)
        #expect(world.wire.repeats > 10)
        #expect(world.wire.violations == [])
        #expect(!watcher.mainPicture.hasRepairs)
    }

    @Test("packets that overtake each other arrive as they are, and nothing is asked for again")
    func reordering() throws {
        let world = try World(seed: 5)
        let sender = try world.join("p0", .sender)
        let watcher = try world.watch()
        world.run(for: .seconds(1))
        watcher.forgetReceived()
        world.network.set(jitter: .milliseconds(8))
        world.run(for: .seconds(5))
        #expect(missing(watcher.mainPicture) == 0)
        #expect(watcher.mainPicture.packets.map(\.index) != watcher.mainPicture.inOrder.map(\.index))
        #expect(sender.resendsAnswered == 0)
    }

    @Test("losing sound does not make the server chatter")
    func soundLoss() throws {
        let world = try World(seed: 6)
        var plan = SimulatedClient.Plan.sender
        plan.camera = nil
        let sender = try world.join("p0", plan)
        world.run(for: .seconds(1))
        var lost = 0
        world.network.loses = { datagram in
            guard datagram.source == sender.address, datagram.bytes[0] >= 128, lost < 3 else { return false }
            lost += 1
            return true
        }
        world.run(for: .milliseconds(200))
        world.network.loses = nil
        let before = world.serverDatagrams
        world.run(for: .seconds(5))
        #expect(world.serverDatagrams - before < 30, "reports and answers to checks, each once a second")
    }

    @Test("a receiver that asks for everything again gets what the allowance lets through")
    func allowance() throws {
        let world = try World(seed: 7)
        _ = try world.join("p0", .sender)
        let watcher = try world.watch()
        world.run(for: .seconds(2))
        let before = world.counters().packetsResent
        for _ in 0..<200 {
            guard let index = watcher.slots.firstIndex(where: \.isPicture) else { break }
            watcher.slots[index].nacks = .init()
            watcher.slots[index].nacks.receive(
                .init(rawValue: UInt16(truncatingIfNeeded: watcher.slots[index].highest &- 100)), at: .zero)
            watcher.slots[index].nacks.receive(
                .init(rawValue: UInt16(truncatingIfNeeded: watcher.slots[index].highest &- 1)), at: .zero)
            world.run(for: .milliseconds(5))
        }
        let resent = world.counters().packetsResent - before
        #expect(resent > 400 && resent <= 1_500, "\(resent) in a second")
    }
}
