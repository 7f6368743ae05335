import ArgumentParser
import Conference

/// Who is heard and seen.
extension Room {
    /// Whom `mute` and `unmute` are about.
    struct MuteOptions: ParsableArguments {
        @Argument(help: "Codes of points.") var points: [PointCode] = []
        @Flag(help: "Every point of the roster but the chair's.") var all = false

        func validate() throws {
            guard all == points.isEmpty else { throw ValidationError("name points, or say --all") }
        }

        var target: Command.MuteTarget { all ? .all : .points(points) }
    }

    /// `diemcau room mute ROOM POINT… | --all`.
    struct Mute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Mutes points, which can't lift it themselves; the floor makes them heard while they have it.")
        @Argument(help: "The room's id.") var room: String
        @OptionGroup var target: MuteOptions
        @OptionGroup var options: VerbOptions

        func run() async throws {
            try await options.perform(
                .mute(target.target), in: room,
                target.all ? "Đã tắt tiếng mọi điểm cầu trừ chủ tọa." : "Đã tắt tiếng \(target.points.listed).",
                target.all ? "All points but the chair's are muted." : "Muted: \(target.points.listed).")
        }
    }

    /// `diemcau room unmute ROOM POINT… | --all`.
    struct Unmute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lifts the mute of points.")
        @Argument(help: "The room's id.") var room: String
        @OptionGroup var target: MuteOptions
        @OptionGroup var options: VerbOptions

        func run() async throws {
            try await options.perform(
                .unmute(target.target), in: room,
                target.all ? "Đã bật tiếng mọi điểm cầu." : "Đã bật tiếng \(target.points.listed).",
                target.all ? "All points are unmuted." : "Unmuted: \(target.points.listed).")
        }
    }

    /// `diemcau room mode ROOM MODE`.
    struct Mode: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Chooses how speaking is ordered.",
            discussion: """
                discussion: all are heard. lecture: the chair, and one point that has the floor. conference: the chair, \
                and the points that have the floor.
                """)
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "discussion, lecture or conference.") var mode: RoomMode
        @OptionGroup var options: VerbOptions

        func run() async throws {
            try await options.perform(
                .mode(mode), in: room, "Chế độ của phòng: \(Self.vietnamese(mode)).",
                "The room's mode: \(mode.rawValue).")
        }

        private static func vietnamese(_ mode: RoomMode) -> String {
            switch mode {
            case .discussion: "thảo luận"
            case .lecture: "thuyết trình"
            case .conference: "hội nghị"
            }
        }
    }

    /// `diemcau room program ROOM POINT…`: chooses who is seen.
    struct Program: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Chooses who is seen, main picture first; without points goes back to the room's default.")
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "Codes of points.") var points: [PointCode] = []
        @OptionGroup var options: VerbOptions

        func run() async throws {
            let answer = try await options.post(.program(points), in: room)
            if options.json { return print(answer.text) }
            // What has come of it: the plan holds the default's points, too.
            try await RoomAPI(options.server).get("/v1/rooms/\(room.escaped)").decoded(as: RoomSummary.self).print()
        }
    }
}
