import Conference
import HTTP1
import HTTPTypes
import Signalling
import Tokens
import Units

/// The participants' verbs, over the socket and over HTTP: the same names, the same rules.
extension ControlPlane {
    /// Carries out a command that came over a socket, and answers it: exactly one `ok` or `error`.
    func run(_ message: CommandMessage, id: UInt64, on socket: ServerSocket, at moment: Moment) {
        let now = moment.instant
        let refusal: Refusal?
        switch socket.rate.take(at: now) {
        case .close: return endForRate(socket, at: now)
        case .refuse(let pause): refusal = .tooManyCommands(retryAfter: pause)
        case .pass: refusal = carryOut(message, on: socket, at: moment)
        }
        if let refusal {
            refusals[refusal.code, default: 0] &+= 1
            socket.send(.error(ErrorReply(refusal, id: id, in: socket.language)))
        } else {
            socket.send(.ok(id: id))
        }
    }

    private func carryOut(_ message: CommandMessage, on socket: ServerSocket, at moment: Moment) -> Refusal? {
        // However many devices and connections share a token, and over HTTP too.
        if let pause = rates.take(socket.claims.tokenID, at: moment.instant) {
            return .tooManyCommands(retryAfter: pause)
        }
        if message.verb == .stats { return watch(message, on: socket, at: moment) }
        return run(message, by: socket.actor, expires: socket.claims.expires, in: socket.room, at: moment)
    }

    private func run(
        _ message: CommandMessage, by actor: Actor, expires: Int, in room: RoomID, at moment: Moment
    ) -> Refusal? {
        guard moment.unixTime < expires else { return .tokenExpired }
        guard rooms[room] != nil else { return .unknownRoom }
        for effect in apply(.command(message.command, by: actor), to: room, at: moment.instant) {
            if case .rejected(let refusal) = effect { return refusal }
        }
        return nil
    }

    /// `stats`: what the client measured, and whether it wants the `health` stream.
    private func watch(_ message: CommandMessage, on socket: ServerSocket, at moment: Moment) -> Refusal? {
        guard moment.unixTime < socket.claims.expires else { return .tokenExpired }
        guard Permissions.allows(message.command, by: socket.actor) else { return .notAllowed }
        if case .stats(_, let watch?) = message.command { socket.watchesHealth = watch }
        if let report = message.report, let point = socket.actor.point {
            lines.take(report, from: point, in: socket.room, at: moment.instant)
        }
        return nil
    }

    // MARK: Over HTTP

    /// `POST /v1/rooms/{room}/{verb}`; the body is the command without `type` and `id`.
    func verb(_ request: Request, room name: String, _ kind: Verb, at moment: Moment)
        throws(ProblemDocument) -> Response
    {
        if request.method == .options { return Self.options(allow: "POST, OPTIONS") }
        guard request.method == .post else { throw .method(allow: "POST, OPTIONS") }
        let (claims, id) = try claims(of: request, room: name, at: moment)
        let language = Language(preferredBy: request)
        let actor = Actor(role: claims.role, point: claims.point, session: nil, token: claims.tokenID)
        if let pause = rates.take(claims.tokenID, at: moment.instant) {
            throw ProblemDocument(.tooManyCommands(retryAfter: pause), in: language)
        }
        let message: CommandMessage
        do throws(MessageError) {
            message = try CommandMessage(kind, body: request.body)
        } catch {
            throw ProblemDocument(error.refusal, in: language)
        }
        if kind == .stats { throw ProblemDocument(.unsupported, in: language) }
        if let refusal = run(message, by: actor, expires: claims.expires, in: id, at: moment) {
            throw ProblemDocument(refusal, in: language)
        }
        guard kind == .program, let record = rooms[id] else { return JSON.response(["type": "ok"]) }
        return JSON.response(RoomSummary(record))
    }
}

extension Language {
    /// The first of `Accept-Language` that is spoken here (RFC 9110 §12.5.4, without weights); Vietnamese otherwise.
    init(preferredBy request: Request) {
        let ranges = (request.fields[.acceptLanguage] ?? "").lowercased().split(separator: ",")
        let first = ranges.lazy.compactMap { Language(rawValue: String($0.drop { $0 == " " }.prefix(2))) }.first
        self = first ?? .vi
    }
}
