import Bridge
import Conference
import SimulatedNetwork
import Testing
import Transport
import Units

@Suite("The end of indexes")
struct ExhaustionTests {
    private static let end: UInt64 = 1 << 48

    /// Why media loops closed resources.
    private final class Closings {
        var reasons: [MediaTransport.CloseReason] = []

        init(in world: World) {
            world.onEvent = { [self] event in
                if case .closed(_, let reason) = event { reasons.append(reason) }
            }
        }
    }

    @Test("a slot that has used its 2^48 indexes ends the session, and none is used again")
    func packets() throws {
        let world = try World()
        let closings = Closings(in: world)
        _ = try world.join("p0", .sender)
        let other = try world.watch()
        world.wire.isOn = true
        world.alter = { description in
            for index in description.slots.indices { description.slots[index].firstIndex = Self.end - 200 }
        }
        let watcher = try world.watch()
        world.run(until: { !closings.reasons.isEmpty }, limit: .seconds(20))
        #expect(closings.reasons == [.keysExhausted])
        world.run(for: .seconds(1))
        #expect(watcher.transport?.state == .closed(.peerClosed), "the client is told")
        #expect(other.isConnected, "the others stay")
        #expect(closings.reasons == [.keysExhausted])
        let sent = world.wire.packets.keys.filter { $0.receiver == watcher.address }
        let bySource = Dictionary(grouping: sent, by: \.ssrc).mapValues(\.count)
        #expect(bySource.values.max() == 200)
        #expect(world.wire.violations == [])
    }

    @Test("so does the last of the 2^31 indexes of reports")
    func reports() throws {
        let world = try World()
        let closings = Closings(in: world)
        _ = try world.join("p0", .sender)
        let other = try world.watch()
        world.alter = { $0.firstRTCPIndex = 1 << 31 - 5 }
        let watcher = try world.watch()
        world.run(until: { !closings.reasons.isEmpty }, limit: .seconds(20))
        #expect(closings.reasons == [.keysExhausted])
        world.run(for: .seconds(1))
        #expect(watcher.transport?.state == .closed(.peerClosed))
        #expect(other.isConnected)
    }
}
