import Conference
import HTTP1
import HTTPTypes
import Signalling
import Tokens
import Units

/// `GET /v1/rooms/{room}/health`: every line's figures; with `?point=CODE` one line and its last five minutes.
extension ControlPlane {
    func health(_ request: Request, room name: String, at moment: Moment) throws(ProblemDocument) -> Response {
        if request.method == .options { return Self.options(allow: "GET, HEAD, OPTIONS") }
        guard request.method == .get || request.method == .head else { throw .method(allow: "GET, HEAD, OPTIONS") }
        let (claims, id) = try claims(of: request, room: name, at: moment)
        guard claims.role.isStaff else { throw ProblemDocument(.notAllowed) }
        guard let room = rooms[id]?.room else { throw ProblemDocument(.unknownRoom) }
        guard let text = request.target.queryValue("point") else {
            let points = room.definition.roster.map(\.code)
            let view = HealthView(at: moment.unixTime, lines: lines.healthLines(of: id, points: points))
            return JSON.response(encoded: view.document(room: id))
        }
        guard let point = PointCode(text), room.rosterLine(point) != nil else {
            throw ProblemDocument(404, "unknown-point", "There is no point of that code. Check the roster.")
        }
        let empty = HealthHistory(up: DirectionHistory(), down: DirectionHistory())
        let line = lines.healthLine(of: point, in: id)
        return JSON.response(encoded: line.document(history: lines.history(of: point, in: id) ?? empty))
    }
}
