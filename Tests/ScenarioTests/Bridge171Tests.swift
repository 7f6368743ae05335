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

@Suite("A room of 171 points")
struct Bridge171Tests {
    @Test("171 points join, three are on the programme, everybody gets all of it")
    func everybody() throws {
        let world = try World(points: 171, loops: 2, program: ["p0", "p1", "p2"], delay: .milliseconds(5))
        var bridge = SimulatedClient.Plan()
        bridge.pictureSlots = 3
        bridge.layers = ["q", "f"]
        var commune = bridge
        commune.camera = nil
        let clients = try (0..<171).map { try world.join("p\($0)", $0 < 3 ? bridge : commune) }
        for (index, client) in clients.enumerated() where index >= 3 {
            // Sound of 168 microphones would be most of the test's time.
            client.streams[0].interval = .milliseconds(100)
        }
        #expect(world.run(until: { clients.allSatisfy(\.isConnected) }, limit: .seconds(1)))
        #expect(try world.roster().values.filter { $0.state == "present" || $0.state == "connecting" }.count == 171)
        world.run(for: .seconds(2))
        for client in clients { client.forgetReceived() }
        world.run(for: .seconds(1))
        for (index, client) in clients.enumerated() {
            let main = index == 0 ? 1 : 0
            #expect(client.mainPicture.publishers() == [UInt8(main)], "p\(index)")
            #expect(client.mainPicture.layers(since: .zero) == [1])
            #expect(client.mainPicture.packets.count >= 55)
            let small = Set((1..<3).flatMap { client.picture($0).publishers() })
            #expect(small == Set([0, 1, 2]).subtracting([UInt8(main), UInt8(truncatingIfNeeded: index)]), "p\(index)")
            #expect(client.sound(0).publishers() == [UInt8(main)])
        }
        #expect(world.droppedByOutbox == 0)
        #expect(world.counters(0).crossingsDropped + world.counters(1).crossingsDropped == 0)
        #expect(world.counters(0).connected + world.counters(1).connected == 171)
        #expect(try world.roster().values.allSatisfy { $0.state == "present" })
    }
}
