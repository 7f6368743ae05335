import Bridge
import Conference
import FuzzSupport
import HTTP1
import HTTPTypes
import Signalling
import Units
import WebSocket

/// One connection: the server's end as its shell runs it, and the client's, which reads and judges all that comes.
final class Line {
    /// What the kernel takes for a peer who does not read.
    private static let highWater = 64 << 10

    private unowned let house: House
    private var http: HTTPConnection
    private var responses = ResponseParser()
    private var reader = FrameReader(role: .client, messageLimit: ServerMessage.sizeLimit)
    private var unread: [UInt8] = []
    private(set) var isClosed = false
    /// Whether the client takes what is sent to it.
    var reads = true {
        didSet { if reads { pump() } }
    }
    /// Whether all that was sent are whole frames: what follows half a frame is not what it seems.
    private var isClean = true
    private var isGreeted = false
    private var hasBye = false
    private var hasClose = false
    private var you: Identity?
    private var seq: UInt64 = 0
    private var nextID: UInt64 = 1 << 40
    /// Commands without an answer.
    private var asked: Set<UInt64> = []

    init(in house: House) {
        self.house = house
        http = HTTPConnection(limits: MessageLimits(), requestTimeout: .seconds(5), at: house.now)
    }

    var socket: SocketID? { isClosed ? nil : http.socket }

    /// Whether requests wait for their turn.
    var isAsking: Bool { !isClosed && http.holdsRequests }

    // MARK: What the client sends

    /// Bytes for the server, whatever they are.
    func receive(_ bytes: [UInt8]) {
        guard !isClosed else { return }
        if let socket {
            isClean = isClean && bytes.isEmpty
            house.receive(bytes, on: socket)
        } else {
            request(bytes)
        }
        pump()
        if http.isFinished, socket == nil { close() }
    }

    func sendText(_ text: [UInt8]) { send(FrameWriter.text(text, mask: 0x1234_5678)) }

    func sendCommand(_ make: (UInt64) -> String) {
        nextID += 1
        let text = make(nextID)
        if socket != nil, you != nil, isClean, !text.contains("leave") { asked.insert(nextID) }
        sendText(Array(text.utf8))
    }

    /// A frame that is right in itself.
    func sendFrame(_ choice: UInt8, _ payload: [UInt8]) {
        let opcodes: [FrameOpcode] = [.text, .continuation, .binary, .ping, .pong, .close, .text, .continuation]
        if choice & 0x80 != 0 { isClean = false }
        send(FrameWriter.frame(opcodes[Int(choice & 7)], payload, mask: 7, isFinal: choice & 0x80 == 0))
    }

    private func send(_ frame: [UInt8]) {
        guard let socket else { return }
        house.receive(frame, on: socket)
        pump()
    }

    private func request(_ bytes: [UInt8]) {
        var methods = 0
        var endsByRequest = false
        let output = http.receive(bytes.span.bytes, at: house.moment) { request in
            responses.expect(request.method)
            methods += 1
            endsByRequest = !request.keepsAlive
            return house.answer(request)
        }
        expect(methods <= HTTPConnection.answersAtOnce, "a turn has its end")
        // What was no request is answered too, and is the last.
        if http.isFinished, !endsByRequest {
            methods += 1
            responses.expect(.get)
        }
        read(output, count: methods)
        guard let socket = http.socket else { return }
        let rest = http.takeRemainder()
        isClean = rest.isEmpty
        if !rest.isEmpty { house.receive(rest, on: socket) }
    }

    private func read(_ output: [UInt8], count: Int) {
        var output = output[...]
        if output.suffix(Response.continueBytes.count).elementsEqual(Response.continueBytes) {
            output.removeLast(Response.continueBytes.count)
        }
        var found = 0
        while true {
            let piece = Array(output.prefix(4_096))
            output = output.dropFirst(4_096)
            if !piece.isEmpty { responses.append(piece.span.bytes) }
            do throws(HTTPError) {
                while let event = try responses.next() {
                    if case .response = event { found += 1 }
                }
            } catch {
                expect(false, "our own responses are read")
            }
            if output.isEmpty { break }
        }
        expect(found == count, "one response for each request")
    }

    // MARK: What the shell does

    /// Takes what the server has to say, as far as there is room for it.
    func pump() {
        guard let socket else { return }
        while reads || unread.count < Self.highWater, let bytes = house.control.output(of: socket, at: house.now) {
            unread += bytes
            if reads { readFrames() }
        }
        if reads { readFrames() }
        if house.control.isOver(socket, at: house.now) { close() }
    }

    func advance(to now: Instant) {
        guard !isClosed, http.socket == nil, now >= http.deadline else { return }
        close()
    }

    func close() {
        guard !isClosed else { return }
        if let socket { house.control.detach(socket, at: house.now) }
        isClosed = true
    }

    // MARK: What the client reads

    private func readFrames() {
        let bytes = unread
        unread = []
        var position = 0
        do throws(WebSocketError) {
            while let message = try reader.next(in: bytes.span.bytes, from: &position) {
                switch message {
                case .text(let text): judge(text)
                case .binary: expect(false, "the server sends text")
                case .ping, .pong: break
                case .close: hasClose = true
                }
            }
        } catch {
            expect(false, "our own frames are right")
        }
    }

    private func judge(_ text: [UInt8]) {
        expect(!hasBye && !hasClose, "nothing behind goodbye")
        guard let message = try? ServerMessage(parsing: text) else { return expect(false, "a message of the protocol") }
        switch message {
        case .ok(let id): answered(id)
        case .error(let reply): if let id = reply.id { answered(id) }
        case .event(let seq, let event):
            if case .welcome(let welcome) = event {
                expect(!isGreeted, "one welcome")
                isGreeted = true
                you = welcome.you
                house.keep(bindingText(welcome.binding))
                self.seq = seq
            }
            expect(seq >= self.seq, "seq rises")
            self.seq = seq
            house.note(seq: seq)
            judge(event)
        }
    }

    private func bindingText(_ binding: BindingSecret) -> String { binding.text }

    private func answered(_ id: UInt64) {
        guard id > 1 << 40 else { return }
        expect(id <= nextID && (asked.remove(id) != nil || !isClean || you == nil), "each command one answer")
    }

    /// Nobody hears what is not for them.
    private func judge(_ event: ServerEvent) {
        if case .bye = event { hasBye = true }
        guard let you else { return expect(hasBye, "nothing before the welcome") }
        guard !you.role.isStaff else { return }
        let own = you.point
        switch event {
        case .welcome(let welcome):
            expect(welcome.roster?.points.allSatisfy { $0.details == nil } != false, "no private fields")
        case .roster(.whole(let roster)): expect(roster.points.allSatisfy { $0.details == nil }, "no private fields")
        case .roster(.changes(let delta)):
            expect(delta.points.allSatisfy { $0.ownPart == nil || $0.code == own }, "one's own private fields")
        case .message(let message):
            switch message.to {
            case .all: break
            case .staff: expect(message.from.point == own && own != nil, "to the staff")
            case .point(let point): expect(point == own, "to another point")
            }
        case .notice(let notice):
            let staff = ["point-removed", "point-readmitted", "state-lost"]
            expect(!staff.contains(notice.code), "a notice for the staff")
        case .health: expect(false, "figures are for the staff")
        case .slots, .floor, .room, .program, .speaking, .bye: break
        }
    }

    /// Every command of a client that reads has its answer by now.
    func checkAnswers() {
        guard socket != nil, reads, isClean, you != nil, !hasBye, !hasClose else { return }
        expect(asked.isEmpty, "a command without an answer")
    }
}
