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

@Suite("Join and leave")
struct JoinAndLeaveTests {
    @Test("two points join, see and hear each other, and leave")
    func twoPoints() throws {
        let world = try World()
        let first = try world.join("p0")
        #expect(try world.state("p0") == "connecting")
        let second = try world.join("p1")
        #expect(world.run(until: { first.isConnected && second.isConnected }, limit: .seconds(2)))
        for client in [first, second] { client.streams[0].level = 20 }
        world.run(for: .seconds(2))

        #expect(try world.state("p0") == "present")
        let line = try #require(try world.roster()["p1"])
        #expect(line.media.audio && line.media.video && line.media.codec == "vp8" && line.media.layers == 1)
        #expect(line.path == "udp \(second.address)")
        #expect(first.mainPicture.publishers() == [second.number])
        #expect(second.mainPicture.publishers() == [first.number])
        #expect(first.sound(0).publishers() == [second.number])
        #expect(second.sound(0).publishers() == [first.number])
        #expect(first.sound(1).packets.isEmpty, "nobody else is there")
        #expect(first.mainPicture.packets.first?.mark?.isKeyframeStart == true)
        #expect(first.mainPicture.packets.count > 80 && first.sound(0).packets.count > 80)
        #expect(first.lastEstimate == .megabits(2), "REMB says the room's uplink limit")

        let response = try world.delete(first, token: try world.token(.point, "p0"))
        #expect(response.status == .ok)
        #expect(try world.delete(first, token: try world.token(.point, "p0")).status == .notFound)
        world.run(for: .seconds(1))
        #expect(first.transport?.state == .closed(.peerClosed), "DELETE brings a close_notify")
        let gone = try #require(try world.roster()["p0"])
        #expect(gone.state == "absent" && gone.departure == "deleted")
        second.forgetReceived()
        world.run(for: .seconds(1))
        #expect(second.received > 0 && second.mainPicture.packets.isEmpty && second.sound(0).packets.isEmpty)
        #expect(world.droppedByOutbox == 0)
    }

    @Test("the client's close_notify is leaving")
    func closeNotify() throws {
        let world = try World()
        let client = try world.join("p0")
        world.run(for: .seconds(1))
        world.leave(client)
        world.run(for: .milliseconds(100))
        let line = try #require(try world.roster()["p0"])
        #expect(line.state == "absent" && line.departure == "closed")
        #expect(world.counters().endpoints == 0)
    }

    @Test("silent after 6 s, back with the next packet, absent after 30 s")
    func silence() throws {
        let world = try World()
        let client = try world.join("p0")
        world.run(for: .seconds(2))
        client.isSilent = true
        world.run(for: .milliseconds(5_500))
        #expect(try world.state("p0") == "present")
        world.run(for: .milliseconds(1_700))
        #expect(try world.state("p0") == "silent")
        world.run(for: .seconds(22))
        #expect(try world.state("p0") == "silent")
        world.run(for: .seconds(2))
        let line = try #require(try world.roster()["p0"])
        #expect(line.state == "absent" && line.departure == "absent")
        #expect(world.counters().endpoints == 0)
    }

    @Test("whoever sends no check is dropped after 15 s")
    func withoutICE() throws {
        let world = try World()
        let client = try world.join("p0")
        client.isSilent = true
        world.run(for: .milliseconds(14_900))
        #expect(try world.state("p0") == "connecting")
        world.run(for: .milliseconds(200))
        let line = try #require(try world.roster()["p0"])
        #expect(line.state == "expected" && line.departure == "ice-timeout")
        #expect(world.counters().endpoints == 0)
    }

    @Test("whoever does not finish DTLS is dropped 10 s after its first check")
    func withoutDTLS() throws {
        let world = try World()
        _ = try world.join("p0")
        world.network.loses = { (20...63).contains($0.bytes[0]) }
        world.run(for: .milliseconds(9_900))
        #expect(try world.state("p0") == "connecting")
        world.run(for: .milliseconds(300))
        let line = try #require(try world.roster()["p0"])
        #expect(line.state == "expected" && line.departure == "dtls-timeout")
    }

    @Test("a receiver is not refused because nobody sends, and gets what comes later")
    func receiverFirst() throws {
        let world = try World()
        let watcher = try world.watch()
        world.run(for: .seconds(1))
        #expect(watcher.isConnected && watcher.mainPicture.packets.isEmpty)
        let point = try world.join("p3")
        world.run(for: .seconds(1))
        #expect(watcher.mainPicture.publishers() == [point.number])
        #expect(point.mainPicture.packets.isEmpty && point.sound(0).packets.isEmpty, "nobody sees or hears itself")
    }

    @Test("an encoder of WHIP and a player of WHEP share one seat, and the player does not see its own picture")
    func encoderAndPlayer() throws {
        let world = try World()
        let encoder = try world.join("p0", .sender, route: "whip")
        let player = try world.join("p0", .receiver, route: "whep")
        let other = try world.join("p1")
        world.run(for: .seconds(2))
        #expect(player.mainPicture.publishers() == [other.number])
        #expect(player.sound(0).publishers() == [other.number])
        #expect(other.mainPicture.publishers() == [encoder.number])
    }

    @Test("a wrong certificate is refused")
    func wrongCertificate() throws {
        let world = try World()
        let client = world.makeClient()
        let offer = try client.makeOffer()
        let mine = world.clientContext.certificate.sha256Fingerprint
        let forged = offer.replacingOccurrences(of: mine, with: String(mine.reversed()))
        let response = try world.request(
            "POST", "/v1/rooms/r/media", token: try world.token(.point, "p0"),
            fields: ["Content-Type": "application/sdp"], body: forged)
        try #require(response.status == .created)
        try client.accept(String(decoding: response.body, as: UTF8.self), at: world.now)
        world.run(for: .seconds(1))
        let line = try #require(try world.roster()["p0"])
        #expect(line.state == "expected" && line.departure == "failed")
        #expect(world.counters().endpoints == 0 && world.counters().packetsForwarded == 0)
    }
}
