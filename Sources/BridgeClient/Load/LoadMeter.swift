import Glibc
import LibUV
import Participant
import Units

/// What all points have done up to one moment.
struct LoadMeter {
    var time: Instant
    var cpu: Duration
    var slots: [String: LoadReport.Slots] = [:]
    var traffic = SessionStatus.Traffic()
    var kernelDrops: UInt64 = 0
    var socketDrops: UInt64 = 0
    var refused: UInt64 = 0

    init(_ points: [LoadPoint], outboxDrops: UInt64, at now: Instant) {
        time = now
        cpu = Self.cpuTime
        socketDrops = outboxDrops
        for point in points { if let client = point.client { add(client) } }
    }

    private mutating func add(_ client: Client) {
        let status = client.status()
        traffic.packetsSent &+= status.traffic.packetsSent
        traffic.bytesSent &+= status.traffic.bytesSent
        traffic.packetsReceived &+= status.traffic.packetsReceived
        traffic.bytesReceived &+= status.traffic.bytesReceived
        traffic.packetsResent &+= status.traffic.packetsResent
        traffic.sendDrops &+= status.traffic.sendDrops
        refused &+= status.refused
        let datagrams = client.datagrams
        kernelDrops &+= datagrams.queueOverflows
        socketDrops &+= datagrams.sendDrops &+ datagrams.sendErrors
        for slot in status.slots {
            let kind = Self.kind(of: slot.slot)
            var sum = slots[kind] ?? LoadReport.Slots(kind: kind)
            sum.packets &+= slot.packets
            sum.bytes &+= slot.bytes
            sum.expected &+= slot.expected
            sum.missing &+= slot.missing
            sum.lost &+= slot.lost
            sum.keyframes &+= slot.keyframes
            slots[kind] = sum
        }
    }

    static let kinds = ["main", "small", "audio"]

    private static func kind(of slot: SlotID) -> String {
        slot.isPicture ? (slot.index == 0 ? "main" : "small") : "audio"
    }

    /// Of this process, all threads, user and system.
    static var cpuTime: Duration {
        var usage = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return .zero }
        return .seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + .microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }

    /// What came on the slots of `kind` since `start`.
    func slots(_ kind: String, since start: LoadMeter) -> LoadReport.Slots {
        var rise = slots[kind] ?? LoadReport.Slots(kind: kind)
        guard let before = start.slots[kind] else { return rise }
        rise.packets -= min(rise.packets, before.packets)
        rise.bytes -= min(rise.bytes, before.bytes)
        rise.expected -= min(rise.expected, before.expected)
        rise.missing -= min(rise.missing, before.missing)
        rise.lost -= min(rise.lost, before.lost)
        rise.keyframes -= min(rise.keyframes, before.keyframes)
        return rise
    }

    /// CPU time since `start` in hundredths of one core.
    func cpuPercent(since start: LoadMeter) -> Double {
        let elapsed = time.since(start.time).inSeconds
        return elapsed > 0 ? 100 * (cpu - start.cpu).inSeconds / elapsed : 0
    }

    func megabits(_ path: KeyPath<SessionStatus.Traffic, UInt64>, since start: LoadMeter) -> Double {
        let elapsed = time.since(start.time).inSeconds
        return elapsed > 0 ? Double(rise(path, since: start)) * 8 / elapsed / 1_000_000 : 0
    }

    func rise(_ path: KeyPath<SessionStatus.Traffic, UInt64>, since start: LoadMeter) -> UInt64 {
        traffic[keyPath: path] - min(traffic[keyPath: path], start.traffic[keyPath: path])
    }
}
