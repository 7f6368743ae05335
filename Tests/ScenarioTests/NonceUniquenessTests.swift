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

@Suite("Nonce uniqueness")
struct NonceUniquenessTests {
    @Test(
        "over loss, switches, resends, restarts and rejoining no index of a key ever protects two packets",
        arguments: 1...4 as ClosedRange<UInt64>)
    func neverTwice(seed: UInt64) throws {
        let world = try World(loops: seed % 2 == 0 ? 2 : 1, seed: seed)
        var random = SplitMix64(state: seed)
        world.wire.isOn = true
        world.network.set(jitter: .milliseconds(15), lossPerMille: 60)
        var publishers = try (0..<4).map { number in
            try world.join("p\(number)") { client in
                client.form = DescriptorForm.allCases[number % 3]
                client.plan.resends = number != 2
            }
        }
        var plan = SimulatedClient.Plan.receiver
        plan.pictureSlots = 3
        let watchers = [try world.watch(plan), try world.watch()]
        plan.resends = false
        let plain = try world.watch(plan)
        for _ in 0..<40 {
            let someone = Int.random(in: 0..<4, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0...2: try world.show(["p\(someone)", "p\((someone + 1) % 4)"])
            case 3:
                for index in publishers[someone].streams.indices {
                    publishers[someone].streams[index].isPaused.toggle()
                    // Some go on where they stopped, and are put on their slots' lines anew.
                    let runs = someone % 2 == 0 || !publishers[someone].streams[index].isPaused
                    publishers[someone].streams[index].setClock(runs: runs, at: world.now)
                }
            case 4:
                let fragment = "a=ice-ufrag:new\(seed)x\r\na=ice-pwd:0123456789abcdef01234567\r\n"
                let response = try world.request(
                    "PATCH", world.path(of: publishers[someone]), token: try world.token(.point, "p\(someone)"),
                    fields: ["Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"], body: fragment)
                #expect([200, 412].contains(response.status.code))
            default:
                world.leave(publishers[someone])
                world.run(for: .milliseconds(50))
                if try world.state("p\(someone)") != "absent" {
                    _ = try world.delete(publishers[someone], token: try world.token(.point, "p\(someone)"))
                }
                publishers[someone] = try world.join("p\(someone)")
            }
            world.run(for: .milliseconds(300))
        }
        #expect(world.wire.violations == [])
        #expect(world.wire.packets.count > 5_000)
        #expect(world.wire.repeats > 0)
        #expect(plain.mainPicture.packets.count > 100 && watchers[0].picture(1).packets.count > 100)
    }

    @Test("a planted second content is found, and a repeat of the same bits is none")
    func planted() {
        let log = WireLog()
        log.isOn = true
        let address = SocketAddress(.loopback, port: 9)
        let bytes: [UInt8] = [0x80, 96, 0, 1] + [UInt8](repeating: 0, count: 20)
        log.note(Datagram(source: address, destination: address, bytes: bytes))
        log.note(Datagram(source: address, destination: address, bytes: bytes))
        #expect(log.violations == [] && log.repeats == 1)
        log.note(Datagram(source: address, destination: address, bytes: bytes.dropLast() + [1]))
        #expect(log.violations.count == 1)
    }
}
