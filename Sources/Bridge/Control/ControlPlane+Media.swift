import Conference
import Forwarding
import HTTP1
import HTTPTypes
import ICE
import SDP
import Tokens
import Units

/// Where an offer came in: it limits the directions (RFC 9725; WHEP draft).
enum MediaRoute: String {
    case media, whip, whep

    var allowsSending: Bool { self != .whep }
    var allowsReceiving: Bool { self != .whip }
}

/// The HTTP of the media resource (RFC 9725, WHEP draft, RFC 8840).
extension ControlPlane {
    private static let sdpType = "application/sdp"
    private static let fragmentType = "application/trickle-ice-sdpfrag"

    // MARK: POST and OPTIONS

    func offer(
        _ request: Request, room name: String, route: MediaRoute, at moment: Moment,
        random: inout some RandomNumberGenerator
    ) throws(ProblemDocument) -> Response {
        if request.method == .options { return Self.options(allow: "POST, OPTIONS") }
        guard request.method == .post else { throw .method(allow: "POST, OPTIONS") }
        let (claims, id) = try claims(of: request, room: name, at: moment)
        if let pause = pause(before: claims, at: moment.instant) {
            throw ProblemDocument(.tooManyCommands(retryAfter: pause))
        }
        guard request.mediaType == Self.sdpType else {
            throw ProblemDocument(415, "wrong-content-type", "The offer must come as \(Self.sdpType).")
        }
        let description: SessionDescription
        do throws(SDPError) {
            description = try SessionDescription(parsing: request.body)
        } catch {
            throw ProblemDocument(AnswerRefusal.malformed(error))
        }
        guard let record = rooms[id] else { throw ProblemDocument(.unknownRoom) }
        let loop = emptiestLoop
        let local = ICE.ICECredentials.make(using: &random)
        let policy = try policy(of: record.room.definition, route: route, role: claims.role, loop: loop, local: local)
        let answered: (answer: SessionDescription, negotiated: NegotiatedSession)
        do throws(AnswerRefusal) {
            answered = try policy.answer(to: description, random: &random)
        } catch {
            throw ProblemDocument(error)
        }
        let admission = try admit(claims, answered.negotiated, request, to: id, at: moment, random: &random)
        return try open(
            admission, claims, answered.answer, answered.negotiated, local: local, loop: loop, room: id, request,
            at: moment.instant, random: &random)
    }

    private func policy(
        of definition: RoomDefinition, route: MediaRoute, role: Role, loop: Int, local: ICE.ICECredentials
    ) throws(ProblemDocument) -> AnswerPolicy {
        guard let credentials = SDP.ICECredentials(fragment: local.fragment, password: local.password),
            let fingerprint = SDP.Fingerprint("sha-256 \(settings.fingerprint)")
        else { throw ProblemDocument(500, "internal", "The server could not make an answer. Try again.") }
        if route == .whip, !role.maySend { throw ProblemDocument(.roleCannotSend) }
        return AnswerPolicy(
            videoCodecs: definition.videoCodecs.map { $0 == .vp8 ? .vp8 : .h264 },
            allowsSending: route.allowsSending && role.maySend, allowsReceiving: route.allowsReceiving,
            isStrict: route != .media, pictureSlots: definition.pictureSlots, audioSlots: definition.audioSlots,
            credentials: credentials, fingerprint: fingerprint, candidates: settings.candidates[loop],
            uplinkLimit: definition.uplinkLimit)
    }

    /// Asks the room.
    private func admit(
        _ claims: TokenClaims, _ negotiated: NegotiatedSession, _ request: Request, to room: RoomID, at moment: Moment,
        random: inout some RandomNumberGenerator
    ) throws(ProblemDocument) -> Admission {
        let join = JoinRequest(
            resource: MediaResourceID(using: &random),
            newSession: SessionID(bridge: settings.bridge, using: &random), newSecret: BindingSecret(using: &random),
            role: claims.role, point: claims.point, token: claims.tokenID,
            maximumReceivers: claims.maximumReceivers,
            sends: negotiated.sections.contains { $0.sending != nil },
            receives: negotiated.sections.contains { $0.receiving != nil },
            shownSecret: request.fields[.binding].flatMap { BindingSecret($0) },
            takeover: request.fields[.takeover] == "yes")
        for effect in apply(.join(join), to: room, at: moment.instant) {
            if case .admitted(let admission) = effect { return admission }
            if case .refused(_, let refusal) = effect { throw ProblemDocument(refusal) }
        }
        throw ProblemDocument(.unknownRoom)
    }

    private func open(
        _ admission: Admission, _ claims: TokenClaims, _ answer: SessionDescription, _ negotiated: NegotiatedSession,
        local: ICE.ICECredentials, loop: Int, room id: RoomID, _ request: Request, at now: Instant,
        random: inout some RandomNumberGenerator
    ) throws(ProblemDocument) -> Response {
        guard var record = rooms[id],
            let remote = ICE.ICECredentials(
                fragment: negotiated.remoteCredentials.fragment, password: negotiated.remoteCredentials.password)
        else {
            apply(.left(admission.resource, .failed), to: id, at: now)
            throw ProblemDocument(AnswerRefusal.missingICE)
        }
        let number = takeResourceNumber()
        let seat = admission.point.map { record.seat(of: $0) }
        rooms[id] = record
        let description = ResourceDescription(
            number: number, room: record.number, seat: seat, localICE: local, remoteICE: remote, negotiated,
            uplinkLimit: record.room.definition.uplinkLimit, random: &random)
        let tag = "\"\(String(random.next(), radix: 16))\""
        insert(
            ResourceRecord(
                id: admission.resource, number: number, room: id, loop: loop, session: admission.session,
                role: claims.role, point: admission.point, token: claims.tokenID, entityTag: tag,
                remoteFragment: remote.fragment),
            description)
        if let point = admission.point {
            lines.open(number, of: point, in: id, sends: admission.sends, receives: admission.receives, at: now)
        }
        var fields = HTTPFields()
        fields[.contentType] = Self.sdpType
        fields[.location] = "https://\(request.head.authority ?? "")/v1/media/\(admission.resource)"
        fields[.eTag] = tag
        fields[.acceptPatch] = Self.fragmentType
        fields[.cacheControl] = "no-store"
        fields[.session] = admission.session.description
        fields[.binding] = admission.secret.text
        return Response(.created, fields: fields, body: Array(answer.description.utf8))
    }

    /// The same for any room, token or none (RFC 9725 §4.2, Fetch §3.2.2).
    static func options(allow: String) -> Response {
        var fields = HTTPFields()
        fields[.acceptPost] = sdpType
        fields[.allow] = allow
        fields[.accessControlAllowMethods] = "POST, GET, PATCH, DELETE, OPTIONS"
        fields[.accessControlAllowHeaders] =
            "Authorization, Content-Type, If-Match, Diemcau-Binding, Diemcau-Takeover"
        fields[.accessControlMaxAge] = "86400"
        return Response(.noContent, fields: fields)
    }

    // MARK: PATCH and DELETE

    func media(
        _ request: Request, resource text: String, at moment: Moment, random: inout some RandomNumberGenerator
    ) throws(ProblemDocument) -> Response {
        if request.method == .options { return Self.options(allow: "PATCH, DELETE, OPTIONS") }
        guard request.method == .patch || request.method == .delete else {
            throw .method(allow: "PATCH, DELETE, OPTIONS")
        }
        let claims = try claims(of: request, at: moment)
        guard let id = MediaResourceID(text), let record = resources[id], record.belongs(to: claims) else {
            throw .noResource
        }
        if request.method == .delete {
            apply(.left(id, .deleted), to: record.room, at: moment.instant)
            return Response(.ok)
        }
        return try patch(request, record, random: &random)
    }

    private func patch(
        _ request: Request, _ record: ResourceRecord, random: inout some RandomNumberGenerator
    ) throws(ProblemDocument) -> Response {
        guard request.mediaType == Self.fragmentType else {
            throw ProblemDocument(415, "wrong-content-type", "Candidates must come as \(Self.fragmentType).")
        }
        guard let condition = request.fields[.ifMatch] else {
            throw ProblemDocument(428, "if-match-missing", "Send If-Match with the ETag, or with * to restart ICE.")
        }
        let fragment: ICEFragment
        do throws(SDPError) {
            fragment = try ICEFragment(parsing: request.body)
        } catch {
            throw ProblemDocument(AnswerRefusal.malformed(error))
        }
        let isRestart = fragment.credentials.fragment != record.remoteFragment
        guard condition == record.entityTag || (condition == "*" && isRestart) else {
            throw ProblemDocument(412, "stale", "The session has another ETag by now. Use the newest one.")
        }
        // A lite agent learns addresses from checks: trickled candidates are taken note of by nobody.
        guard isRestart else { return Response(.noContent) }
        return try restart(record, fragment, random: &random)
    }

    private func restart(
        _ record: ResourceRecord, _ fragment: ICEFragment, random: inout some RandomNumberGenerator
    ) throws(ProblemDocument) -> Response {
        let local = ICE.ICECredentials.make(using: &random)
        guard
            let remote = ICE.ICECredentials(
                fragment: fragment.credentials.fragment, password: fragment.credentials.password),
            let credentials = SDP.ICECredentials(fragment: local.fragment, password: local.password)
        else { throw ProblemDocument(AnswerRefusal.missingICE) }
        let tag = "\"\(String(random.next(), radix: 16))\""
        resources[record.id]?.entityTag = tag
        resources[record.id]?.remoteFragment = remote.fragment
        commands.append((record.loop, .restart(record.number, local: local, remote: remote)))
        let candidates = ICECandidate.hosts(settings.candidates[record.loop])
        let answer = ICEFragment(
            credentials: credentials, candidates: candidates, endsCandidates: true, mid: fragment.mid)
        var fields = HTTPFields()
        fields[.contentType] = Self.fragmentType
        fields[.eTag] = tag
        fields[.acceptPatch] = Self.fragmentType
        return Response(.ok, fields: fields, body: Array(answer.description.utf8))
    }
}

extension ResourceRecord {
    /// Whether a token of `claims` may change the resource: one for the same seat, or without a seat the same token.
    fileprivate func belongs(to claims: TokenClaims) -> Bool {
        guard claims.room == room else { return false }
        return point == nil ? claims.tokenID == token : claims.point == point && claims.role.holdsSeat
    }
}

extension Request {
    /// The content's type without parameters, in small letters.
    fileprivate var mediaType: String {
        (fields[.contentType] ?? "").prefix { $0 != ";" }.lowercased().trimmingSpaces
    }
}
