import ArgumentParser
import Conference
import FoundationEssentials
import Glibc
import MediaTools
import Participant
import Terminal
import Tokens
import Units

/// `diemcau join`: takes part in a room as a point, with picture and sound from files, devices or made up.
struct Join: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Joins a room as a point: sends picture and sound, records or shows what comes.",
        discussion: """
            On a terminal: who is seen and heard, the queue, this point's state and line; keys: m microphone, v camera, \
            h hand up or down, d delegates, t message to the staff, q leave. Else one line of status a second, as \
            JSON; messages go to standard error. Comes back by itself when the server is lost. Ends on Ctrl-C. Exits \
            with 0 when it left, 1 when it could not begin (camera, microphone, record folder), 2 when it was \
            refused, replaced or put out, 3 when the server was lost and it gave up. Capture, codecs and players are \
            ffmpeg's.
            """)

    @Argument(help: "The server, https://HOST:PORT; else DIEMCAU_URL.") var server: String?
    @OptionGroup var options: ServerOptions
    @Option(help: "The room's id.") var room: String
    @Option(name: .customLong("as"), help: "The point's code; the token must be for it.") var point: String?

    @Option(help: "A clip (looped), test, or a device such as /dev/video0.") var camera: String?
    @Option(help: "A clip (looped), test (a voice), tone, or a device: default, hw:0.") var microphone: String?
    @Option(help: "What the picture is coded in: VP8 or H264.") var codec = "VP8"
    @Option(help: "The picture's size, such as 1280x720.") var size = "640x360"
    @Option(help: "The picture's rate in kbit/s; else what suits the size.") var bitrate: Int?
    @Option(help: "Pictures a second, 1 to 60.") var fps = 25
    @Option(help: "The name in the test picture; else the roster's.") var name: String?

    @Option(help: "A folder to record to: main.mkv, a file for each other slot, slots.jsonl.") var record: String?
    @Flag(help: "Show the main picture in ffplay or mpv.") var play = false
    @Flag(help: "Send nothing.") var observe = false
    @Option(help: "How many voices to receive, 0 to 8.") var audioSlots = 3
    @Option(help: "How many pictures to receive, 0 to 16.") var pictureSlots = 3

    @Option(name: .customLong("for"), help: "Leave by itself after so long: 90s, 30m, 12h.") var duration: String?
    @Option(help: "Give up when the server has been lost for so long; else never.") var giveUp: String?
    @Flag(help: "Give up at the first loss.") var noRetry = false
    @Flag(help: "Take the seat from another device, where the role may.") var takeover = false
    @Option(help: "Of what is shown: vi or en.") var language = Language.vi

    func validate() throws {
        guard VideoChoice(codec) != nil else { throw ValidationError("--codec is VP8 or H264, not \(codec)") }
        guard PictureSize(size) != nil else {
            throw ValidationError("--size is WIDTHxHEIGHT, both even, 64 to 3840, not \(size)")
        }
        guard (30...20_000).contains(bitrate ?? 800) else { throw ValidationError("--bitrate is 30 to 20000 kbit/s") }
        guard (1...60).contains(fps) else { throw ValidationError("--fps is 1 to 60") }
        guard (0...8).contains(audioSlots), (0...16).contains(pictureSlots) else {
            throw ValidationError("--audio-slots is 0 to 8, --picture-slots 0 to 16")
        }
        guard !observe || (camera == nil && microphone == nil) else {
            throw ValidationError("--observe sends nothing: leave out --camera and --microphone")
        }
        for (name, text) in [("--for", duration), ("--give-up", giveUp)] {
            guard let text, Span.seconds(text) == nil else { continue }
            throw ValidationError("\(name) is a length of time such as 90s, 30m or 12h, not \(text)")
        }
    }

    func run() async throws {
        let address = try ServerOptions.server(server ?? options.url)
        let token = try options.bearerToken()
        try checkPoint(of: token)
        let trust = options.trust()
        if !observe, camera == nil, microphone == nil {
            complain("sending nothing: give --camera and --microphone, or --observe to say that it is meant so")
        }
        let lookup = RoomLookup(server: address, room: room, token: token, trust: trust)
        var plan = JoinPlan(session: session(address, token), trust: trust, capture: capture)
        plan.capture.name = await pointName(lookup)
        plan.language = language
        plan.record = record
        plan.plays = play
        plan.givesUpAfter = noRetry ? .zero : giveUp.flatMap(Span.seconds).map { .seconds($0) }
        plan.leavesAfter = duration.flatMap(Span.seconds).map { .seconds($0) }
        let outcome = await JoinStation.run(plan)
        if !outcome.text.isEmpty { complain(outcome.text.plain) }
        guard outcome.status == 0 else { throw ExitCode(outcome.status) }
    }

    private func session(_ server: ServerAddress, _ token: String) -> SessionSettings {
        var session = SessionSettings(server: server, room: room, token: token)
        session.language = language.rawValue
        session.sendsMicrophone = microphone != nil
        session.camera = camera == nil ? nil : VideoChoice(codec)?.codec
        session.audioSlots = audioSlots
        session.pictureSlots = pictureSlots
        session.takesOver = takeover
        return session
    }

    private var capture: CaptureSettings {
        var capture = CaptureSettings()
        capture.camera = camera.map(MediaInput.init(camera:))
        capture.microphone = microphone.map(MediaInput.init(microphone:))
        capture.codec = VideoChoice(codec)?.codec ?? .vp8
        capture.size = PictureSize(size) ?? .small
        capture.pictureRate = bitrate.map { .kilobits(UInt64(clamping: $0)) } ?? capture.size.usualBitrate
        capture.frameRate = fps
        return capture
    }

    /// Only test pictures and voices say a name: nobody else waits for the roster.
    private func pointName(_ lookup: RoomLookup) async -> String {
        if let name { return name }
        guard camera == "test" || microphone == "test", let point else { return point ?? room }
        return await lookup.name(of: point) ?? point
    }

    /// Says at once what the server would say later; whether the token is good is the server's to decide.
    private func checkPoint(of token: String) throws {
        struct Claims: Decodable { var point: String? }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard let point, parts.count == 3, let payload = Base64URL.decode(parts[1].utf8),
            let claims = try? JSONDecoder().decode(Claims.self, from: Data(payload)), claims.point != point
        else { return }
        complain("the token is for \(claims.point.map { "point \($0)" } ?? "no point"), not for \(point)")
        throw ExitCode(2)
    }
}

/// `--codec`, in any case of letters.
private struct VideoChoice {
    var codec: StreamCodec

    init?(_ text: String) {
        switch text.uppercased() {
        case "VP8": codec = .vp8
        case "H264", "H.264": codec = .h264
        default: return nil
        }
    }
}

/// `--language`.
extension Language: ExpressibleByArgument {}
