import ArgumentParser

/// `diemcau`: bridge conferences, from the server to the commune's box.
@main
struct Diemcau: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diemcau",
        abstract: "Bridge conferences: a server, and the points that join it.",
        subcommands: [Serve.self, Join.self, Monitor.self, Room.self, Load.self, Token.self, Check.self])
}
