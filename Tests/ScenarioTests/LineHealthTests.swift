import Bridge
import Conference
import Signalling
import SimulatedNetwork
import Telemetry
import Testing
import Units

@Suite("Lines under watch")
struct LineHealthTests {
    @Test("without trouble every line is good and its figures are those of what was sent", arguments: [1, 2])
    func figures(loops: Int) throws {
        let watch = try LineWatch(loops: loops)
        try watch.run(3)
        try watch.run(10)
        #expect(watch.isGood)
        let line = try watch.line(0)
        // 50 packets of sound, 30 pictures of two.
        #expect((105...115).contains(try #require(line.up.packets)))
        #expect(line.up.loss == 0 && line.up.lossAfter == 0 && line.up.nack == 0)
        let up = try #require(line.up.kbps)
        #expect((250...400).contains(up), "\(up)")
        #expect((29...32).contains(try #require(line.up.frames)))
        #expect(try #require(line.up.keyframeAge) > 8)
        #expect((29...32).contains(try #require(line.down.frames)))
        #expect(line.down.loss == 0 && line.down.lossAfter == 0)
        let roundTrip = try #require(line.down.rtt)
        #expect((20...35).contains(roundTrip), "10 ms each way, steps of 5: \(roundTrip)")
        #expect(try #require(line.up.jitter) < 6)
        #expect(line.path == "udp \(watch.clients[0].address)" && line.reconnects == 0)
    }

    @Test("loss on the way up makes up poor within 5 s; down and everybody else stay good", arguments: [1, 2])
    func upLink(loops: Int) throws {
        let watch = try LineWatch(loops: loops)
        try watch.run(3)
        let source = watch.clients[1].address
        watch.lose(perMille: 200) { $0.source == source }
        try watch.run(9)
        #expect(watch.ups(1).prefix(5).contains(.poor))
        #expect(watch.ups(1).last == .poor)
        let loss = try #require(try watch.line(1).up.loss)
        #expect((0.1...0.3).contains(loss), "\(loss)")
        let others = watch.downs(1) + watch.ups(0) + watch.downs(0) + watch.ups(2) + watch.downs(2)
        #expect(others.allSatisfy { $0 == .good }, "what p1's line lost is not held against those who watch p1")
    }

    @Test("loss on the way down makes down poor within 5 s; up and everybody else stay good", arguments: [1, 2])
    func downLink(loops: Int) throws {
        let watch = try LineWatch(loops: loops)
        try watch.run(3)
        let destination = watch.clients[0].address
        watch.lose(perMille: 200) { $0.destination == destination }
        try watch.run(9)
        #expect(watch.downs(0).prefix(5).contains(.poor))
        #expect(watch.downs(0).last == .poor)
        let loss = try #require(try watch.line(0).down.loss)
        #expect((0.1...0.3).contains(loss), "\(loss)")
        let others = watch.ups(0) + watch.ups(1) + watch.downs(1) + watch.ups(2) + watch.downs(2)
        #expect(others.allSatisfy { $0 == .good })
    }

    @Test("a line that recovers rises step by step, five good seconds each")
    func recovery() throws {
        let watch = try LineWatch()
        try watch.run(5)
        let source = watch.clients[1].address
        watch.lose(perMille: 250) { $0.source == source }
        try watch.run(6)
        #expect(watch.ups(1).last == .poor)
        watch.world.network.loses = nil
        try watch.run(20)
        let states = watch.ups(1)
        let fair = try #require(states.firstIndex(of: .fair))
        let good = try #require(states.firstIndex(of: .good))
        #expect((5...8).contains(fair) && (10...13).contains(good), "\(fair), \(good)")
        #expect(states[good...].allSatisfy { $0 == .good })
    }

    @Test("a throttled line is poor in the direction that is throttled", arguments: [true, false])
    func throttled(isUp: Bool) throws {
        let watch = try LineWatch()
        try watch.run(3)
        let address = watch.clients[2].address
        let world = watch.world
        // 150 kbit/s, and 50 ms of burst.
        var tokens = 1_000.0
        var filled = world.now
        world.network.loses = { [unowned world] datagram in
            guard (isUp ? datagram.source : datagram.destination) == address else { return false }
            tokens = min(tokens + world.now.since(filled).inSeconds * 150_000 / 8, 1_000)
            filled = world.now
            guard tokens >= Double(datagram.bytes.count) else { return true }
            tokens -= Double(datagram.bytes.count)
            return false
        }
        try watch.run(7)
        let (bad, fine) = isUp ? (watch.ups(2), watch.downs(2)) : (watch.downs(2), watch.ups(2))
        #expect(bad.prefix(5).contains(.poor) && bad.last == .poor)
        #expect(fine.allSatisfy { $0 == .good })
        #expect((watch.ups(0) + watch.downs(0)).allSatisfy { $0 == .good })
    }

    @Test("a device that falls silent is lost after two seconds; one that has left is nothing; the history says so")
    func silence() throws {
        let watch = try LineWatch()
        try watch.run(5)
        watch.clients[2].isSilent = true
        try watch.run(9)
        #expect(watch.ups(2).prefix(4).contains(.lost) && watch.ups(2).last == .lost)
        #expect(watch.downs(2).last == .lost)
        #expect(watch.ups(0).allSatisfy { $0 == .good })
        watch.world.leave(watch.clients[1])
        try watch.run(3)
        let line = try watch.line(1)
        #expect(line.state == .none && line.up == DirectionHealth(state: .none) && line.path == nil)
        let room = try #require(watch.room)
        let history = try #require(watch.monitor.history(of: try watch.point(1), in: room))
        #expect(history.up.kbps.last == .some(nil) && history.up.kbps.contains { $0 ?? 0 > 200 })
        #expect(watch.monitor.history(of: try watch.point(5), in: room) == nil)
        #expect(watch.monitor.series.map(\.point) == ["p0", "p0", "p2", "p2"], "those that are there")
    }

    @Test("an encoder and a player of one point are one line, and coming back is a reconnection")
    func severalResources() throws {
        let watch = try LineWatch(points: 2)
        let (encoder, player) = try watch.joinEncoderAndPlayer()
        try watch.run(6)
        let line = try watch.line(5)
        #expect(line.up.state == .good && line.down.state == .good && line.reconnects == 0)
        #expect(try #require(line.up.packets) > 100 && line.down.rtt != nil)
        watch.world.leave(player)
        try watch.run(2)
        #expect(try watch.line(5).down.state == .none && watch.line(5).up.state == .good)
        try watch.world.join("p5", .receiver, route: "whep", fields: ["Diemcau-Binding": encoder.secret])
        try watch.open(5, of: 5, sends: false, receives: true)
        try watch.run(3)
        #expect(try watch.line(5).down.state == .good && watch.line(5).reconnects == 1)
    }

    @Test("what a client says is shown; what can't be is cut and marked, and changes no state")
    func reports() throws {
        let watch = try LineWatch()
        try watch.run(5)
        let room = try #require(watch.room)
        let honest = ClientReport(fps: 24.5, freezes: 2, rtt: 35, lossUp: 0, kbpsUp: 320, limitedBy: .cpu)
        watch.monitor.take(honest, from: try watch.point(0), in: room, at: watch.world.now)
        #expect(try watch.line(0).client == ClientHealth(report: honest, marked: false))
        #expect(try watch.line(0).down.fps == 24.5 && watch.line(0).down.freezes == 2)

        let forged: [ClientReport] = [
            ClientReport(fps: 1_000), ClientReport(fps: -1), ClientReport(lossUp: 1.5), ClientReport(lossDown: -0.1),
            ClientReport(kbpsUp: 10_000), ClientReport(kbpsDown: 1e300), ClientReport(rtt: .infinity),
            ClientReport(jitter: .nan), ClientReport(freezes: 1e9),
        ]
        for report in forged {
            watch.monitor.take(report, from: try watch.point(0), in: room, at: watch.world.now)
            let client = try #require(try watch.line(0).client)
            #expect(client.marked, "\(report)")
            for value in [client.report.fps, client.report.kbpsUp, client.report.kbpsDown, client.report.freezes] {
                #expect((0...5_000).contains(value ?? 0))
            }
            for value in [client.report.lossUp, client.report.lossDown] { #expect((0...1).contains(value ?? 0)) }
            #expect(client.report.rtt == nil && client.report.jitter == nil)
        }
        #expect(try watch.line(0).down.freezes == nil, "a marked report is not mixed with our own figures")
        try watch.run(3)
        #expect(watch.isGood)
        try watch.run(10)
        #expect(try watch.line(0).client == nil, "an old report is not shown for ever")
    }

    @Test("switched off, nothing is measured and nothing shown; switched on again, everything is")
    func off() throws {
        let watch = try LineWatch(points: 2)
        watch.monitor.isOn = false
        watch.world.order(.telemetry(false))
        try watch.run(3)
        #expect(try watch.line(0).state == .none && watch.monitor.series.isEmpty && watch.monitor.deadline == nil)
        let last = try #require(watch.activity.first { $0.number == 1 }?.counters)
        #expect(last.down.reports == 0 && last.up.frames == 0 && last.packetsReceived > 100)
        watch.monitor.isOn = true
        watch.world.order(.telemetry(true))
        try watch.run(4)
        #expect(try watch.line(0).up.state == .good && watch.line(0).down.rtt != nil)
        #expect(watch.monitor.series.count == 4)
    }
}
