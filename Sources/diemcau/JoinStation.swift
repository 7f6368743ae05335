import BridgeClient
import Conference
import LibUV
import MediaTools
import OpenSSL
import Participant
import Units

/// What `join` was asked to do.
struct JoinPlan: Sendable {
    var session: SessionSettings
    var trust: TLSClientContext.Trust
    var capture: CaptureSettings
    var record: String?
    var plays = false
    /// Of the screen, and of what the server writes.
    var language = Language.vi
    /// How long it tries to come back; `nil` for ever.
    var givesUpAfter: Duration?
    var leavesAfter: Duration?

    init(session: SessionSettings, trust: TLSClientContext.Trust, capture: CaptureSettings) {
        self.session = session
        self.trust = trust
        self.capture = capture
    }
}

/// How `join` ended.
struct JoinOutcome: Sendable {
    /// 0 left, 1 could not begin, 2 refused or replaced, 3 lost.
    var status: Int32
    /// One line; empty when there is nothing to say.
    var text = ""
}

/// The loop that everything of one `join` lives on, as the command sees it.
actor JoinStation {
    private let thread: LoopThread
    private var session: JoinSession?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.loop.asUnownedSerialExecutor() }

    private init(_ thread: LoopThread) { self.thread = thread }

    /// Runs to the end and tells how it ended.
    static func run(_ plan: JoinPlan) async -> JoinOutcome {
        do {
            let thread = try LoopThread(name: "join")
            let station = JoinStation(thread)
            let outcome = await station.run(plan)
            thread.loop.stop()
            try await thread.finished()
            return outcome
        } catch {
            return JoinOutcome(status: 1, text: "\(error)")
        }
    }

    private func run(_ plan: JoinPlan) async -> JoinOutcome {
        let outcome = await withCheckedContinuation { continuation in
            let session = JoinSession(plan, on: thread.loop) { continuation.resume(returning: $0) }
            self.session = session
            session.begin()
        }
        session?.close()
        session = nil
        return outcome
    }
}
