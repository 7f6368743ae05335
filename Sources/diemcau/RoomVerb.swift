import ArgumentParser
import Conference
import Signalling

/// What every verb of `diemcau room` takes.
struct VerbOptions: ParsableArguments {
    @OptionGroup var server: ServerOptions
    @Option(help: "Of what is said: vi or en.") var language = Language.vi
    @Flag(help: "Print the server's JSON.") var json = false

    /// Gives `command` and says what it has changed.
    ///
    /// - Parameters:
    ///   - command: What to do.
    ///   - room: The room's id.
    ///   - vietnamese: What has changed.
    ///   - english: The same.
    /// - Throws: The command's exit status, its reason told.
    func perform(_ command: Command, in room: String, _ vietnamese: String, _ english: String) async throws {
        let answer = try await post(command, in: room)
        print(json ? answer.text : language == .vi ? vietnamese : english)
    }

    func post(_ command: Command, in room: String) async throws -> RoomAPI.Body {
        let path = "/v1/rooms/\(room.escaped)/\(command.verb.rawValue)"
        return try await RoomAPI(server, language: language).post(path, CommandMessage(command).body)
    }
}

/// Codes and modes as arguments.
extension PointCode: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

extension RoomMode: ExpressibleByArgument {}

extension Collection where Element == PointCode {
    /// For people.
    var listed: String { map(\.rawValue).joined(separator: ", ") }
}
