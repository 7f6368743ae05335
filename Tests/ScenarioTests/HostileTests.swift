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

@Suite("Hostile input")
struct HostileTests {
    /// A connected room, a check of its client as it went over the wire, and its SRTP packets.
    private func room(seed: UInt64) throws -> (
        World, SimulatedClient, SimulatedClient, check: Datagram, media: [Datagram]
    ) {
        let world = try World(seed: seed)
        let client = try world.join("p0")
        let other = try world.join("p1")
        final class Seen {
            var check: Datagram?
            var media: [Datagram] = []
        }
        let seen = Seen()
        world.run(for: .seconds(2))
        world.network.tap = { datagram in
            guard datagram.source == client.address else { return }
            if datagram.bytes[0] < 4 { seen.check = datagram }
            if datagram.bytes[0] >= 128, !(192...223).contains(datagram.bytes[1]) { seen.media.append(datagram) }
        }
        world.run(for: .milliseconds(1_200))
        world.network.tap = nil
        // What is under way arrives.
        world.run(for: .milliseconds(20))
        return (world, client, other, try #require(seen.check), seen.media)
    }

    /// Media goes on in both directions, and a valid check is answered.
    private func expectUnharmed(
        _ world: World, _ client: SimulatedClient, _ other: SimulatedClient, _ check: Datagram
    ) {
        #expect(world.inject(check) == 1, "a valid check is answered")
        client.forgetReceived()
        other.forgetReceived()
        world.run(for: .seconds(1))
        #expect(client.mainPicture.packets.count > 50 && other.mainPicture.packets.count > 50)
        let packets = other.mainPicture.inOrder
        for (packet, next) in zip(packets, packets.dropFirst()) { #expect(next.index == packet.index + 1) }
    }

    @Test("a stranger's 20,000 random datagrams are counted and not answered", arguments: [1, 2] as [UInt64])
    func stranger(seed: UInt64) throws {
        let (world, client, other, check, _) = try room(seed: seed)
        #expect(world.inject(check) == 1)
        var random = SplitMix64(state: seed)
        let before = world.counters().strangers
        var answered = 0
        let address = SocketAddress(IPAddress(v4: 0xCB00_7107), port: 6_666)
        for _ in 0..<20_000 {
            var bytes = random.bytes(Int.random(in: 0...80, using: &random))
            // A third of them look like STUN, with its cookie where it belongs.
            if bytes.count >= 8, bytes[0] % 3 == 0 {
                bytes.replaceSubrange(0..<8, with: [0, 1, 0, 8, 0x21, 0x12, 0xA4, 0x42])
            }
            answered += world.inject(Datagram(source: address, destination: world.addresses[0], bytes: bytes))
        }
        #expect(answered == 0)
        #expect(world.counters().strangers - before == 20_000)
        expectUnharmed(world, client, other, check)
    }

    @Test("checks with a wrong password, from anywhere, are counted and not answered")
    func forgedChecks() throws {
        let (world, client, other, check, _) = try room(seed: 3)
        let before = world.counters().refused.badCheck
        var answered = 0
        for place in check.bytes.indices {
            var forged = check
            forged.bytes[place] ^= 0x55
            forged.source = SocketAddress(IPAddress(v4: 0xCB00_7107), port: 6_666)
            answered += world.inject(forged)
        }
        #expect(answered == 0)
        #expect(world.counters().refused.badCheck + world.counters().strangers - before == UInt64(check.bytes.count))
        expectUnharmed(world, client, other, check)
    }

    @Test("10,000 packets with bad tags into a live session change nothing")
    func badTags() throws {
        let (world, client, other, check, media) = try room(seed: 4)
        let template = try #require(media.last)
        var random = SplitMix64(state: 4)
        let before = world.counters().refused
        var answered = 0
        for _ in 0..<10_000 {
            var forged = template
            // Numbers ahead of the newest: a rollover counter that moved before authentication would be lost.
            let number = UInt16(template.bytes[2]) << 8 | UInt16(template.bytes[3])
            let next = number &+ 200 &+ UInt16.random(in: 0..<32_000, using: &random)
            forged.bytes[2] = UInt8(next >> 8)
            forged.bytes[3] = UInt8(next & 0xFF)
            forged.bytes[forged.bytes.count - 1] ^= UInt8.random(in: 1...255, using: &random)
            answered += world.inject(forged)
        }
        #expect(answered == 0)
        #expect(world.counters().refused.badTag - before.badTag == 10_000)
        #expect(world.counters().refused.all - before.all == 10_000)
        expectUnharmed(world, client, other, check)
    }

    @Test("replayed packets are counted and reach nobody")
    func replays() throws {
        let (world, client, other, check, media) = try room(seed: 5)
        let before = world.counters()
        var sent: UInt64 = 0
        for datagram in media {
            #expect(world.inject(datagram) == 0)
            sent += 1
        }
        #expect(sent > 50)
        #expect(world.counters().refused.replayed - before.refused.replayed == sent)
        #expect(world.counters().packetsForwarded == before.packetsForwarded)
        expectUnharmed(world, client, other, check)
    }

    @Test("valid packets from an address that no check came from are a stranger's")
    func uncheckedAddress() throws {
        let (world, client, other, check, media) = try room(seed: 6)
        let before = world.counters()
        for datagram in media {
            var moved = datagram
            moved.source = SocketAddress(IPAddress(v4: 0xCB00_7107), port: 6_666)
            #expect(world.inject(moved) == 0)
        }
        #expect(world.counters().strangers - before.strangers == UInt64(media.count))
        expectUnharmed(world, client, other, check)
    }

    @Test("random bytes from a client's own address end nothing", arguments: 1...4 as ClosedRange<UInt64>)
    func fromWithin(seed: UInt64) throws {
        let (world, client, other, check, _) = try room(seed: seed)
        var random = SplitMix64(state: seed)
        for _ in 0..<5_000 {
            let bytes = random.bytes(Int.random(in: 0...200, using: &random))
            // DTLS alerts in the clear are left out: their effect is OpenSSL's to judge.
            if let first = bytes.first, (20...63).contains(first) { continue }
            world.inject(Datagram(source: client.address, destination: world.addresses[0], bytes: bytes))
        }
        expectUnharmed(world, client, other, check)
    }

    @Test("half-open handshakes by the hundred are dropped, and nobody else notices")
    func halfOpen() throws {
        let world = try World(points: 220)
        let client = try world.join("p0")
        let other = try world.join("p1")
        for number in 2..<202 { try world.join("p\(number)").isSilent = true }
        #expect(world.counters().endpoints == 202)
        world.run(for: .seconds(16))
        #expect(world.counters().endpoints == 2)
        #expect(client.isConnected && other.isConnected)
    }
}
