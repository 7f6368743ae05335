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
        // WHIP and WHEP are for pages of everybody; the socket is for programs and our own pages (RFC 6455 §10.2).
        guard !isOtherOrigin(request) else { throw .otherOrigin }
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
        guard let channel = rooms[room]?.channel else { throw ProblemDocument(.unknownRoom) }
        nextSocketNumber += 1
        let id = SocketID(number: nextSocketNumber)
        sockets[id] = ServerSocket(
            id: id, room: room, channel: channel, claims: claims, deflates: offer.deflate != nil, at: moment.instant)
        let response = WebSocketHandshake.response(
            accepting: offer, subprotocol: Self.subprotocol, sha1: Self.sha1Digest)
        return Reply(response, socket: id)
    }

    private func claims(
        of request: Request, room name: String, offered: [String], at moment: Moment
    ) throws(ProblemDocument) -> (TokenClaims, RoomID) {
        let offer = offered.first { $0.hasPrefix(Self.tokenPrefix) }
        let token = offer.map { String($0.dropFirst(Self.tokenPrefix.count)) }
        guard request.fields[.authorization] == nil, let token else {
            return try claims(of: request, room: name, at: moment)
        }
        return try claims(of: token, room: name, at: moment)
    }

    private static func sha1Digest(of bytes: [UInt8]) -> [UInt8] {
        let digest = sha1(unsafe bytes.span.bytes)  // Unsafe only in name: any byte is a UInt8.
        return digest.indices.map { digest[$0] }
    }

    // MARK: What the shell calls

    /// Takes plaintext that came over a socket.
    package func receive(
        _ bytes: borrowing RawSpan, on id: SocketID, at moment: Moment, random: inout some RandomNumberGenerator
    ) {
        guard let socket = sockets[id] else { return }
        for message in socket.receive(bytes, at: moment.instant) {
            if let message {
                receive(message, on: socket, at: moment, random: &random)
            } else {
                socket.close(.unsupportedData, reason: "text only", at: moment.instant)
            }
        }
        socket.settle(at: moment.instant)
        ready.insert(id)
    }

    /// The sockets that may have something to send since the last call.
    package func takeReadySockets() -> [SocketID] {
        defer { ready.removeAll(keepingCapacity: true) }
        return Array(ready)
    }

    /// The next bytes for a socket's peer; `nil` when there is nothing at present.
    ///
    /// Ask only while the peer reads: what is not asked for waits in the room's log, of which there is one.
    package func output(of id: SocketID, at now: Instant) -> [UInt8]? {
        guard let socket = sockets[id] else { return nil }
        if let bytes = socket.takeOutput() { return bytes }
        guard let viewer = socket.viewer else { return nil }
        switch socket.channel.log.next(after: socket.cursor, for: viewer) {
        case .send(let entry):
            socket.cursor = entry.seq
            guard socket.deflates, let compressed = entry.compressed else { return FrameWriter.text(entry.bytes) }
            return FrameWriter.frame(.text, compressed, isCompressed: true)
        case .upToDate(let seq):
            socket.cursor = seq
            sendHealth(to: socket)
        case .tooOld:
            resynchronise(socket)
        }
        return socket.takeOutput()
    }

    /// Whether everything was sent that will be: the connection can be closed.
    package func isOver(_ id: SocketID, at now: Instant) -> Bool { sockets[id]?.isOver(at: now) ?? true }

    /// The connection under a socket has gone; session, floor and place in the queue are kept for a while.
    package func detach(_ id: SocketID, at now: Instant) {
        ready.remove(id)
        guard let socket = sockets.removeValue(forKey: id) else { return }
        socket.hangUp()
        if let resource = socket.resource {
            apply(.activity(resource, lastAuthenticated: socket.lastHeard), to: socket.room, at: now)
        }
    }

    package var socketCount: Int { sockets.count }

    /// Sessions for which events are kept, connected or about to come back.
    package var keptListeners: Int { rooms.values.reduce(0) { $0 + $1.channel.listenerCount } }

    /// Points and sessions for which private events are kept.
    package var keptRecipients: Int { rooms.values.reduce(0) { $0 + $1.channel.log.recipientCount } }

    /// How many events and whole rosters were encoded for sockets: by what happens, not by how many read it.
    package var encodedEvents: UInt64 {
        rooms.values.reduce(0) { $0 &+ $1.channel.log.lastSeq &+ $1.channel.snapshotCount }
    }

    /// Bytes that wait for a socket's peer alone; events wait in the room's log.
    package func outputCount(of id: SocketID) -> Int { sockets[id]?.ownOutputCount ?? 0 }

    // MARK: Messages

    private func receive(
        _ text: [UInt8], on socket: ServerSocket, at moment: Moment, random: inout some RandomNumberGenerator
    ) {
        if case .ending = socket.phase { return }
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
        refusals[refusal.code, default: 0] &+= 1
        switch socket.rate.take(at: now) {
        case .pass, .refuse: socket.send(.error(ErrorReply(refusal, id: id, in: socket.language)))
        case .close: endForRate(socket, at: now)
        }
    }

    func endForRate(_ socket: ServerSocket, at now: Instant) {
        let text = Refusal.tooManyCommands(retryAfter: .seconds(1)).text(in: socket.language)
        socket.end(
            ByeView(reason: .tooMany, text: text), .policyViolation, reason: "too many commands", at: now)
    }

    /// All of the session goes, its media too.
    private func leave(_ socket: ServerSocket, _ session: SessionID, at now: Instant) {
        let media = resources.values.filter { $0.session == session }.map(\.id)
        for resource in media { apply(.left(resource, .left), to: socket.room, at: now) }
        if let resource = socket.resource { apply(.left(resource, .left), to: socket.room, at: now) }
    }

    // MARK: Slow readers

    /// Gives a reader who has lost events the room as it is now.
    private func resynchronise(_ socket: ServerSocket) {
        guard let viewer = socket.viewer, let record = rooms[socket.room] else { return }
        let channel = socket.channel
        socket.cursor = channel.log.lastSeq
        resynchronisations &+= 1
        let events: [ServerEvent] = [
            .room(RoomView(record.room)), .floor(FloorView(record.room.floor, clock: settings.clock)),
            .program(ProgramView(record.room)), .speaking(record.room.speaker),
            .slots(slots(of: viewer.session, in: record)),
        ]
        for event in events { socket.send(.event(seq: socket.cursor, event)) }
        socket.send(frames: channel.rosterFrames(isStaff: viewer.isStaff, deflates: socket.deflates))
        sendOwnLine(to: socket)
    }

    /// The newest figures, to a watcher who has read everything else.
    private func sendHealth(to socket: ServerSocket) {
        guard let health = socket.health else { return }
        socket.health = nil
        let head = Self.healthHead + Array("\(socket.cursor)".utf8)
        socket.send(frames: health.frames(behind: head, deflates: socket.deflates))
    }

    /// How every `health` message begins, up to its `seq`.
    static let healthHead = Array(#"{"type":"health","seq":"#.utf8)

    // MARK: Time

    /// When ``advanceSockets(to:)`` has something to do; `nil` while there are no sockets and no news.
    var socketsDeadline: Instant? {
        let news = rooms.values.reduce(Instant?.none) { $0.earlier($1.channel.deadline($1.room)) }
        guard !sockets.isEmpty else { return news }
        return min(sockets.values.reduce(nextHealth) { min($0, $1.deadline) }, news ?? .distantFuture)
    }

    /// Pings, limits, what was heard, and what has gathered.
    func advanceSockets(to moment: Moment) {
        let now = moment.instant
        for socket in Array(sockets.values) {
            if socket.deadline <= now {
                socket.advance(to: now)
                ready.insert(socket.id)
            }
            if let resource = socket.resource, let heard = socket.takeActivity(at: now) {
                apply(.activity(resource, lastAuthenticated: heard), to: socket.room, at: now)
            }
        }
        for id in Array(rooms.keys) where rooms[id]?.gather(at: now) == true { wake(id) }
        lines.advance(to: now)
        if now >= nextHealth {
            nextHealth = now.advanced(by: .seconds(1))
            tellHealth(at: moment)
        }
    }

    /// Marks those who have something to read.
    func wake(_ room: RoomID) {
        if let woken = rooms[room]?.channel.takeWoken() { ready.formUnion(woken) }
    }
}
