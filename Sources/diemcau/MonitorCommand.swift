import ArgumentParser
import Conference
import FoundationEssentials
import Participant
import Terminal
import Tokens

/// `diemcau monitor`: every line of a room, live.
struct Monitor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows every point's line live, the worst first, both directions.",
        discussion: """
            For technicians, operators and chairs. On a terminal a table: arrows choose, Enter shows one point's last \
            five minutes, / filters by name or code, q ends. Else one JSON object a second. Exits with 0, 1 when the \
            server can't be reached (--once), 2 when it refuses.
            """)

    @Argument(help: "The server, https://HOST:PORT; else DIEMCAU_URL.") var server: String?
    @OptionGroup var options: ServerOptions
    @Option(help: "The room's id; else the one that the token is for.") var room: String?
    @Flag(help: "Print the figures of the last second and end.") var once = false
    @Flag(help: "With --once: print the server's JSON.") var json = false
    @Option(help: "Of what is shown: vi or en.") var language = Language.vi

    func validate() throws {
        guard once || !json else { throw ValidationError("--json goes with --once") }
    }

    func run() async throws {
        var options = options
        options.url = server ?? options.url
        let token = try options.bearerToken()
        guard let room = room ?? Self.room(of: token) else { try fail("--room: the token does not say which room") }
        if once {
            let api = try RoomAPI(options, token: token, language: language)
            return try await Room.Health.show(room, of: api, in: language, json: json)
        }
        var socket = SocketSettings(server: try options.server(), room: room, token: token)
        socket.language = language
        let plan = MonitorPlan(socket: socket, trust: options.trust())
        let outcome = await MonitorStation.run(plan)
        if !outcome.text.isEmpty { complain(outcome.text.plain) }
        guard outcome.status == 0 else { throw ExitCode(outcome.status) }
    }

    /// Whether the token is good is the server's to decide.
    private static func room(of token: String) -> String? {
        struct Claims: Decodable { var room: String? }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(parts[1].utf8) else { return nil }
        return (try? JSONDecoder().decode(Claims.self, from: Data(payload)))?.room
    }
}
