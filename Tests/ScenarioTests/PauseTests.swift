import Bridge
import Conference
import RTP
import SimulatedNetwork
import Testing
import Units

@Suite("Pauses")
struct PauseTests {
    /// What a sender's RTP clock does while nothing is sent.
    enum Clock: CaseIterable {
        case runs
        /// Sender reports go on meanwhile.
        case standsStill
        case standsStillUnreported
    }

    /// Ten seconds between three and five of a point that is watched, in which some of its streams pause.
    private func pausing(
        _ indexes: [Int], _ clock: Clock, loops: Int = 1
    ) throws -> (watcher: SimulatedClient, from: Instant, to: Instant) {
        let world = try World(loops: loops)
        let client = try world.join("p0", .sender) { client in
            client.clockOffset = .seconds(-30)
            client.drift = 50e-6
        }
        let watcher = try world.watch()
        world.wire.isOn = true
        try world.show(["p0"])
        world.run(for: .seconds(3))
        let from = world.now
        for index in indexes {
            client.streams[index].isPaused = true
            client.streams[index].setClock(runs: clock == .runs, at: world.now)
            client.streams[index].reports = clock != .standsStillUnreported
        }
        world.run(for: .seconds(10))
        let to = world.now
        for index in indexes {
            client.streams[index].isPaused = false
            client.streams[index].setClock(runs: true, at: world.now)
            client.streams[index].reports = true
        }
        world.run(for: .seconds(5))
        #expect(world.wire.violations == [] && world.wire.packets.count > 300)
        return (watcher, from, to)
    }

    /// How far sound and picture drift apart at most for a receiver that goes by the reports, from `start` on.
    private func worstSkew(_ watcher: SimulatedClient, since start: Instant) -> (skew: Duration, compared: Int) {
        let sounds = watcher.sound(0).packets.filter { $0.mark != nil }
        var worst = Duration.zero
        var compared = 0
        var place = 0
        for picture in watcher.mainPicture.packets where picture.at >= start {
            while place + 1 < sounds.count, sounds[place + 1].at <= picture.at { place += 1 }
            guard let mark = picture.mark, let other = sounds[place].mark,
                let shown = watcher.mainPicture.presentation(of: picture, now: picture.at),
                let heard = watcher.sound(0).presentation(of: sounds[place], now: picture.at)
            else { continue }
            let skew = (shown - heard) - mark.captured.since(other.captured)
            worst = max(worst, skew < .zero ? .zero - skew : skew)
            compared += 1
        }
        return (worst, compared)
    }

    /// How far a stream's timestamps are off its line of before, from `start` on.
    private func offLine(_ slot: ReceivedSlot, before: Instant, since start: Instant) throws -> Duration {
        let reference = try #require(slot.packets.last { $0.at <= before })
        let rate = slot.isPicture ? 90_000.0 : 48_000.0
        var worst = Duration.zero
        for packet in slot.packets where packet.at >= start {
            guard let mark = packet.mark, let other = reference.mark else { continue }
            let ticks = Double(Int32(bitPattern: packet.timestamp &- reference.timestamp))
            let off = Duration.seconds(ticks / rate) - mark.captured.since(other.captured)
            worst = max(worst, off < .zero ? .zero - off : off)
        }
        return worst
    }

    @Test(
        "after ten seconds' mute sound is on its line again, with the picture, whatever its clock did",
        arguments: Clock.allCases, [1, 2])
    func mute(clock: Clock, loops: Int) throws {
        let (watcher, from, to) = try pausing([0], clock, loops: loops)
        let settled = to.advanced(by: .milliseconds(350))
        let (skew, compared) = worstSkew(watcher, since: settled)
        #expect(compared > 200)
        #expect(skew < .milliseconds(40), "\(skew)")
        let off = try offLine(watcher.sound(0), before: from, since: settled)
        #expect(off < .milliseconds(40), "\(off)")
        let packets = watcher.sound(0).inOrder
        for (packet, next) in zip(packets, packets.dropFirst()) {
            #expect(next.index == packet.index + 1)
            #expect(Int32(bitPattern: next.timestamp &- packet.timestamp) > 0)
        }
        let resumed = try #require(packets.first { $0.at > to })
        #expect(resumed.marker, "a talkspurt begins")
        let marked = packets.filter { $0.marker && $0.at > from }.count
        #expect(marked == (clock == .runs ? 1 : 2), "once more where it was put on the line")
    }

    @Test("so are sound and picture that pause together", arguments: Clock.allCases)
    func both(clock: Clock) throws {
        let (watcher, from, to) = try pausing([0, 1], clock)
        let settled = to.advanced(by: .milliseconds(1_200))
        let (skew, compared) = worstSkew(watcher, since: settled)
        #expect(compared > 150)
        #expect(skew < .milliseconds(40), "\(skew)")
        for slot in [watcher.sound(0), watcher.mainPicture] {
            let off = try offLine(slot, before: from, since: settled)
            #expect(off < .milliseconds(60), "\(off)")
            let packets = slot.inOrder
            for (packet, next) in zip(packets, packets.dropFirst()) {
                #expect(next.index == packet.index + 1)
                #expect(Int32(bitPattern: next.timestamp &- packet.timestamp) >= 0)
            }
        }
    }

    @Test("a line that stalls and then delivers everything at once moves nothing")
    func stall() throws {
        let world = try World()
        let client = try world.join("p0", .sender)
        let watcher = try world.watch()
        try world.show(["p0"])
        world.run(for: .seconds(3))
        let from = world.now
        world.network.set(jitter: .zero, lossPerMille: 0)
        var held: [Datagram] = []
        world.network.loses = { datagram in
            guard datagram.source == client.address, datagram.bytes[0] >= 128 else { return false }
            held.append(datagram)
            return true
        }
        world.run(for: .seconds(2))
        world.network.loses = nil
        for datagram in held { world.inject(datagram) }
        world.run(for: .seconds(4))
        #expect(held.count > 100)
        for slot in [watcher.sound(0), watcher.mainPicture] {
            let off = try offLine(slot, before: from, since: from)
            #expect(off < .milliseconds(40), "\(off)")
        }
    }
}
