package import LibUV
package import Participant
package import Units

/// Picture and sound, captured and coded by ffmpeg, as packets that are ready to be sent.
///
/// Confined to the loop's thread.
package final class Capture {
    /// Gets each packet with its payload, which is valid only during the call.
    package typealias PacketHandler = (OutgoingPacket, borrowing RawSpan) -> Void

    /// The moment at which the timestamps of either track are 0: they share one clock.
    package let epoch: Instant
    package var onPacket: PacketHandler = { _, _ in }
    /// Called once, when everything that was asked for has begun to come.
    package var onReady: () -> Void = {}
    /// Called at most once, instead of ``onReady``, with one line that says why a source does not work.
    package var onFailure: (CaptureFailure) -> Void = { _ in }
    /// Gets one line when something went wrong later and is being mended.
    package var onMessage: (String) -> Void = { _ in }

    private let settings: CaptureSettings
    private let loop: EventLoop
    private var processes: [CaptureProcess] = []
    private var voice: VoiceFile?
    private var isReady = false
    private var isClosed = false

    package init(_ settings: CaptureSettings, on loop: EventLoop) {
        self.settings = settings
        self.loop = loop
        epoch = loop.now
    }

    /// Begins; ``onReady`` or ``onFailure`` follows.
    ///
    /// - Throws: ``CaptureFailure`` for what can be said at once, such as a file that is not there.
    package func start() throws(CaptureFailure) {
        guard settings.camera == nil && settings.microphone == nil || SystemPaths.isInstalled("ffmpeg") else {
            throw CaptureFailure("--camera and --microphone need ffmpeg: apt install ffmpeg")
        }
        try settings.camera?.checkReadable()
        try settings.microphone?.checkReadable()
        guard settings.microphone == .test, VoiceFile.isPossible else { return try startProcesses() }
        voice = try VoiceFile(saying: settings.name, on: loop) { [weak self] in
            guard let self, !isClosed else { return }
            do throws(CaptureFailure) {
                try startProcesses()
            } catch {
                onFailure(error)
            }
        }
    }

    /// Ends all processes at once.
    package func close() {
        isClosed = true
        for process in processes { process.close() }
        processes = []
        voice?.close()
        voice = nil
    }

    private func startProcesses() throws(CaptureFailure) {
        let jobs = CaptureJob.jobs(for: settings, voiceFile: voice?.path, fontFile: FilterText.fontFile())
        for job in jobs {
            let process = CaptureProcess(job, on: loop, epoch: epoch) { [unowned self] packet, payload in
                onPacket(packet, payload)
                if !isReady { lookWhetherReady() }
            } onTrouble: { [unowned self] text, wasRunning in
                trouble(text, wasRunning: wasRunning)
            }
            processes.append(process)
            try process.run()
        }
        if jobs.isEmpty { lookWhetherReady() }
    }

    private func lookWhetherReady() {
        guard processes.allSatisfy(\.isRunning) else { return }
        isReady = true
        onReady()
    }

    private func trouble(_ text: String, wasRunning: Bool) {
        if isReady || wasRunning {
            onMessage(text)
        } else {
            let onFailure = onFailure
            self.onFailure = { _ in }
            onFailure(CaptureFailure(text))
        }
    }
}
