import BridgeClient
import LibUV
import OpenSSL

/// The run itself, on a loop on this thread.
final class LoadRun {
    private let plan: LoadPlan
    private let seconds: Int
    private let isSynthetic: Bool
    private var interrupt: SignalHandler?
    private var terminate: SignalHandler?
    private var generator: LoadGenerator?
    private var outcome: Result<LoadReport, ClientError>?

    init(_ plan: LoadPlan, seconds: Int, isSynthetic: Bool) {
        self.plan = plan
        self.seconds = seconds
        self.isSynthetic = isSynthetic
    }

    func run(trust: TLSClientContext.Trust) throws -> LoadReport {
        let loop = try EventLoop()
        let shared = try ClientLoop(on: loop, trust: trust)
        interrupt = try SignalHandler(.interrupt, on: loop) { [unowned self] in stop(loop) }
        terminate = try SignalHandler(.terminate, on: loop) { [unowned self] in stop(loop) }
        if isSynthetic || plan.points.isEmpty {
            begin(.success(.synthetic()), on: shared)
        } else {
            complain("making media with ffmpeg")
            StoredMedia.make(on: loop) { [unowned self] in begin($0, on: shared) }
        }
        if outcome == nil { loop.run() }
        interrupt = nil
        terminate = nil
        generator = nil
        shared.close()
        try loop.close()
        guard let outcome else { throw ClientError("stopped before it began") }
        return try outcome.get()
    }

    private func begin(_ media: Result<StoredMedia, ClientError>, on shared: ClientLoop) {
        do {
            let generator = LoadGenerator(
                plan, media: try media.get(), measuring: .seconds(seconds), on: shared, progress: complain
            ) { [unowned self] report in end(.success(report), shared.loop) }
            self.generator = generator
            try generator.begin()
        } catch {
            end(.failure(ClientError("\(error)")), shared.loop)
        }
    }

    private func end(_ outcome: Result<LoadReport, ClientError>, _ loop: EventLoop) {
        self.outcome = outcome
        loop.stop()
    }

    /// Ctrl-C once reports what there is, twice gives up.
    private func stop(_ loop: EventLoop) {
        guard let generator, !isStopping else { return loop.stop() }
        isStopping = true
        generator.stop()
    }

    private var isStopping = false
}
