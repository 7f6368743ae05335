import ArgumentParser
import Conference
import FoundationEssentials
import Participant
import Signalling
import Terminal

/// How the lines are.
extension Room {
    /// `diemcau room health ROOM [POINT]`.
    struct Health: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints every line's figures of the last second, the worst first.",
            discussion: "diemcau monitor shows them live.")
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "One point's code.") var point: PointCode?
        @OptionGroup var options: VerbOptions

        func run() async throws {
            let api = try RoomAPI(options.server, language: options.language)
            try await Self.show(room, point, of: api, in: options.language, json: options.json)
        }

        /// Asks once and prints.
        static func show(
            _ room: String, _ point: PointCode? = nil, of api: RoomAPI, in language: Language, json: Bool
        ) async throws {
            let query = point.map { "?point=\($0)" } ?? ""
            let body = try await api.get("/v1/rooms/\(room.escaped)/health\(query)")
            if json { return print(body.text) }
            let lines = point == nil ? try body.decoded(as: Listing.self).lines : [try body.decoded(as: Line.self)]
            let figures = Figures(language)
            Table(
                ["POINT", "STATE", "UP", "LOSS", "RTT", "JITTER", "DOWN", "LOSS", "RTT", "JITTER", "PATH"],
                lines.sorted { $0.rank < $1.rank }.map { line in
                    [line.point, line.state] + line.up.cells(figures) + line.down.cells(figures) + [line.path ?? ""]
                }
            ).print()
        }
    }

    private struct Listing: Decodable { var lines: [Line] }

    private struct Line: Decodable {
        var point: String
        var state: String
        var path: String?
        var up: Direction
        var down: Direction

        /// The worst first.
        var rank: Int { HealthState(rawValue: state).flatMap { MonitorView.order.firstIndex(of: $0) } ?? 0 }
    }

    private struct Direction: Decodable {
        var kbps: Double?
        var loss: Double?
        var rtt: Double?
        var jitter: Double?

        func cells(_ figures: Figures) -> [String] {
            [figures.rate(kbps), figures.percent(loss), figures.milliseconds(rtt), figures.milliseconds(jitter)]
        }
    }
}
