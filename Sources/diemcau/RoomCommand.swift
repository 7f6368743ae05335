import ArgumentParser

/// `diemcau room …`: what is going on in a room, and who is seen.
struct Room: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows rooms, and leads the conference in them.",
        discussion: """
            Tables or a sentence, the server's JSON with --json. Exits with 0, 1 when the server can't be reached, 2 \
            when it refuses; the reason is on standard error.
            """,
        subcommands: [
            List.self, Show.self, Roster.self, Health.self, Program.self, Give.self, Take.self, Ask.self,
            Withdraw.self, Mute.self, Unmute.self, Mode.self, Lock.self, Unlock.self, Remove.self, Readmit.self,
            Message.self, Delegates.self,
        ])

    /// `diemcau room list`: the rooms that the token may see.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the rooms that the token is for.")
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let body = try await RoomAPI(server).get("/v1/rooms")
            if json { return print(body.text) }
            let rooms = try body.decoded(as: RoomListing.self).rooms
            Table(
                ["ROOM", "PRESENT", "EXPECTED", "TITLE"],
                rooms.map {
                    [$0.room, "\($0.present)", "\($0.expected)", $0.title]
                }
            ).print()
        }
    }

    /// `diemcau room show ROOM`: one room at a glance.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one room at a glance.")
        @Argument(help: "The room's id.") var room: String
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let body = try await RoomAPI(server).get("/v1/rooms/\(room.escaped)")
            if json { return print(body.text) }
            try body.decoded(as: RoomSummary.self).print()
        }
    }

    /// `diemcau room roster ROOM`: every expected point.
    struct Roster: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints every expected point and how it is.")
        @Argument(help: "The room's id.") var room: String
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let body = try await RoomAPI(server).get("/v1/rooms/\(room.escaped)/roster")
            if json { return print(body.text) }
            let points = try body.decoded(as: RosterListing.self).points
            Table(
                ["CODE", "STATE", "SECONDS", "SENDS", "PATH", "NAME"],
                points.map { point in
                    let sends = [
                        point.media.audio ? "sound" : nil, point.media.video ? point.media.codec ?? "picture" : nil,
                        point.media.screen ? "screen" : nil,
                    ].compactMap { $0 }.joined(separator: "+")
                    return [point.code, point.state, "\(point.seconds)", sends, point.path ?? "", point.name]
                }
            ).print()
        }
    }
}

/// The server's answers about rooms; unknown fields are ignored.
private struct RoomListing: Decodable { var rooms: [RoomSummary] }

struct RoomSummary: Decodable {
    var room: String
    var title: String
    var mode: String
    var expected: Int
    var present: Int
    var observers: Int
    var program: [String]
    var seen: [String]
    var speaker: String?

    func print() {
        Table(
            ["ROOM", room],
            [
                ["title", title], ["mode", mode], ["present", "\(present) of \(expected)"],
                ["observers", "\(observers)"],
                ["program", program.joined(separator: " ")], ["seen", seen.joined(separator: " ")],
                ["speaker", speaker ?? ""],
            ]
        ).print()
    }
}

private struct RosterListing: Decodable {
    struct Point: Decodable {
        struct Media: Decodable {
            var audio: Bool
            var video: Bool
            var screen: Bool
            var codec: String?
        }

        var code: String
        var name: String
        var state: String
        var seconds: Int
        var path: String?
        var media: Media
    }

    var points: [Point]
}
