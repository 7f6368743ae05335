import BridgeClient
import Conference
import HTTP1
import HTTPTypes
import LibUV
import OpenSSL
import Participant
import Signalling

/// What `monitor` was asked to do.
struct MonitorPlan: Sendable {
    var socket: SocketSettings
    var trust: TLSClientContext.Trust
}

/// The loop that everything of one `monitor` lives on, as the command sees it.
actor MonitorStation {
    private let thread: LoopThread
    private let plan: MonitorPlan
    private var session: MonitorSession?
    /// Points whose last minutes are being asked for.
    private var asking: Set<PointCode> = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.loop.asUnownedSerialExecutor() }

    private init(_ thread: LoopThread, _ plan: MonitorPlan) {
        self.thread = thread
        self.plan = plan
    }

    /// Runs to the end and tells how it ended.
    static func run(_ plan: MonitorPlan) async -> JoinOutcome {
        do {
            let thread = try LoopThread(name: "monitor")
            let outcome = await MonitorStation(thread, plan).run()
            thread.loop.stop()
            try await thread.finished()
            return outcome
        } catch {
            return JoinOutcome(status: 1, text: "\(error)")
        }
    }

    private func run() async -> JoinOutcome {
        let outcome = await withCheckedContinuation { continuation in
            let session = MonitorSession(plan, on: thread.loop) { point in
                Task { await self.ask(point) }
            } onEnd: {
                continuation.resume(returning: $0)
            }
            self.session = session
            session.begin()
        }
        session?.close()
        session = nil
        return outcome
    }

    /// Asks for a point's last minutes, unless that is under way.
    private func ask(_ point: PointCode) async {
        guard session != nil, asking.insert(point).inserted else { return }
        let answer = await history(of: point)
        asking.remove(point)
        session?.take(answer, of: point)
    }

    private func history(of point: PointCode) async -> Result<HealthHistory, ClientError> {
        let settings = plan.socket
        let fields: HTTPFields = [.authorization: "Bearer \(settings.token)", .connection: "close"]
        do {
            let request = try Request(
                .get, authority: settings.server.authority,
                path: "/v1/rooms/\(settings.room.escaped)/health?point=\(point)", fields: fields)
            let response = try await SingleRequest.send(request, to: settings.server, trust: plan.trust)
            guard response.status == .ok else { return .failure(ClientError("HTTP \(response.status.code)")) }
            return .success(try HealthLine.parse(document: response.body).1)
        } catch {
            return .failure(ClientError("\(error)"))
        }
    }
}
