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

@Suite("Handshake over loss")
struct DTLSLossTests {
    private final class Counter {
        var datagrams = 0
    }

    private func isHandshake(_ datagram: Datagram) -> Bool { (20...63).contains(datagram.bytes.first ?? 0) }

    @Test("each single datagram of the handshake, lost once, is sent again by our own timer", arguments: 0..<8)
    func eachOnce(lost: Int) throws {
        let world = try World()
        let counter = Counter()
        world.network.loses = { datagram in
            guard isHandshake(datagram) else { return false }
            defer { counter.datagrams += 1 }
            return counter.datagrams == lost
        }
        let client = try world.join("p0")
        let other = try world.watch()
        other.isSilent = true
        let began = world.now
        #expect(world.run(until: { client.isConnected && world.counters().connected == 1 }, limit: .seconds(1)))
        // 20 ms a round trip for the check and two for the handshake; once 100 ms until a flight is sent again.
        #expect(world.now.since(began) < .milliseconds(250), "\(world.now.since(began))")
        #expect(counter.datagrams >= 4)
    }

    @Test("a handshake takes as many datagrams as the test above loses, or fewer")
    func control() throws {
        let world = try World()
        let counter = Counter()
        world.network.tap = { datagram in if isHandshake(datagram) { counter.datagrams += 1 } }
        let client = try world.join("p0")
        world.run(for: .seconds(1))
        #expect(client.isConnected)
        #expect((4...8).contains(counter.datagrams), "\(counter.datagrams)")
    }

    @Test("both sides get through a line that loses a third of everything", arguments: 1...8 as ClosedRange<UInt64>)
    func heavyLoss(seed: UInt64) throws {
        let world = try World(seed: seed)
        world.network.set(lossPerMille: 333)
        let client = try world.join("p0")
        #expect(world.run(until: { client.isConnected && world.counters().connected == 1 }, limit: .seconds(8)))
    }
}
