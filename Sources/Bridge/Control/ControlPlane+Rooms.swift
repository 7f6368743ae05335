import Conference
import FoundationEssentials
import HTTP1
import HTTPTypes
import Tokens
import Units

/// What is going on in a room, as JSON.
extension ControlPlane {
    func roomList(_ request: Request, at moment: Moment) throws(ProblemDocument) -> Response {
        if request.method == .options { return Self.options(allow: "GET, HEAD, OPTIONS") }
        guard request.method == .get || request.method == .head else { throw .method(allow: "GET, HEAD, OPTIONS") }
        let claims = try claims(of: request, at: moment)
        // A token shows its own room only.
        let summaries = rooms[claims.room].map { [RoomSummary($0)] } ?? []
        return JSON.response(["rooms": summaries])
    }

    func roomView(
        _ request: Request, room name: String, isRoster: Bool, at moment: Moment
    ) throws(ProblemDocument) -> Response {
        if request.method == .options { return Self.options(allow: "GET, HEAD, OPTIONS") }
        guard request.method == .get || request.method == .head else { throw .method(allow: "GET, HEAD, OPTIONS") }
        let (claims, id) = try claims(of: request, room: name, at: moment)
        guard let record = rooms[id] else { throw ProblemDocument(.unknownRoom) }
        guard isRoster else { return JSON.response(RoomSummary(record)) }
        let own = claims.role.holdsSeat ? claims.point : nil
        let points = record.room.rosterLines.map { line in
            let view = PointView(line, at: moment)
            return claims.role.isStaff || line.entry.code == own ? view : view.withoutPrivateFields()
        }
        return JSON.response(RosterView(room: id.rawValue, version: record.room.rosterVersion, points: points))
    }
}

/// A room at a glance.
struct RoomSummary: Encodable {
    var room: String
    var title: String
    var mode: String
    var central: String
    var expected: Int
    var present: Int
    var observers: Int
    var program: [String]
    var seen: [String]
    var speaker: String?

    init(_ record: RoomRecord) {
        let room = record.room
        self.room = room.definition.id.rawValue
        title = room.definition.title
        mode = room.mode.rawValue
        central = room.definition.central.rawValue
        expected = room.definition.roster.count
        present = room.occupiedSeats
        observers = room.attendance.observers
        program = room.program.map(\.rawValue)
        seen = room.picturePlan.map(\.rawValue)
        speaker = room.speaker?.rawValue
    }
}

private struct RosterView: Encodable {
    var room: String
    var version: UInt64
    var points: [PointView]
}

/// One point of the roster.
private struct PointView: Encodable {
    struct Media: Encodable {
        var audio: Bool
        var video: Bool
        var screen: Bool
        var codec: String?
        var layers: Int
    }

    struct Takeover: Encodable {
        var cause: String
        var secondsAgo: Int
    }

    var code: String
    var name: String
    var kind: String
    var level: Int
    var parent: String?
    var contactName: String
    var contactTelephone: String
    var state: String
    /// For how many seconds it has been in `state`.
    var seconds: Int
    /// When `state` began, in Unix time.
    var since: Int
    var media: Media
    var path: String?
    var sessions: [String]
    var takeovers: Int
    var lastTakeover: Takeover?
    var departure: String?

    /// What other points and observers see: nobody's telephone, address, device or comings and goings.
    func withoutPrivateFields() -> PointView {
        var view = self
        view.contactName = ""
        view.contactTelephone = ""
        view.path = nil
        view.sessions = []
        view.takeovers = 0
        view.lastTakeover = nil
        view.departure = nil
        return view
    }

    init(_ line: RosterLine, at moment: Moment) {
        func seconds(since instant: Instant) -> Int { Int(moment.instant.since(instant).components.seconds) }
        code = line.entry.code.rawValue
        name = line.entry.name
        kind = line.entry.kind.rawValue
        level = line.entry.level
        parent = line.entry.parent?.rawValue
        contactName = line.entry.contactName
        contactTelephone = line.entry.contactTelephone
        state = line.state.rawValue
        self.seconds = seconds(since: line.since)
        since = moment.unixTime - self.seconds
        media = Media(
            audio: line.media.audio, video: line.media.video, screen: line.media.screen,
            codec: line.media.videoCodec?.rawValue, layers: line.media.layers)
        path = line.path
        sessions = line.sessions.map(\.description)
        takeovers = line.takeovers
        lastTakeover = line.lastTakeover.map {
            Takeover(cause: $0.cause.rawValue, secondsAgo: seconds(since: $0.at))
        }
        departure = line.departure?.code
    }
}

/// A room in numbers, for metrics.
package struct RoomFigures: Sendable {
    package var room: String
    package var expected: Int
    package var present: Int
    package var observers: Int
}

extension ControlPlane {
    package var roomFigures: [RoomFigures] {
        rooms.values.map { record in
            RoomFigures(
                room: record.room.definition.id.rawValue, expected: record.room.definition.roster.count,
                present: record.room.occupiedSeats, observers: record.room.attendance.observers)
        }.sorted { $0.room < $1.room }
    }

    /// Titles and ids of all rooms, for whoever starts the server.
    package var roomTitles: [(id: String, title: String)] {
        rooms.values.map { ($0.room.definition.id.rawValue, $0.room.definition.title) }.sorted { $0.0 < $1.0 }
    }
}
