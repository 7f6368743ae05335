import ArgumentParser
import Conference

/// Who may speak.
extension Room {
    /// `diemcau room give ROOM POINT`.
    struct Give: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a point the floor, whether it asked or not.",
            discussion: "In a lecture whoever had it loses it; in a conference several may have it.")
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "The point's code.") var point: PointCode
        @OptionGroup var options: VerbOptions

        func run() async throws {
            try await options.perform(
                .give(point), in: room, "Điểm cầu \(point) được phát biểu.", "Point \(point) has the floor.")
        }
    }

    /// `diemcau room take ROOM [POINT]`.
    struct Take: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes the floor back from a point, or turns its request down; without a point from all.")
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "The point's code; all who have the floor by default.") var point: PointCode?
        @OptionGroup var options: VerbOptions

        func run() async throws {
            let whom = point.map { "\($0)" }
            try await options.perform(
                .take(point), in: room,
                whom.map { "Điểm cầu \($0) không còn phát biểu, cũng không chờ." }
                    ?? "Không còn điểm cầu nào phát biểu.",
                whom.map { "Point \($0) neither has the floor nor waits." } ?? "Nobody has the floor.")
        }
    }

    /// `diemcau room ask ROOM`.
    struct Ask: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Asks for the floor for the token's point, which must be in the room.")
        @Argument(help: "The room's id.") var room: String
        @OptionGroup var options: VerbOptions

        func run() async throws {
            try await options.perform(.ask, in: room, "Đã giơ tay xin phát biểu.", "The hand is up.")
        }
    }

    /// `diemcau room withdraw ROOM`.
    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes the request of the token's point back, or gives the floor back.")
        @Argument(help: "The room's id.") var room: String
        @OptionGroup var options: VerbOptions

        func run() async throws {
            try await options.perform(
                .withdraw, in: room, "Đã hạ tay, không phát biểu.", "The hand is down, the floor given back.")
        }
    }
}
