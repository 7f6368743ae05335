import Bridge
import Conference
import RTP
import Transport
import Units
import Wire

/// What the watch over lines costs, with and without in one run: whole seconds of a room, one after the other.
struct LineCost {
    static let framesPerSecond = 30

    /// Processor time of one second of the room, in milliseconds: media, reports of all receivers, everything that is
    /// done once a second, and the monitor.
    var with = Samples()
    var without = Samples()

    /// The share of the second's work that the watch takes: the difference of the medians.
    var share: Double {
        let base = without.percentile(0.5)
        return (with.percentile(0.5) - base) / base
    }

    /// Runs `pairs` seconds with and as many without, alternating so that both see the same machine.
    static func measure(_ bridge: BenchmarkBridge, pairs: Int) throws -> LineCost {
        guard let room = RoomID("bench") else { throw BenchmarkError("no such room") }
        var monitor = LineMonitor()
        for client in bridge.receivers + [bridge.publisher] {
            guard let point = PointCode("p\(client.number)") else { throw BenchmarkError("no such point") }
            let sends = client.number == bridge.publisher.number
            monitor.open(client.number, of: point, in: room, sends: sends, receives: !sends, at: bridge.now)
        }
        var cost = LineCost()
        for round in 0..<2 * pairs + 2 {
            let isOn = round.isMultiple(of: 2)
            bridge.plane.handle(.telemetry(isOn), at: bridge.now, into: &bridge.outbox)
            monitor.isOn = isOn
            let time = second(bridge, &monitor)
            // The first of each warm up.
            guard round >= 2 else { continue }
            if isOn { cost.with.add(time) } else { cost.without.add(time) }
        }
        guard bridge.plane.snapshot(outboxDrops: 0).connected == bridge.receivers.count + 1 else {
            throw BenchmarkError("somebody was lost on the way")
        }
        return cost
    }

    private static func second(_ bridge: BenchmarkBridge, _ monitor: inout LineMonitor) -> Double {
        var spent: UInt64 = 0
        var reports = bridge.receivers.map { ($0.address, $0.report()) }
        for _ in 0..<framesPerSecond {
            bridge.makeFrame()
            let due = reports.suffix(bridge.receivers.count / framesPerSecond + 1)
            reports.removeLast(due.count)
            let start = Samples.processorTime()
            bridge.receiveFrame()
            for (address, datagram) in due { bridge.receive(datagram, from: address) }
            bridge.forward { $0.removeAll() }
            bridge.now = bridge.now.advanced(by: .nanoseconds(1_000_000_000 / framesPerSecond))
            bridge.forward { $0.removeAll() }
            for event in bridge.plane.takeEvents() {
                if case .activity(let lines) = event { monitor.take(lines) }
            }
            monitor.advance(to: bridge.now)
            spent += Samples.processorTime() - start
        }
        return Double(spent) / 1e6
    }
}

extension BenchmarkBridge {
    fileprivate func receive(_ datagram: [UInt8], from address: SocketAddress) {
        var datagram = datagram
        var span = datagram.mutableSpan
        var bytes = span.mutableBytes
        plane.receive(&bytes, on: NetworkPath(remote: address, local: server), at: now, into: &outbox)
    }
}

extension BenchmarkClient {
    /// A receiver report on what it is sent, protected.
    fileprivate func report() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 256)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        var writer = RTCPWriter()
        reported &+= UInt32(LineCost.framesPerSecond * BenchmarkBridge.frame)
        let block = ReportBlock(
            ssrc: SSRC(rawValue: 0x2000_0000 + number), fractionLost: 3, cumulativeLost: Int32(reported / 100),
            highestSequenceNumber: 7 &+ reported, jitter: 90, lastSenderReport: 0, delaySinceLastSenderReport: 0)
        try? writer.receiverReport(ssrc: ssrc, to: &raw)
        _ = try? writer.report(block, to: &raw)
        let length = transport.protectRTCP(&raw, length: writer.end) ?? 0
        return Array(bytes.prefix(length))
    }
}
