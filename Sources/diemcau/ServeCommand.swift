import ArgumentParser
import BridgeServer
import Conference
import Configuration
import Glibc
import Units

/// `diemcau serve`: runs the bridge until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the bridge.",
        discussion: """
            Settings come from a YAML file (--config), DIEMCAU_* variables and the options below, each stronger than \
            the one before; Deploy/diemcau.yaml lists all of them. Ends cleanly on SIGTERM and SIGINT with status 0; \
            status 1 means that it could not start, and one line says why.
            """)

    @Option(help: "A YAML file of settings.") var config: String?
    @Option(help: "Folder of room files.") var rooms: String?
    @Option(help: "Folder of certificate and keys.") var state: String?
    @Option(help: "Where HTTPS is served, ADDRESS:PORT.") var listen: String?
    @Option(help: "Where media arrives, ADDRESS[:PORT]; one port more for each loop.") var media: String?
    @Option(help: "An address at which clients reach the media; may be given often.") var announce: [String] = []
    @Option(help: "Where metrics are served in plain HTTP, ADDRESS:PORT.") var metrics: String?
    @Option(help: "Media loops, 1 to 64.") var loops: String?
    @Option(help: "PEM file of the certificate chain.") var certificate: String?
    @Option(help: "PEM file of the certificate's key.") var certificateKey: String?
    @Option(help: "PEM file of a further key that signs tokens; may be given often.") var tokenKeys: [String] = []
    @Option(help: "What tokens must be for (aud).") var tokenAudience: String?
    @Option(help: "Whether pages of other origins may use the media resource, true or false.") var crossOrigin: String?
    @Option(help: "Connections that may be open in all.") var maximumConnections: String?
    @Option(help: "Connections that may be open from one address.") var maximumConnectionsPerAddress: String?
    @Option(help: "Seconds for a handshake, and for a request.") var requestTimeoutSeconds: String?
    @Option(help: "KiB of a request's head.") var maximumHeadKibibytes: String?
    @Option(help: "KiB of a request's content.") var maximumBodyKibibytes: String?
    @Option(help: "Whether each point's line is measured, true or false.") var telemetry: String?
    @Option(help: "Whether metrics have series for each point, true or false.") var metricsPerPoint: String?

    func run() async throws {
        let settings = try Machine.settings(file: config, options: options)
        let server: Server
        do throws(ServerError) {
            server = try await Server(settings)
        } catch {
            try fail("\(error)")
        }
        print("open files: at most \(server.fileLimit)")
        for path in server.made { print("made \(path)") }
        printWelcome(server, settings)
        await Machine.untilToldToStop()
        print("stopping")
        await server.stop()
    }

    private var options: [SettingKey: [String]] {
        var options: [SettingKey: [String]] = [:]
        func set(_ key: SettingKey, _ value: String?) { if let value { options[key] = [value] } }
        set(.rooms, rooms)
        set(.state, state)
        set(.listen, listen)
        set(.media, media)
        set(.metrics, metrics)
        set(.loops, loops)
        set(.certificate, certificate)
        set(.certificateKey, certificateKey)
        set(.tokenAudience, tokenAudience)
        set(.crossOrigin, crossOrigin)
        set(.maximumConnections, maximumConnections)
        set(.maximumConnectionsPerAddress, maximumConnectionsPerAddress)
        set(.requestTimeoutSeconds, requestTimeoutSeconds)
        set(.maximumHeadKibibytes, maximumHeadKibibytes)
        set(.maximumBodyKibibytes, maximumBodyKibibytes)
        set(.telemetry, telemetry)
        set(.metricsPerPoint, metricsPerPoint)
        if !announce.isEmpty { options[.announce] = announce }
        if !tokenKeys.isEmpty { options[.tokenKeys] = tokenKeys }
        return options
    }

    private func printWelcome(_ server: Server, _ settings: ServerSettings) {
        let reachable = settings.announce.first.map { SocketAddress($0, port: server.address.port) } ?? server.address
        let media = server.mediaAddresses.map(\.description).joined(separator: ", ")
        print("serving https://\(server.address) (TCP) and media at \(media) (UDP)")
        let rooms = RoomFiles.loadAll(in: settings.rooms)
        for problem in rooms.problems { print("room file: \(problem)") }
        for (_, room) in rooms.rooms { print("room \(room.id): \(room.title), \(room.roster.count) points") }
        guard
            let room = rooms.rooms.first(where: { $0.room.id.description == "hcmc-168" })?.room
                ?? rooms.rooms.first?.room,
            let point = room.roster.first(where: { $0.kind == .commune }) ?? room.roster.first
        else { return }
        let program = CommandLine.arguments[0]
        let who = "--room \(room.id) --as \(point.code)"
        // Whom to trust for a certificate of the operator's, the operator knows.
        let trust = settings.certificate == nil ? " --ca \(server.state.certificatePath)" : ""
        // The token's file is for its owner only.
        print(
            """

            To join as \(point.name), paste:
              (umask 077; \(program) token --state \(settings.state) \(who) --role point >t) && \\
              \(program) join https://\(reachable)\(trust) \(who) \\
                --token-file t --camera test --microphone test --record out/

            """)
        fflush(nil)
    }
}
