import Conference
package import HTTP1
import HTTPTypes
import Tokens

/// From a request to whoever answers it.
extension ControlPlane {
    /// Answers one request; whatever the media loops must do about it is in ``takeCommands()`` afterwards.
    ///
    /// Ids, credentials and SSRCs are drawn from `random`.
    package func answer(
        _ request: Request, at moment: Moment, random: inout some RandomNumberGenerator
    ) -> Reply {
        var reply: Reply
        do throws(ProblemDocument) {
            try checkHost(of: request)
            try checkOrigin(of: request)
            reply = try route(request, at: moment, random: &random)
        } catch {
            refusals[error.code, default: 0] &+= 1
            reply = Reply(error.translated(for: request).response)
        }
        addOriginFields(to: &reply.response, for: request)
        return reply
    }

    private func route(
        _ request: Request, at moment: Moment, random: inout some RandomNumberGenerator
    ) throws(ProblemDocument) -> Reply {
        if let page = try page(request) { return Reply(page) }
        if let segments = request.target.segments, segments.count == 4, segments.prefix(2) == ["v1", "rooms"],
            segments[3] == "socket"
        {
            return try openSocket(request, room: segments[2], at: moment)
        }
        return Reply(try resource(request, at: moment, random: &random))
    }

    private func resource(
        _ request: Request, at moment: Moment, random: inout some RandomNumberGenerator
    ) throws(ProblemDocument) -> Response {
        guard let segments = request.target.segments else { throw .notFound }
        switch (segments.count, segments.first, segments.dropFirst().first) {
        case (2, "v1", "rooms"):
            return try roomList(request, at: moment)
        case (3, "v1", "rooms"):
            return try roomView(request, room: segments[2], isRoster: false, at: moment)
        case (4, "v1", "rooms"):
            if let route = MediaRoute(rawValue: segments[3]) {
                return try offer(request, room: segments[2], route: route, at: moment, random: &random)
            }
            if let kind = Verb(rawValue: segments[3]) {
                return try verb(request, room: segments[2], kind, at: moment)
            }
            switch segments[3] {
            case "roster": return try roomView(request, room: segments[2], isRoster: true, at: moment)
            case "health": return try health(request, room: segments[2], at: moment)
            default: throw .notFound
            }
        case (3, "v1", "media"):
            return try media(request, resource: segments[2], at: moment, random: &random)
        default:
            throw .notFound
        }
    }

    // MARK: Who asks

    /// What the bearer token says (RFC 6750 §2.1).
    ///
    /// Comes before anything about rooms: whoever has no token learns nothing of which rooms there are.
    func claims(of request: Request, at moment: Moment) throws(ProblemDocument) -> TokenClaims {
        let scheme = "bearer "
        guard let value = request.fields[.authorization], value.lowercased().hasPrefix(scheme) else {
            throw ProblemDocument(.tokenMissing)
        }
        return try claims(of: String(value.dropFirst(scheme.count)).trimmingSpaces, at: moment)
    }

    private func claims(of token: String, at moment: Moment) throws(ProblemDocument) -> TokenClaims {
        do throws(TokenError) {
            return try settings.verifier.verify(token, at: moment.unixTime)
        } catch {
            throw ProblemDocument(error == .expired ? .tokenExpired : .tokenWrong)
        }
    }

    /// The claims of a token that is for `name`, and that room.
    func claims(
        of request: Request, room name: String, at moment: Moment
    ) throws(ProblemDocument) -> (TokenClaims, RoomID) {
        try check(claims(of: request, at: moment), for: name)
    }

    /// The same for a token that came some other way than in `Authorization`.
    func claims(
        of token: String, room name: String, at moment: Moment
    ) throws(ProblemDocument) -> (TokenClaims, RoomID) {
        try check(claims(of: token, at: moment), for: name)
    }

    private func check(_ claims: TokenClaims, for name: String) throws(ProblemDocument) -> (TokenClaims, RoomID) {
        guard let id = RoomID(name), claims.room == id else { throw ProblemDocument(.tokenWrongRoom) }
        guard rooms[id] != nil else { throw ProblemDocument(.unknownRoom) }
        return (claims, id)
    }

    // MARK: Where the request is from (RFC 9110 §7.4, RFC 6454)

    private func checkHost(of request: Request) throws(ProblemDocument) {
        let host = Self.host(of: request.target.authority ?? request.head.authority ?? "")
        guard settings.hosts.isEmpty || settings.hosts.contains(host) else {
            throw ProblemDocument(
                421, "wrong-host", "This server is not known by that name. Use one of its certificate.")
        }
    }

    /// The host of `host:port`, in small letters, without brackets.
    private static func host(of authority: String) -> String {
        let text = authority.lowercased()[...]
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") { return String(text[..<end].dropFirst()) }
        return String(text.prefix { $0 != ":" })
    }

    func isOtherOrigin(_ request: Request) -> Bool {
        guard let origin = request.fields[.origin] else { return false }
        return origin.lowercased() != "https://\((request.head.authority ?? "").lowercased())"
    }

    private func checkOrigin(of request: Request) throws(ProblemDocument) {
        guard isOtherOrigin(request), !settings.allowsOtherOrigins else { return }
        throw .otherOrigin
    }

    /// CORS, on errors too and never with credentials: a page still needs a bearer token (Fetch §3.2).
    private func addOriginFields(to response: inout Response, for request: Request) {
        guard settings.allowsOtherOrigins, request.fields[.origin] != nil else { return }
        response.head.headerFields[.accessControlAllowOrigin] = "*"
        response.head.headerFields[.accessControlExposeHeaders] =
            "Location, ETag, Link, Accept-Patch, Retry-After, Diemcau-Session, Diemcau-Binding"
    }
}

extension String {
    var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
