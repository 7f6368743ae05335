import ArgumentParser
import BridgeClient
import BridgeServer
import Conference
import Configuration
import FoundationEssentials
import Glibc
import LibUV
import OpenSSL
import Participant
import Tokens

/// `diemcau load`: many points in one process, to see what a bridge and its machine bear.
struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Joins many points of a room at once, sends stored media for them, receives and counts.",
        discussion: """
            Points are those of the room's roster, in its order: bridges send 720p and 180p, communes 180p, all of them \
            sound, of which three speak at a time. Everybody receives what the room shows. Tokens are made with the \
            server's own key (--state), or read from a file (--tokens: lines of CODE,TOKEN). Latency is that of sound: \
            each packet carries its time of sending in its padding, and one process has one clock.
            Prints a line each second on standard error and the result at the end. Exits with 0 when all points joined, \
            1 when not, or when it could not begin.
            """)

    @Argument(help: "The server, https://HOST:PORT; else DIEMCAU_URL.") var url: String?
    @Option(help: "The room's id.") var room: String
    @Option(help: "How many points of the roster join; all by default.") var points: Int?
    @Option(help: "How many observers receive besides.") var observers = 0
    @Option(name: .customLong("for"), help: "How long is measured once all have joined: 60s, 10m.") var time = "60s"
    @Option(help: "The server's state folder, with its token key and certificate.") var state: String?
    @Option(help: "A file of tokens, CODE,TOKEN a line, instead of the server's key.") var tokens: String?
    @Option(help: "The folder of room files.") var rooms: String?
    @Option(help: "Points that begin to join each second.") var pace = 50
    @Option(help: "Whoever speaks and when is drawn from this.") var seed: UInt64 = 1
    @Flag(help: "Send bytes of the right sizes instead of media made by ffmpeg.") var synthetic = false
    @Flag(help: "Print the result as JSON.") var json = false
    @Option(help: "A PEM file of certificates to trust; with --state the server's own by default.") var ca: String?
    @Flag(help: "Trust any certificate: whoever is in between can listen.") var insecure = false

    func run() throws {
        guard let seconds = Span.seconds(time) else { try fail("--for: \(time) is no duration such as 60s") }
        guard (1...10_000).contains(pace) else { try fail("--pace: 1 to 10000 points a second") }
        let plan = try makePlan()
        guard !plan.points.isEmpty else { try fail("no points: the roster is empty, or --points is 0") }
        let run = LoadRun(plan, seconds: seconds, isSynthetic: synthetic)
        do {
            let files = try FileLimit.raise()
            guard files > 2 * plan.points.count + 64 else {
                try fail("\(plan.points.count) points need more open files than the limit of \(files)")
            }
            let report = try run.run(trust: trust())
            if json { try printJSON(report) } else { LoadTable(report).print() }
            guard report.joined == report.points else { throw ExitCode.failure }
        } catch let error as ExitCode {
            throw error
        } catch {
            try fail("\(error)")
        }
    }

    private func printJSON(_ report: LoadReport) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private func trust() throws -> TLSClientContext.Trust {
        let folder = StateFolder(try stateFolder())
        if insecure || ca != nil || tokens != nil || access(folder.certificatePath, R_OK) != 0 {
            return ServerOptions.trust(ca: ca, insecure: insecure)
        }
        return .file(folder.certificatePath)
    }

    private func stateFolder() throws -> String {
        if let state { return state }
        return try Machine.settings(file: nil, options: [:]).state
    }

    // MARK: Who joins

    private func makePlan() throws -> LoadPlan {
        let address = try ServerOptions.server(url)
        let folder = try rooms ?? Machine.settings(file: nil, options: [:]).rooms
        guard let definition = RoomFiles.loadAll(in: folder).rooms.first(where: { $0.room.id.rawValue == room })?.room
        else { try fail("--room: no sound file in \(folder) describes \(room)") }
        let roster = definition.roster.prefix(max(0, points ?? definition.roster.count))
        var plan = LoadPlan(server: address, room: room, points: [])
        plan.audioSlots = definition.audioSlots
        plan.pictureSlots = definition.pictureSlots
        plan.seed = seed
        plan.joinsPerSecond = pace
        let mint = try tokens.map(TokenSource.init(file:)) ?? TokenSource(state: stateFolder(), room: definition.id)
        for entry in roster {
            let token = try mint.token(of: entry.code)
            let isBridge = entry.kind != .commune
            plan.points.append(
                LoadPlan.Point(code: entry.code.rawValue, token: token, sending: isBridge ? .bridge : .commune))
        }
        for number in 0..<max(0, observers) {
            let token = try mint.observerToken(number)
            plan.points.append(LoadPlan.Point(code: "observer-\(number + 1)", token: token, sending: .nothing))
        }
        return plan
    }
}

/// Where a load run's tokens come from.
private enum TokenSource {
    case key(TokenIssuer, room: RoomID)
    case list([String: String])

    init(state: String, room: RoomID) throws {
        do throws(ServerError) {
            self = .key(TokenIssuer(key: try StateFolder(state).tokenKey()), room: room)
        } catch {
            try fail("\(error)")
        }
    }

    init(file: String) throws {
        guard let data = try? Data(contentsOf: URL(filePath: file)) else { try fail("--tokens: \(file) can't be read") }
        var tokens: [String: String] = [:]
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ",", maxSplits: 1)
            if parts.count == 2 { tokens[String(parts[0])] = String(parts[1].filter { !$0.isWhitespace }) }
        }
        self = .list(tokens)
    }

    func token(of point: PointCode) throws -> String {
        switch self {
        case .list(let tokens):
            guard let token = tokens[point.rawValue] else { try fail("--tokens: none for point \(point)") }
            return token
        case .key(let issuer, let room):
            return try make(issuer, room: room, name: point.rawValue, point: point, role: .point)
        }
    }

    func observerToken(_ number: Int) throws -> String {
        switch self {
        case .list(let tokens):
            guard let token = tokens["observer-\(number + 1)"] ?? tokens["observer"] else {
                try fail("--tokens: none for observer-\(number + 1), nor for observer")
            }
            return token
        case .key(let issuer, let room):
            return try make(issuer, room: room, name: "observer-\(number + 1)", point: nil, role: .observer)
        }
    }

    private func make(
        _ issuer: TokenIssuer, room: RoomID, name: String, point: PointCode?, role: Role
    ) throws -> String {
        var random = SecureRandom()
        let now = time(nil)
        guard let id = TokenID("load-\(String(random.next(), radix: 36))"),
            let token = try? issuer.token(
                for: TokenClaims(
                    tokenID: id, issuedAt: now, expires: now + 86_400, room: room, point: point, role: role,
                    maximumReceivers: nil))
        else { try fail("no token could be made for \(name)") }
        return token
    }
}

/// The run itself, on a loop on this thread.
private final class LoadRun {
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
        if isSynthetic {
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

/// The result for people.
private struct LoadTable {
    private let report: LoadReport

    init(_ report: LoadReport) { self.report = report }

    func print() {
        let report = report
        Table(
            ["SLOTS", "PACKETS", "MBIT/S", "LOST BEFORE REPAIR", "LOST", "KEYFRAMES"],
            report.slots.map { slots in
                [
                    slots.kind, "\(slots.packets)",
                    Text.fixed(report.seconds > 0 ? Double(slots.bytes) * 8 / report.seconds / 1e6 : 0, 1),
                    "\(slots.missing) (\(Text.fixed(slots.lossBeforeRepairPercent, 3)) %)",
                    "\(slots.lost) (\(Text.fixed(slots.lossPercent, 3)) %)", "\(slots.keyframes)",
                ]
            }
        ).print()
        Swift.print("")
        for line in lines { Swift.print(line) }
    }

    private var lines: [String] {
        var lines = [
            "joined \(report.joined) of \(report.points), \(report.connectedAtEnd) still there at the end,"
                + " \(report.losses) lost in between",
            "time to join \(Text.fixed(report.joinMilliseconds50, 0)) ms (half),"
                + " \(Text.fixed(report.joinMilliseconds95, 0)) ms (95 %),"
                + " \(Text.fixed(report.joinMillisecondsLongest, 0)) ms (longest)",
            "measured \(Text.fixed(report.seconds, 0)) s: in \(report.packetsReceived) packets,"
                + " \(Text.fixed(report.megabitsIn, 1)) Mbit/s; out \(report.packetsSent) packets,"
                + " \(Text.fixed(report.megabitsOut, 1)) Mbit/s, \(report.packetsResent) sent again",
            "loss \(Text.fixed(report.lossPercent, 3)) % (mark \(Text.fixed(LoadReport.lossMark, 1)) %)",
            "latency of sound \(Text.fixed(report.latencyMilliseconds50, 1)) ms (half),"
                + " \(Text.fixed(report.latencyMilliseconds95, 1)) ms (95 %),"
                + " \(Text.fixed(report.latencyMilliseconds99, 1)) ms (99 %)",
            "dropped here: \(report.kernelDrops) by the kernel before us, \(report.sendDrops) by us,"
                + " \(report.refused) unreadable",
            "generator \(Text.fixed(report.cpuPercent, 0)) % of a core (mark \(Text.fixed(LoadReport.cpuMark, 0)) %)",
        ]
        lines += report.troubles.sorted { $0.value > $1.value }.map { "not joined: \($0.value) × \($0.key)" }
        return lines
    }
}
