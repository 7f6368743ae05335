import Conference
import Signalling
import Tokens
import Units
import WebSocket

/// How a client begins: from `hello` to `welcome`.
extension ControlPlane {
    func greet(
        _ socket: ServerSocket, _ hello: Hello, at moment: Moment, random: inout some RandomNumberGenerator
    ) {
        socket.language = hello.language ?? .vi
        if let refusal = refusal(to: socket.claims, at: moment) { return turnAway(socket, refusal, at: moment.instant) }
        let claims = socket.claims
        let join = JoinRequest(
            kind: .socket, resource: MediaResourceID(using: &random),
            newSession: SessionID(bridge: settings.bridge, using: &random), newSecret: BindingSecret(using: &random),
            role: claims.role, point: claims.point, token: claims.tokenID,
            maximumReceivers: claims.maximumReceivers, sends: false, receives: false, shownSecret: hello.binding,
            takeover: hello.takeover)
        for effect in apply(.join(join), to: socket.room, at: moment.instant) {
            switch effect {
            case .admitted(let admission): return welcome(socket, admission, hello, at: moment)
            case .refused(_, let refusal): return turnAway(socket, refusal, at: moment.instant)
            default: break
            }
        }
        turnAway(socket, .unknownRoom, at: moment.instant)
    }

    /// What is held against a `hello` before the room is asked.
    private func refusal(to claims: TokenClaims, at moment: Moment) -> Refusal? {
        guard moment.unixTime < claims.expires else { return .tokenExpired }
        return pause(before: claims, at: moment.instant).map { .tooManyCommands(retryAfter: $0) }
    }

    /// How long whoever wants to come in has to wait, over socket or media; `nil` when it need not.
    ///
    /// Thousands of observers may share a token; whoever comes to a seat moves the room for everybody.
    func pause(before claims: TokenClaims, at now: Instant) -> Duration? {
        claims.role == .observer ? nil : greetings.take(claims.tokenID, at: now)
    }

    private func turnAway(_ socket: ServerSocket, _ refusal: Refusal, at now: Instant) {
        refusals[refusal.code, default: 0] &+= 1
        socket.send(.error(ErrorReply(refusal, id: nil, in: socket.language)))
        socket.close(.policyViolation, reason: refusal.code, at: now)
    }

    private func welcome(_ socket: ServerSocket, _ admission: Admission, _ hello: Hello, at moment: Moment) {
        // Whoever comes sees itself there, unless much else has just been told.
        if rooms[socket.room]?.gather(at: moment.instant) == true { wake(socket.room) }
        guard let record = rooms[socket.room] else { return }
        let wasListening = record.channel.isListening(admission.session)
        socket.enter(admission)
        socketsByResource[admission.resource] = (socket.id, admission.session)
        note("socket", who: admission.point?.rawValue ?? admission.role.rawValue, in: socket.room)
        if wasListening, let seq = resumption(of: hello, on: socket) {
            socket.cursor = seq
            socket.send(.event(seq: seq, .welcome(makeWelcome(admission, record, resumed: true, at: moment))))
        } else {
            socket.cursor = record.channel.log.lastSeq
            let welcome = makeWelcome(admission, record, resumed: false, at: moment)
            socket.send(frames: record.channel.frames(of: welcome, deflates: socket.deflates))
            sendOwnLine(to: socket)
        }
        if let known = hello.epoch, known != settings.epoch { tellOfRestart(socket) }
    }

    /// From where a client goes on that was here before; `nil` when it needs everything.
    ///
    /// Only what a living session misses is kept for it, from its first `hello` on: whoever begins a new one, be it with
    /// media, may have missed what was for it alone. The session is the client's: only its secret leads back to it.
    private func resumption(of hello: Hello, on socket: ServerSocket) -> UInt64? {
        guard hello.epoch == settings.epoch, let seq = hello.seq, let viewer = socket.viewer,
            socket.channel.log.events(after: seq, for: viewer) != nil
        else { return nil }
        return seq
    }

    private func makeWelcome(_ admission: Admission, _ record: RoomRecord, resumed: Bool, at moment: Moment) -> Welcome
    {
        let room = record.room
        return Welcome(
            epoch: settings.epoch, session: admission.session, binding: admission.secret, resumed: resumed,
            at: moment.unixTime,
            you: Identity(role: admission.role, point: admission.point, verbs: admission.role.verbs),
            room: RoomView(room), floor: FloorView(room.floor, clock: settings.clock), program: ProgramView(room),
            speaking: room.speaker, slots: slots(of: admission.session, in: record), roster: nil)
    }

    /// A point sees its own line's private fields, which are not in the roster that all points share.
    func sendOwnLine(to socket: ServerSocket) {
        guard let point = socket.viewer?.point, let own = socket.channel.ownLine(of: point) else { return }
        socket.send(.event(seq: socket.cursor, .roster(.changes(own))))
    }

    /// Until there is a journal, what was decided in the room is lost with the process.
    private func tellOfRestart(_ socket: ServerSocket) {
        guard let session = socket.session else { return }
        let kinds: [NoticeKind] = socket.claims.role.isStaff ? [.restarted, .stateLost] : [.restarted]
        for kind in kinds { socket.channel.tell(.notice(NoticeView(kind, in: socket.language)), to: .session(session)) }
        wake(socket.room)
    }

    func slots(of session: SessionID, in record: RoomRecord) -> [SlotView] {
        let receiving = resources.values.first { $0.session == session && !$0.slots.isEmpty }
        // A session has one receiving resource.
        return receiving?.slots.map { SlotView($0, in: record) } ?? []
    }
}
