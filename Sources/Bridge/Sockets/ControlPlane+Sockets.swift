import Conference
import HTTP1
import HTTPTypes
import OpenSSL
import Signalling
import Tokens
package import Units
import WebSocket

/// The participants' WebSockets: from the upgrade over `hello` to the end (RFC 6455; `Signalling.docc`).
extension ControlPlane {
    private static let subprotocol = "diemcau.v1"
    /// Browsers can't send `Authorization` with a WebSocket: the token comes as a second subprotocol, never in the URL.
    private static let tokenPrefix = "diemcau.token."

    // MARK: The upgrade

    func openSocket(_ request: Request, room name: String, at moment: Moment) throws(ProblemDocument) -> Reply {
        if request.method == .options { return Reply(Self.options(allow: "GET, OPTIONS")) }
        let offer: WebSocketHandshake.Offer
        do throws(HandshakeRefusal) {
            offer = try WebSocketHandshake.check(request)
        } catch {
            throw ProblemDocument(error)
        }
        let (claims, room) = try claims(of: request, room: name, offered: offer.subprotocols, at: moment)
        guard offer.subprotocols.contains(Self.subprotocol) else {
            throw ProblemDocument(400, "no-subprotocol", "Offer the subprotocol \(Self.subprotocol).")
        }
        nextSocketNumber += 1
        let id = SocketID(number: nextSocketNumber)
        sockets[id] = ServerSocket(id: id, room: room, claims: claims, at: moment.instant)
        let response = WebSocketHandshake.response(
            accepting: offer, subprotocol: Self.subprotocol, sha1: Self.sha1Digest)
        return Reply(response, socket: id)
    }

    private func claims(
        of request: Request, room name: String, offered: [String], at moment: Moment
    ) throws(ProblemDocument) -> (TokenClaims, RoomID) {
        let token = offered.first { $0.hasPrefix(Self.tokenPrefix) }.map { String($0.dropFirst(Self.tokenPrefix.count)) }
        guard request.fields[.authorization] == nil, let token else {
            return try claims(of: request, room: name, at: moment)
        }
        return try claims(of: token, room: name, at: moment)
    }

    private static func sha1Digest(of bytes: [UInt8]) -> [UInt8] {
        let digest = sha1(bytes.span.bytes)
        return digest.indices.map { digest[$0] }
    }

    // MARK: What the shell calls

    /// Takes plaintext that came over a socket.
    package func receive(
        _ bytes: borrowing RawSpan, on id: SocketID, at moment: Moment, random: inout some RandomNumberGenerator
    ) {
        guard let socket = sockets[id], socket.phase != .ending else { return }
        socket.lastHeard = moment.instant
        for event in socket.connection.receive(bytes, at: moment.instant) {
            switch event {
            case .text(let text): receive(text, on: socket, at: moment, random: &random)
            case .binary: socket.close(.unsupportedData, reason: "text only", at: moment.instant)
            case .closed: socket.phase = socket.phase == .ending ? .ending : socket.phase
            }
        }
        if socket.connection.outputCount > ServerSocket.replyLimit {
            socket.close(.policyViolation, reason: "replies are not read", at: moment.instant)
        }
        ready.insert(id)
    }

    /// The sockets that may have something to send since the last call.
    package func takeReadySockets() -> [SocketID] {
        defer { ready.removeAll(keepingCapacity: true) }
        return Array(ready)
    }

    /// The next bytes for a socket's peer; `nil` when there is nothing at present. Ask only while the peer reads: what
    /// is not asked for waits in the room's log, of which there is one.
    package func output(of id: SocketID, at now: Instant) -> [UInt8]? {
        guard let socket = sockets[id] else { return nil }
        if let bytes = socket.takeOutput() { return bytes }
        guard socket.connection.isOpen, let viewer = socket.viewer, let record = rooms[socket.room] else { return nil }
        if let health = socket.health {
            socket.health = nil
            return FrameWriter.text(health)
        }
        switch record.channel.log.next(after: socket.cursor, for: viewer) {
        case .send(let entry):
            socket.cursor = entry.seq
            return FrameWriter.text(entry.bytes)
        case .upToDate(let seq):
            socket.cursor = seq
            return nil
        case .tooOld:
            resynchronise(socket, record, at: now)
            return socket.takeOutput()
        }
    }

    /// Whether everything was sent: the connection can be closed.
    package func isOver(_ id: SocketID) -> Bool { sockets[id]?.isOver ?? true }

    /// The connection under a socket has gone. Session, floor and place in the queue are kept for a while.
    package func detach(_ id: SocketID, at moment: Moment) {
        guard let socket = sockets.removeValue(forKey: id) else { return }
        ready.remove(id)
        if let session = socket.session { rooms[socket.room]?.channel.detach(id, of: session) }
    }

    package var socketCount: Int { sockets.count }

    // MARK: Messages

    private func receive(
        _ text: [UInt8], on socket: ServerSocket, at moment: Moment, random: inout some RandomNumberGenerator
    ) {
        guard socket.phase != .ending else { return }
        let message: ClientMessage
        do throws(MessageError) {
            message = try ClientMessage(parsing: text)
        } catch {
            return refuse(socket, id: error.id, error.refusal, at: moment.instant)
        }
        switch (socket.phase, message) {
        case (.greeting, .hello(let hello)): greet(socket, hello, at: moment, random: &random)
        case (.greeting, _):
            refuse(socket, id: nil, .badMessage, at: moment.instant)
            socket.close(.policyViolation, reason: "hello first", at: moment.instant)
        case (.inRoom, .hello): refuse(socket, id: nil, .badMessage, at: moment.instant)
        case (.inRoom(_, let session), .leave): leave(socket, session, at: moment.instant)
        case (.inRoom, .command(let id, let command)): run(command, id: id, on: socket, at: moment)
        case (.ending, _): break
        }
    }

    /// Answers what was no command of the protocol; whoever sends nothing else is closed.
    private func refuse(_ socket: ServerSocket, id: UInt64?, _ refusal: Refusal, at now: Instant) {
        switch socket.rate.take(at: now) {
        case .pass, .refuse: socket.send(.error(ErrorReply(refusal, id: id, in: socket.language)))
        case .close: endForRate(socket, at: now)
        }
    }

    func endForRate(_ socket: ServerSocket, at now: Instant) {
        let text = Refusal.tooManyCommands(retryAfter: .seconds(1)).text(in: socket.language)
        let seq = rooms[socket.room]?.channel.log.lastSeq ?? 0
        socket.send(.event(seq: seq, .bye(ByeView(reason: .tooMany, text: text))))
        socket.close(.policyViolation, reason: "too many commands", at: now)
    }

    /// All of the session goes, its media too.
    private func leave(_ socket: ServerSocket, _ session: SessionID, at now: Instant) {
        let media = resources.values.filter { $0.session == session }.map(\.id)
        for resource in media { apply(.left(resource, .left), to: socket.room, at: now) }
        if let resource = socket.resource { apply(.left(resource, .left), to: socket.room, at: now) }
    }

    // MARK: Hello

    private func greet(
        _ socket: ServerSocket, _ hello: Hello, at moment: Moment, random: inout some RandomNumberGenerator
    ) {
        socket.language = hello.language ?? .vi
        let claims = socket.claims
        guard moment.unixTime < claims.expires else { return turnAway(socket, .tokenExpired, at: moment.instant) }
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

    private func turnAway(_ socket: ServerSocket, _ refusal: Refusal, at now: Instant) {
        refusals[refusal.code, default: 0] &+= 1
        socket.send(.error(ErrorReply(refusal, id: nil, in: socket.language)))
        socket.close(.policyViolation, reason: refusal.code, at: now)
    }

    private func welcome(_ socket: ServerSocket, _ admission: Admission, _ hello: Hello, at moment: Moment) {
        guard let record = rooms[socket.room] else { return }
        socket.phase = .inRoom(admission.resource, admission.session)
        socketsByResource[admission.resource] = (socket.id, admission.session)
        note("socket", who: admission.point?.rawValue ?? admission.role.rawValue, in: socket.room)
        rooms[socket.room]?.channel.attach(socket.id, of: admission.session)
        rooms[socket.room]?.channel.noteAttendance()
        guard let viewer = socket.viewer else { return }
        var welcome = Welcome(
            epoch: settings.epoch, session: admission.session, binding: admission.secret, resumed: false,
            at: moment.unixTime, you: Identity(role: admission.role, point: admission.point, verbs: admission.role.verbs),
            room: RoomView(record.room), floor: FloorView(record.room.floor, clock: settings.clock),
            program: ProgramView(record.room), speaking: record.room.speaker,
            slots: slots(of: admission.session, in: record), roster: nil)
        if hello.epoch == settings.epoch, let seq = hello.seq,
            record.channel.log.events(after: seq, for: viewer) != nil
        {
            welcome.resumed = true
            socket.cursor = seq
            socket.send(.event(seq: seq, .welcome(welcome)))
        } else if let (frames, seq) = rooms[socket.room]?.channel.frames(
            of: welcome, record.room, clock: settings.clock, at: moment.instant)
        {
            socket.cursor = seq
            socket.send(frames: frames)
            sendOwnLine(to: socket, record.room)
        }
        if let known = hello.epoch, known != settings.epoch { tellOfRestart(socket) }
    }

    /// A point sees its own line's private fields, which are not in the roster that all points share.
    private func sendOwnLine(to socket: ServerSocket, _ room: BridgeRoom) {
        guard let point = socket.viewer?.point, let line = room.rosterLine(point), !socket.claims.role.isStaff else {
            return
        }
        let view = RosterLineView(line, since: settings.clock.unixSeconds(at: line.since))
        guard let own = RosterLineChange(from: nil, to: view)?.ownPart else { return }
        let delta = RosterDelta(version: room.rosterVersion, points: [own])
        socket.send(.event(seq: socket.cursor, .roster(.changes(delta))))
    }

    /// Until there is a journal, what was decided in the room is lost with the process.
    private func tellOfRestart(_ socket: ServerSocket) {
        guard let session = socket.session else { return }
        let kinds: [NoticeKind] = socket.claims.role.isStaff ? [.restarted, .stateLost] : [.restarted]
        for kind in kinds { rooms[socket.room]?.channel.tell(.notice(NoticeView(kind, in: socket.language)), to: .session(session)) }
    }

    func slots(of session: SessionID, in record: RoomRecord) -> [SlotView] {
        let receiving = resources.values.filter { $0.session == session && !$0.slots.isEmpty }
        // A session has one receiving resource.
        return receiving.first?.slots.map { SlotView($0, in: record) } ?? []
    }

    // MARK: Slow readers

    /// Gives a reader who has lost events the room as it is now.
    private func resynchronise(_ socket: ServerSocket, _ record: RoomRecord, at now: Instant) {
        guard let viewer = socket.viewer,
            let (frames, seq) = rooms[socket.room]?.channel.rosterFrames(
                record.room, isStaff: viewer.isStaff, clock: settings.clock, at: now)
        else { return }
        socket.cursor = seq
        resynchronisations &+= 1
        let events: [ServerEvent] = [
            .room(RoomView(record.room)), .floor(FloorView(record.room.floor, clock: settings.clock)),
            .program(ProgramView(record.room)), .speaking(record.room.speaker),
            .slots(slots(of: viewer.session, in: record)),
        ]
        for event in events { socket.send(.event(seq: seq, event)) }
        socket.send(frames: frames)
        sendOwnLine(to: socket, record.room)
    }

    // MARK: Time

    /// When ``advanceSockets(to:)`` has something to do; `nil` while there are no sockets.
    var socketsDeadline: Instant? {
        guard !sockets.isEmpty else { return nil }
        let gatherings = rooms.values.reduce(nextHealth) { min($0, $1.channel.nextGathering) }
        return sockets.values.reduce(gatherings) { min($0, $1.deadline) }
    }

    /// Pings, limits, what was heard, and what has gathered.
    func advanceSockets(to moment: Moment) {
        let now = moment.instant
        for socket in Array(sockets.values) {
            if case .greeting(let until) = socket.phase, until <= now {
                socket.close(.policyViolation, reason: "no hello", at: now)
                ready.insert(socket.id)
            }
            if let due = socket.connection.deadline, due <= now {
                _ = socket.connection.advance(to: now)
                ready.insert(socket.id)
            }
            if let resource = socket.resource, socket.lastHeard > socket.lastReported,
                now.since(socket.lastReported) >= .seconds(1)
            {
                socket.lastReported = now
                apply(.activity(resource, lastAuthenticated: socket.lastHeard), to: socket.room, at: now)
            }
        }
        for id in Array(rooms.keys) where rooms[id]?.gather(clock: settings.clock, at: now) == true { wake(id) }
        lines.advance(to: now)
        if now >= nextHealth {
            nextHealth = now.advanced(by: .seconds(1))
            tellHealth(at: moment)
        }
    }

    /// Marks all who listen to a room.
    func wake(_ room: RoomID) {
        guard let channel = rooms[room]?.channel else { return }
        ready.formUnion(channel.sockets.values)
    }
}
