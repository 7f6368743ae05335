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
            Each point opens a signalling socket, too. --sockets alone measures sockets without media; where the roster \
            has fewer points, observers fill up.
            Prints a line each second on standard error and the result at the end. Exits with 0 when all points and \
            sockets joined, 1 when not, or when it could not begin.
            """)

    @Argument(help: "The server, https://HOST:PORT; else DIEMCAU_URL.") var url: String?
    @Option(help: "The room's id.") var room: String
    @Option(help: "How many points of the roster join; all by default, none with --sockets or --slow-sockets.")
    var points: Int?
    @Flag(help: "Points open no signalling socket.") var noSockets = false
    @Option(help: "How many come with a socket and without media.") var sockets = 0
    @Option(help: "How many come with a socket, greet and never read.") var slowSockets = 0
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
        guard plan.count > 0 else { try fail("no points: the roster is empty, or --points is 0") }
        let run = LoadRun(plan, seconds: seconds, isSynthetic: synthetic)
        do {
            let files = try FileLimit.raise()
            guard files > 3 * plan.points.count + plan.count + 64 else {
                try fail("\(plan.count) points and sockets need more open files than the limit of \(files)")
            }
            let report = try run.run(trust: trust())
            if json { try printJSON(report) } else { LoadTable(report).print() }
            guard report.isComplete else { throw ExitCode.failure }
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
        let media = points ?? (sockets + slowSockets > 0 ? 0 : definition.roster.count)
        let roster = definition.roster.prefix(max(0, media))
        var plan = LoadPlan(server: address, room: room, points: [])
        plan.audioSlots = definition.audioSlots
        plan.pictureSlots = definition.pictureSlots
        plan.seed = seed
        plan.joinsPerSecond = pace
        plan.opensSockets = !noSockets
        let mint = try tokens.map(TokenSource.init(file:)) ?? TokenSource(state: stateFolder(), room: definition.id)
        for entry in roster {
            let token = try mint.token(of: entry.code)
            let isBridge = entry.kind != .commune
            plan.points.append(
                LoadPlan.Point(code: entry.code.rawValue, token: token, sending: isBridge ? .bridge : .commune))
        }
        plan.points += try (0..<max(0, observers)).map { try observer($0, mint) }
        try addSockets(to: &plan, definition.roster.dropFirst(roster.count).map(\.code), mint)
        return plan
    }

    /// Sockets of points that have no media here, then of observers.
    private func addSockets(to plan: inout LoadPlan, _ codes: [PointCode], _ mint: TokenSource) throws {
        var free = codes[...]
        var observers = max(0, observers)
        func next() throws -> LoadPlan.Point {
            if let code = free.popFirst() {
                return LoadPlan.Point(code: code.rawValue, token: try mint.token(of: code), sending: .nothing)
            }
            defer { observers += 1 }
            return try observer(observers, mint)
        }
        for _ in 0..<max(0, sockets) { plan.sockets.append(try next()) }
        for _ in 0..<max(0, slowSockets) { plan.slowSockets.append(try next()) }
    }

    private func observer(_ number: Int, _ mint: TokenSource) throws -> LoadPlan.Point {
        LoadPlan.Point(
            code: "observer-\(number + 1)", token: try mint.observerToken(number), sending: .nothing)
    }
}
