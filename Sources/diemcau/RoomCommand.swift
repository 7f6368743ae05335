import ArgumentParser
import BridgeClient
import FoundationEssentials
import Glibc
import HTTP1
import HTTPTypes

/// `diemcau room …`: what is going on in a room, and who is seen.
struct Room: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows rooms and chooses who is seen.",
        discussion: """
            Tables on a terminal, the server's JSON with --json. Exits with 0, 1 when the server can't be reached, \
            2 when it refuses.
            """,
        subcommands: [List.self, Show.self, Roster.self, Program.self])

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

    /// `diemcau room program ROOM POINT…`: chooses who is seen.
    struct Program: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Chooses who is seen, main picture first; without points goes back to the room's default.")
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "Codes of points.") var points: [String] = []
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let body = try JSONEncoder().encode(["points": points])
            let answer = try await RoomAPI(server).post("/v1/rooms/\(room.escaped)/program", Array(body))
            if json { return print(answer.text) }
            try answer.decoded(as: RoomSummary.self).print()
        }
    }
}

/// The server's answers about rooms; unknown fields are ignored.
private struct RoomListing: Decodable { var rooms: [RoomSummary] }

private struct RoomSummary: Decodable {
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

/// Asks the server and turns its refusals into one line and status 2.
struct RoomAPI {
    struct Body {
        var bytes: [UInt8]
        var text: String { String(decoding: bytes, as: UTF8.self) }

        func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
            do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
                try fail("the server's answer can't be read: \(error)")
            }
        }
    }

    private struct Problem: Decodable {
        var code: String
        var detail: String
    }

    private let server: ServerOptions

    init(_ server: ServerOptions) { self.server = server }

    func get(_ path: String) async throws -> Body { try await send(.get, path, []) }
    func post(_ path: String, _ body: [UInt8]) async throws -> Body { try await send(.post, path, body) }

    private func send(_ method: HTTPRequest.Method, _ path: String, _ body: [UInt8]) async throws -> Body {
        let address = try server.server()
        var fields = HTTPFields()
        fields[.authorization] = "Bearer \(try server.bearerToken())"
        if !body.isEmpty { fields[.contentType] = "application/json" }
        let response: Response
        do {
            let request = try Request(
                method, authority: "\(address)".droppingScheme, path: path, fields: fields, body: body)
            response = try await SingleRequest.send(request, to: address, trust: server.trust())
        } catch {
            try fail("\(error)")
        }
        if response.status.kind == .successful { return Body(bytes: response.body) }
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(response.body))
        complain(problem.map { "\($0.code): \($0.detail)" } ?? "the server answered \(response.status.code)")
        throw ExitCode(2)
    }
}

extension String {
    fileprivate var droppingScheme: String { hasPrefix("https://") ? String(dropFirst(8)) : self }

    /// Percent-encoded for a path segment (RFC 3986 §3.3).
    fileprivate var escaped: String {
        utf8.reduce(into: "") { text, byte in
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || [45, 46, 95, 126].contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            text += isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
        }
    }
}

/// Columns of text, as wide as they must be.
struct Table {
    private let rows: [[String]]

    init(_ head: [String], _ rows: [[String]]) { self.rows = [head] + rows }

    func print() {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            Swift.print(cells.joined(separator: "  "))
        }
    }
}
