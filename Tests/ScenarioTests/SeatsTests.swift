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

@Suite("Seats")
struct SeatsTests {
    @Test("a second device is told that the point is elsewhere; the first one goes on")
    func elsewhere() throws {
        let world = try World()
        let first = try world.join("p0")
        world.run(for: .seconds(1))
        let second = world.makeClient()
        let response = try world.offer(second, token: try world.token(.point, "p0"))
        #expect(response.status.code == 409 && response.code == "point-elsewhere")
        #expect(response.fields[.retryAfter] == "6")
        let asking = try world.offer(second, token: try world.token(.point, "p0"), fields: ["Diemcau-Takeover": "yes"])
        #expect(asking.status.code == 409, "a point may not ask, unless the room says so")
        world.run(for: .seconds(1))
        #expect(first.isConnected)
        #expect(try world.state("p0") == "present")
    }

    @Test("whoever shows the old binding secret has the seat at once; the loser is told")
    func secret() throws {
        let world = try World()
        let first = try world.join("p0")
        let watcher = try world.watch()
        world.run(for: .seconds(1))
        let second = world.makeClient()
        let response = try world.offer(
            second, token: try world.token(.point, "p0"), fields: ["Diemcau-Binding": first.secret])
        #expect(response.status == .created)
        world.run(for: .seconds(2))
        #expect(first.transport?.state == .closed(.peerClosed))
        #expect(second.isConnected && second.secret == first.secret)
        #expect(watcher.mainPicture.publishers() == [first.number, second.number])
        let stranger = world.makeClient()
        let wrong = try world.offer(
            stranger, token: try world.token(.point, "p0"), fields: ["Diemcau-Binding": String(first.secret.reversed())]
        )
        #expect(wrong.status.code == 409)
    }

    @Test("a seat that was silent for 6 s is free for the next device")
    func silence() throws {
        let world = try World()
        let first = try world.join("p0")
        world.run(for: .seconds(2))
        first.isSilent = true
        world.run(for: .seconds(5))
        let second = world.makeClient()
        #expect(try world.offer(second, token: try world.token(.point, "p0")).status.code == 409)
        world.run(for: .seconds(2))
        #expect(try world.offer(second, token: try world.token(.point, "p0")).status == .created)
        world.run(for: .seconds(1))
        #expect(second.isConnected)
        #expect(try world.roster()["p0"]?.takeovers == 1)
        #expect(try world.state("p0") == "present")
    }

    @Test("a chair may ask for its seat, a point where the room allows it")
    func asked() throws {
        let world = try World(allowsPointTakeover: true)
        let point = try world.join("p0")
        let chair = try world.join("p1", role: .chair)
        world.run(for: .seconds(1))
        for (code, role, old) in [("p0", Role.point, point), ("p1", .chair, chair)] {
            let next = world.makeClient()
            #expect(try world.offer(next, token: try world.token(role, code)).status.code == 409)
            let response = try world.offer(
                next, token: try world.token(role, code), fields: ["Diemcau-Takeover": "yes"])
            #expect(response.status == .created)
            world.run(for: .seconds(1))
            #expect(next.isConnected && old.transport?.state == .closed(.peerClosed))
            #expect(try world.roster()[code]?.takeovers == 1)
        }
    }

    @Test("one pending session per seat: a newer one replaces it")
    func pending() throws {
        let world = try World()
        let first = try world.join("p0")
        first.isSilent = true
        let second = try world.join("p0")
        world.run(for: .seconds(1))
        #expect(second.isConnected)
        #expect(world.counters().endpoints == 1)
    }

    @Test("a client that was killed comes back with its secret and is seen again within a second")
    func back() throws {
        let world = try World()
        let first = try world.join("p0")
        let watcher = try world.watch()
        world.run(for: .seconds(1))
        first.isSilent = true
        let second = world.makeClient()
        try world.offer(second, token: try world.token(.point, "p0"), fields: ["Diemcau-Binding": first.secret])
        let came = world.now
        world.run(for: .seconds(1))
        #expect(watcher.mainPicture.publishers(since: came).contains(second.number))
        let packets = watcher.mainPicture.inOrder
        for (packet, next) in zip(packets, packets.dropFirst()) { #expect(next.index == packet.index + 1) }
    }

    @Test("media follows an address that changes, once a check has come from there", arguments: [0, 1] as [UInt32])
    func address(host: UInt32) throws {
        let world = try World()
        let client = try world.join("p0")
        let other = try world.join("p1")
        world.run(for: .milliseconds(2_300))  // The next check is 700 ms away.
        let strangers = world.counters().strangers
        world.move(client, to: SocketAddress(IPAddress(v4: 0x0A01_0001 + host), port: host == 0 ? 50_001 : 40_000))
        world.run(for: .seconds(2))
        #expect(world.counters().strangers > strangers, "media from an unchecked address is a stranger's")
        world.run(for: .seconds(6))
        #expect(client.isConnected)
        #expect(try world.roster()["p0"]?.path == "udp \(client.address)")
        client.forgetReceived()
        other.forgetReceived()
        world.run(for: .seconds(1))
        #expect(client.mainPicture.publishers() == [other.number])
        #expect(other.mainPicture.publishers() == [client.number])
    }

    @Test("behind a NAT that forgot, the path moves with the first check")
    func port() throws {
        let world = try World()
        let client = try world.join("p0")
        world.run(for: .seconds(2))
        world.move(client, to: SocketAddress(client.address.address, port: 50_001))
        world.run(for: .milliseconds(1_300))
        #expect(try world.roster()["p0"]?.path == "udp \(client.address)")
    }

    @Test("offers are held to a rate, for whoever has a seat; observers may share a token")
    func offerFlood() throws {
        let world = try World(points: 3)
        let token = try world.token(.point, "p1")
        let codes = try (0..<40).map { _ in try world.offer(world.makeClient(), token: token).status.code }
        #expect(codes.prefix(20).allSatisfy { $0 == 201 } && codes.dropFirst(20).allSatisfy { $0 == 429 })
        let refused = try world.offer(world.makeClient(), token: token)
        #expect(refused.code == "too-many-commands" && refused.fields[.retryAfter] == "1")
        try world.join("p2")
        for _ in 0..<25 { _ = try world.watch() }
        world.run(for: .seconds(1))
        #expect(try world.offer(world.makeClient(), token: token).code == "point-elsewhere", "the room is asked again")
    }
}
