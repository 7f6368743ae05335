import LibUV
import Participant
import Units
import Wire

/// Many points in one process: joins them, sends stored media for them, receives, decrypts and counts.
///
/// Confined to the loop's thread.
package final class LoadGenerator {
    /// One second of the run, as a line for people.
    package typealias Progress = (String) -> Void

    private let plan: LoadPlan
    private let media: StoredMedia
    private let shared: ClientLoop
    private let progress: Progress
    private let completion: (LoadReport) -> Void
    private let measuredTime: Duration
    private var points: [LoadPoint] = []
    /// Those without media.
    private var sockets: [LoadSocket] = []
    private var timer: LoopTimer?
    private var joining = 0
    private var began = Instant.zero
    private var start: LoadMeter?
    private var last: LoadMeter
    private var latency = LatencyHistogram()
    private var report: LoadReport?
    private var leavingSince: Instant?
    private var speaking: [Int] = []
    private var turn: UInt64 = 0
    private var nextTurn = Instant.zero

    /// What is sent is at most this late.
    private static let tick = Duration.milliseconds(5)
    /// How long we wait for those who have not joined before measuring begins without them.
    private static let joinLimit = Duration.seconds(30)

    /// - Parameters:
    ///   - plan: Who joins.
    ///   - media: What they send.
    ///   - time: How long is measured, from when all have joined.
    ///   - shared: The loop.
    ///   - progress: Gets a line each second.
    ///   - completion: Called once, when all have left.
    package init(
        _ plan: LoadPlan, media: StoredMedia, measuring time: Duration, on shared: ClientLoop,
        progress: @escaping Progress, completion: @escaping (LoadReport) -> Void
    ) {
        self.plan = plan
        self.media = media
        self.shared = shared
        self.progress = progress
        self.completion = completion
        measuredTime = time
        points = plan.points.enumerated().map { LoadPoint($1, index: $0) }
        sockets =
            plan.sockets.map { LoadSocket($0, isSlow: false) } + plan.slowSockets.map { LoadSocket($0, isSlow: true) }
        last = LoadMeter([], outboxDrops: 0, at: shared.loop.now)
    }

    package func begin() throws(ClientError) {
        began = shared.loop.now
        do throws(LoopError) {
            let timer = try LoopTimer(on: shared.loop) { [weak self] in self?.advance() }
            try timer.start(after: Self.tick, every: Self.tick)
            self.timer = consume timer
        } catch {
            throw ClientError("\(error)")
        }
    }

    /// Ends the run early; what was measured so far is reported.
    package func stop() { if report == nil { finish(at: shared.loop.now) } }

    private func advance() {
        let now = shared.loop.now
        if leavingSince != nil { return awaitLeaving(at: now) }
        joinNext(at: now)
        chooseSpeakers(at: now)
        for point in points where point.isConnected {
            point.advance(to: now, isSpeaking: speaking.contains(point.index))
        }
        if start == nil, areAllThere || now.since(began) > limit {
            start = meter(at: now)
            latency = LatencyHistogram()
        }
        if now.since(last.time) >= .seconds(1) { tellProgress(at: now) }
        // Whoever has not come by now is waited for no longer: there is nothing to measure without anybody.
        let areAllGone =
            joining == count && points.allSatisfy { $0.end != nil || ($0.timeToJoin == nil && start != nil) }
            && sockets.allSatisfy { $0.end != nil || (!$0.isSlow && $0.timeToWelcome == nil && start != nil) }
        if let start, areAllGone || now.since(start.time) >= measuredTime { finish(at: now) }
    }

    private var count: Int { points.count + sockets.count }

    private var areAllThere: Bool {
        joining == count && points.allSatisfy { $0.isConnected || $0.end != nil }
            && sockets.allSatisfy { $0.isSettled }
    }

    private func chooseSpeakers(at now: Instant) {
        guard now >= nextTurn else { return }
        speaking = plan.speakers(inTurn: turn)
        turn += 1
        nextTurn = now.advanced(by: LoadPlan.turn)
    }

    private var limit: Duration { Self.joinLimit + .seconds(count) / max(plan.joinsPerSecond, 1) }

    private func joinNext(at now: Instant) {
        let due = Int(now.since(began).inSeconds * Double(plan.joinsPerSecond)) + 1
        while joining < min(due, count) {
            joining += 1
            guard joining <= points.count else {
                sockets[joining - 1 - points.count].start(plan, on: shared)
                continue
            }
            let point = points[joining - 1]
            do throws(ClientError) {
                try point.start(plan, media: media, on: shared) { [weak self] in self?.latency.record($0) }
            } catch {
                progress("\(point.plan.code): \(error)")
            }
        }
    }

    private func meter(at now: Instant) -> LoadMeter {
        LoadMeter(points, outboxDrops: shared.outbox.dropped, at: now)
    }

    private func tellProgress(at now: Instant) {
        let meter = meter(at: now)
        let rises = LoadMeter.kinds.map { meter.slots($0, since: last) }
        let expected = rises.reduce(0) { $0 + $1.expected }
        let lost = rises.reduce(0) { $0 + $1.lost }
        var parts = ["\(Int(now.since(began).inSeconds)) s"]
        if !points.isEmpty {
            parts += [
                "\(points.count { $0.isConnected })/\(points.count) joined",
                "in \(Text.fixed(meter.megabits(\.bytesReceived, since: last), 1)) Mbit/s",
                "out \(Text.fixed(meter.megabits(\.bytesSent, since: last), 1)) Mbit/s",
                "loss \(Text.fixed(expected == 0 ? 0 : 100 * Double(lost) / Double(expected), 2)) %",
                "latency p50 \(Text.fixed(latency.milliseconds(at: 0.5) ?? 0, 1)) ms",
                "p99 \(Text.fixed(latency.milliseconds(at: 0.99) ?? 0, 1)) ms",
            ]
        }
        let sockets = allSockets
        if !sockets.isEmpty { parts.append("\(sockets.count { $0.isJoined })/\(sockets.count) sockets") }
        parts.append("cpu \(Text.fixed(meter.cpuPercent(since: last), 0)) %")
        if let trouble { parts.append("(\(trouble))") }
        progress(parts.joined(separator: "  "))
        last = meter
    }

    /// What somebody was told who has not joined.
    private var trouble: String? {
        points.lazy.filter { !$0.isConnected }.compactMap(\.lastTrouble).first
            ?? sockets.lazy.filter { !$0.isJoined }.compactMap(\.lastTrouble).first
    }

    // MARK: The end

    private func finish(at now: Instant) {
        report = makeReport(at: now)
        leavingSince = now
        for point in points { point.leave() }
        for socket in sockets { socket.leave() }
    }

    private func awaitLeaving(at now: Instant) {
        let isOver =
            points.allSatisfy { $0.client == nil || $0.end != nil } && allSockets.allSatisfy { $0.isOver }
        guard let since = leavingSince, isOver || now.since(since) > .seconds(5), let report else { return }
        timer = nil
        completion(report)
    }

    private var allSockets: [LoadSocket] { points.compactMap(\.socket) + sockets }

    private func makeReport(at now: Instant) -> LoadReport {
        let meter = meter(at: now)
        let start = start ?? last
        var report = LoadReport()
        report.points = points.count
        let times = points.compactMap(\.timeToJoin).map(\.inMilliseconds).sorted()
        report.joined = times.count
        report.connectedAtEnd = points.count { $0.isConnected }
        report.losses = points.reduce(0) { $0 + $1.losses }
        report.seconds = meter.time.since(start.time).inSeconds
        report.joinMilliseconds50 = Self.percentile(times, 0.5)
        report.joinMilliseconds95 = Self.percentile(times, 0.95)
        report.joinMillisecondsLongest = times.last ?? 0
        report.slots = LoadMeter.kinds.map { meter.slots($0, since: start) }
        report.packetsReceived = meter.rise(\.packetsReceived, since: start)
        report.packetsSent = meter.rise(\.packetsSent, since: start)
        report.packetsResent = meter.traffic.packetsResent
        report.megabitsIn = meter.megabits(\.bytesReceived, since: start)
        report.megabitsOut = meter.megabits(\.bytesSent, since: start)
        report.latencyMilliseconds50 = latency.milliseconds(at: 0.5) ?? 0
        report.latencyMilliseconds95 = latency.milliseconds(at: 0.95) ?? 0
        report.latencyMilliseconds99 = latency.milliseconds(at: 0.99) ?? 0
        report.latencySamples = latency.count
        report.kernelDrops = meter.kernelDrops
        report.sendDrops = meter.traffic.sendDrops &+ meter.socketDrops
        report.refused = meter.refused
        report.cpuPercent = meter.cpuPercent(since: start)
        for point in points where point.timeToJoin == nil {
            report.troubles[point.lastTrouble ?? "no answer yet", default: 0] += 1
        }
        report.sockets = LoadReport.Sockets(allSockets)
        return report
    }

    static func percentile(_ sorted: [Double], _ part: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }
}
