import Conference
import FoundationEssentials
import HTTP1
import HTTPTypes
import Signalling
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
        let text = rosterText(of: id, record.room, for: claims.role.isStaff ? .staff : .everyone, at: moment)
        let own = claims.role.holdsSeat ? claims.point.flatMap(record.room.rosterLine) : nil
        return JSON.response(encoded: own.map { text.document(with: PointView($0, at: moment)) } ?? text.document)
    }

    /// Encoded anew only when the roster or the second is another one: whoever asks all the time costs nobody anything.
    private func rosterText(
        of id: RoomID, _ room: BridgeRoom, for audience: LineAudience, at moment: Moment
    ) -> RosterText {
        if let known = rooms[id]?.rosterTexts[audience], known.version == room.rosterVersion,
            known.at == moment.unixTime
        {
            return known
        }
        let text = RosterText(room, for: audience, at: moment)
        rooms[id]?.rosterTexts[audience] = text
        encodedRosters &+= 1
        return text
    }
}

/// One room's roster in JSON as its points or its staff see it, with places where a point's own line can be put in.
struct RosterText {
    private(set) var version: UInt64
    /// In Unix seconds.
    let at: Int
    let document: [UInt8]
    /// Where each point's line stands in ``document``.
    private var points: [String: Range<Int>] = [:]

    init(_ room: BridgeRoom, for audience: LineAudience, at moment: Moment) {
        version = room.rosterVersion
        at = moment.unixTime
        var text = Array(#"{"points":["#.utf8)
        for line in room.rosterLines {
            if !points.isEmpty { text.append(UInt8(ascii: ",")) }
            let view = PointView(line, at: moment)
            let encoded = JSON.encode(audience.seesPrivateFields ? view : view.withoutPrivateFields())
            points[view.code] = text.count..<text.count + encoded.count
            text += encoded
        }
        // A room's id is letters, digits and marks that stand for themselves.
        text += Array(#"],"room":"\#(room.definition.id)","version":\#(version)}"#.utf8)
        document = text
    }

    /// The roster with the private fields of the reader's own line.
    fileprivate func document(with own: PointView) -> [UInt8] {
        guard let place = points[own.code] else { return document }
        return Array(document[..<place.lowerBound]) + JSON.encode(own) + document[place.upperBound...]
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
