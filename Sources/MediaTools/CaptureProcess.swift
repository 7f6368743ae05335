import LibUV
import Participant
import RTP
import Units
import Wire

/// One ffmpeg that captures, and is started again when it ends; its packets come over one loopback port.
final class CaptureProcess {
    let job: CaptureJob
    private let loop: EventLoop
    /// Where our timestamps are 0.
    private let epoch: Instant
    private let deliver: Capture.PacketHandler
    /// Says what became of a process; `wasRunning` tells a source that broke from one that never worked.
    private let onTrouble: (_ text: String, _ wasRunning: Bool) -> Void
    private var socket: DatagramSocket?
    private var tool: ToolProcess?
    private var retry: LoopTimer?
    private var meter = LoudnessMeter()
    private var picture = TrackTimeline(rate: 90_000)
    private var sound = TrackTimeline(rate: 48_000)
    /// What the process calls the time of its beginning.
    private var start = NTPTime(rawValue: 0)
    /// From ``epoch`` to the process's beginning, as its first packet tells; before that `nil`.
    private var origin: Duration?
    private var failures = 0
    private var isPictureRunning = false
    private var isSoundRunning = false
    private var watch: LoopTimer?
    /// Looks since something came: a stopped machine makes none, so that its rest is no silence of ours.
    private var silentLooks = 0

    private static let lookTime = Duration.seconds(1)
    /// Looks without a packet after which people are told; a camera may take its time to begin.
    private static let patience = 15
    /// Looks without a packet after which ffmpeg has hung, as it does with a device that has gone.
    private static let longestSilence = 45

    /// Our choice: what is broken for long is tried twice a minute.
    private static let longestPause = Duration.seconds(30)

    init(
        _ job: CaptureJob, on loop: EventLoop, epoch: Instant, deliver: @escaping Capture.PacketHandler,
        onTrouble: @escaping (String, Bool) -> Void
    ) {
        self.job = job
        self.loop = loop
        self.epoch = epoch
        self.deliver = deliver
        self.onTrouble = onTrouble
    }

    /// Whether everything that it captures has begun to come.
    var isRunning: Bool {
        (job.camera == nil || isPictureRunning) && (job.microphone == nil || isSoundRunning)
    }

    func run() throws(CaptureFailure) {
        do throws(LoopError) {
            if socket == nil {
                socket = try DatagramSocket(on: loop, address: SocketAddress(.loopback, port: 0)) {
                    [unowned self] in receive(&$0, at: $2)
                }
            }
        } catch {
            throw CaptureFailure("no port on 127.0.0.1: \(error)")
        }
        guard let port = socket?.localAddress.port else { return }
        try beginWatch()
        (picture, sound) = (TrackTimeline(rate: 90_000), TrackTimeline(rate: 48_000))
        (origin, isPictureRunning, isSoundRunning) = (nil, false, false)
        meter = LoudnessMeter()
        // Whole milliseconds: ffmpeg rounds to them.
        let milliseconds = WallClock.unixNanoseconds / 1_000_000
        start = NTPTime(unixNanoseconds: milliseconds * 1_000_000)
        let command = job.command(
            port: port, start: Int64(milliseconds * 1_000), clock: Int(loop.now.since(epoch).inMilliseconds))
        tool = try ToolProcess(command, on: loop) { [weak self] bytes in
            self?.meter.receive(bytes)
        } onEnd: { [weak self] _, lastLine in
            self?.ended(lastLine)
        }
    }

    private func beginWatch() throws(CaptureFailure) {
        silentLooks = 0
        guard watch == nil else { return }
        do throws(LoopError) {
            let timer = try LoopTimer(on: loop) { [weak self] in self?.look() }
            try timer.start(after: Self.lookTime, every: Self.lookTime)
            watch = consume timer
        } catch {
            throw CaptureFailure("\(error)")
        }
    }

    /// An ffmpeg that is alive and sends nothing would never be noticed otherwise.
    private func look() {
        guard let tool, tool.isRunning else { return }
        silentLooks += 1
        if silentLooks == Self.patience {
            onTrouble("\(job.title): nothing has come for \(Self.patience) s", true)
        } else if silentLooks >= Self.longestSilence {
            tool.close()
            self.tool = nil
            ended("nothing has come for \(Self.longestSilence) s")
        }
    }

    func close() {
        retry = nil
        watch = nil
        tool?.close()
        tool = nil
        socket?.close()
        socket = nil
    }

    // MARK: Restarts

    /// What is said waits until the next start: whoever ends the whole group of processes has ended us by then, too.
    private func ended(_ lastLine: String) {
        let wasRunning = isRunning
        failures = wasRunning ? 1 : failures + 1
        let text = job.explanation(lastLine)
        guard wasRunning || failures > 1 else { return onTrouble(text, false) }
        let pause = min(Duration.milliseconds(500) * (1 << min(failures - 1, 6)), Self.longestPause)
        do throws(LoopError) {
            let timer = try LoopTimer(on: loop) { [weak self] in self?.restart(after: text) }
            try timer.start(after: pause)
            retry = consume timer
        } catch {
            onTrouble("\(text) (\(error))", true)
        }
    }

    private func restart(after text: String) {
        onTrouble("\(text); starting again", true)
        do throws(CaptureFailure) {
            try run()
        } catch {
            ended(error.description)
        }
    }

    // MARK: Packets

    private func receive(_ datagram: inout MutableRawSpan, at now: Instant) {
        silentLooks = 0
        let bytes = datagram.bytes
        guard let type = try? bytes.bigEndian(UInt8.self, at: 1) else { return }
        // RTCP's types lie where RTP's marker bit and payload types 64 … 95 would (RFC 5761 §4).
        guard !(192...223).contains(type) else { return receiveReports(bytes) }
        guard let header = try? RTPHeader(parsing: bytes) else { return }
        switch header.payloadType {
        case CaptureJob.Stream.picture.payloadType where job.camera != nil:
            guard let timestamp = timestamp(of: header, on: picture, at: now) else { return }
            isPictureRunning = true
            deliver(
                OutgoingPacket(.camera, timestamp: timestamp, marker: header.marker), bytes.extracting(header.payload))
        case CaptureJob.Stream.sound.payloadType where job.microphone != nil:
            guard let timestamp = timestamp(of: header, on: sound, at: now) else { return }
            isSoundRunning = true
            let packet = OutgoingPacket(
                .microphone, timestamp: timestamp, level: meter.level ?? 127, isVoice: meter.isVoice)
            deliver(packet, bytes.extracting(header.payload))
        default:
            return
        }
    }

    /// Our timestamp; the first packet tells how the process's time lies to ours.
    private func timestamp(of header: RTPHeader, on track: TrackTimeline, at now: Instant) -> UInt32? {
        guard let elapsed = track.elapsed(header.timestamp) else { return nil }
        let origin = origin ?? now.since(epoch) - elapsed
        self.origin = origin
        return track.timestamp(header.timestamp, origin: origin)
    }

    private func receiveReports(_ compound: borrowing RawSpan) {
        var reader = RTCPReader()
        while let packet = try? reader.next(in: compound) {
            guard case .senderReport(let report) = packet else { continue }
            let (ntp, timestamp) = (report.info.ntp, report.info.rtpTimestamp)
            switch report.ssrc.rawValue {
            case CaptureJob.Stream.picture.ssrc: picture.follow(ntp: ntp, timestamp: timestamp, start: start)
            case CaptureJob.Stream.sound.ssrc: sound.follow(ntp: ntp, timestamp: timestamp, start: start)
            default: continue
            }
        }
    }
}
