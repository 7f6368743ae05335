import Bridge
import Conference
import Forwarding
import FuzzSupport
import HTTP1
import HTTPTypes
import OpenSSL
import Tokens
import Transport
import Units

/// A control plane with its rooms, its tokens, its connections and its clock.
final class House {
    static let points = ["p0", "p1", "p2", "p3", "p4"]
    static let lineCount = 4
    private static let start = 1_800_000_000

    let control: ControlPlane
    private(set) var now = Instant(nanoseconds: 3_600_000_000_000)
    private(set) var random = FuzzRandom()
    private var lines: [Int: Line] = [:]
    /// Media resources that the loops have open.
    private var open: Set<UInt32> = []
    private var mostOpen: UInt32 = 0
    /// What responses and welcomes have told their clients, newest last.
    private var locations: [String] = []
    private var tags: [String] = []
    private var bindings: [String] = []
    /// The newest event that anybody has seen.
    private var seen: UInt64 = 0

    init() {
        let address = SocketAddress(IPAddress(v4: 0xC000_0201), port: 8_443)
        let clock = ClockPair(instant: .zero, ntp: NTPTime(unixNanoseconds: 1_799_996_400_000_000_000))
        control = ControlPlane(
            ControlSettings(
                candidates: [[address], [SocketAddress(address.address, port: 8_444)]],
                fingerprint: Array(repeating: "AB", count: 32).joined(separator: ":"), verifier: Pass.verifier,
                hosts: ["bridge.test"], allowsOtherOrigins: true, clock: clock, epoch: "e1",
                pages: ["/": Page(type: "text/html", bytes: [60], entityTag: "\"t\"")]))
        control.setRooms([Self.room()], at: now)
    }

    private static func room(points count: Int = 4, mode: RoomMode = .discussion) -> RoomDefinition {
        guard let id = RoomID("r") else { fatalError("no id") }
        let codes = points.prefix(count).compactMap { PointCode($0) }
        return RoomDefinition(
            id: id, title: "Phòng", mode: mode, central: codes[0],
            roster: codes.map {
                RosterEntry(
                    code: $0, name: "Điểm \($0)", kind: .commune, level: 3, contactName: "A",
                    contactTelephone: "0274 \($0)")
            },
            pointLimit: 3, observerLimit: 2, uplinkLimit: .megabits(2), videoCodecs: [.vp8], audioSlots: 2,
            pictureSlots: 2, allowsPointTakeover: true)
    }

    var moment: Moment {
        let seconds = Int(now.since(Instant(nanoseconds: 3_600_000_000_000)).components.seconds)
        return Moment(instant: now, unixTime: Self.start + seconds)
    }

    // MARK: What clients do

    /// The connection of that number, made when it is first needed.
    func line(_ number: Int) -> Line {
        if let line = lines[number] { return line }
        let line = Line(in: self)
        lines[number] = line
        return line
    }

    func hangUp(_ number: Int) { lines.removeValue(forKey: number)?.close() }

    /// Asks for a socket over a new connection, and greets.
    func enter(_ number: Int, _ input: inout FuzzInput) {
        hangUp(number)
        let (choice, flags) = (input.byte(), input.byte())
        let line = line(number)
        line.receive(
            Array(
                """
                GET /v1/rooms/r/socket HTTP/1.1\r\nHost: bridge.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r
                Sec-WebSocket-Protocol: diemcau.v1, diemcau.token.\(Pass.token(choice).text)\r\n\r\n
                """.utf8))
        guard flags & 1 == 0 else { return }
        var fields = [#""type":"hello""#]
        if flags & 2 != 0, let binding = pick(bindings, flags >> 5) { fields.append(#""binding":"\#(binding)""#) }
        if flags & 4 != 0 { fields.append(#""epoch":"e\#(flags & 32 == 0 ? 1 : 2)""#) }
        if flags & 8 != 0 { fields.append(#""seq":\#(seen &- UInt64(input.byte() & 7) & 0xFFFF)"#) }
        if flags & 16 != 0 { fields.append(#""takeover":true"#) }
        line.sendText(Array("{\(fields.joined(separator: ","))}".utf8))
    }

    func makeRequest(_ input: inout FuzzInput) -> [UInt8] {
        let (choice, flags) = (input.byte(), input.byte())
        let methods = ["GET", "POST", "GET", "PATCH", "DELETE", "OPTIONS", "HEAD", "PUT"]
        let method = methods[Int(choice & 7)]
        var path = Self.paths[Int(choice >> 3)]
        if path.isEmpty { path = pick(locations, flags) ?? "/v1/media/none" }
        let body = input.piece()
        return request(method, path, token: input.byte(), flags: flags, body: body)
    }

    private static let paths = [
        "/", "/v1/rooms", "/v1/rooms/r", "/v1/rooms/r/roster", "/v1/rooms/r/roster", "/v1/rooms/r/health",
        "/v1/rooms/r/health?point=p1", "/v1/rooms/r/socket", "/v1/rooms/r/media", "/v1/rooms/r/whip",
        "/v1/rooms/r/whep", "", "", "/v1/rooms/q/roster", "/v1/rooms/r/ask", "/v1/rooms/r/withdraw",
        "/v1/rooms/r/give", "/v1/rooms/r/take", "/v1/rooms/r/mute", "/v1/rooms/r/unmute", "/v1/rooms/r/program",
        "/v1/rooms/r/mode", "/v1/rooms/r/lock", "/v1/rooms/r/remove", "/v1/rooms/r/readmit", "/v1/rooms/r/delegates",
        "/v1/rooms/r/message", "/v1/rooms/r/stats", "/v1/rooms/%72/ask", "*", "/v1/rooms/r/none", "/v1//r",
    ]

    /// An offer that is right, over one of the three doors.
    func makeOffer(_ input: inout FuzzInput) -> [UInt8] {
        let choice = input.byte()
        let doors = ["media", "whip", "whep", "media"]
        let door = Int(choice & 3)
        return request(
            "POST", "/v1/rooms/r/\(doors[door])", token: choice >> 2, flags: input.byte() | 2,
            body: Array(Pass.offer(sends: door != 2, receives: door != 1).utf8))
    }

    private func request(_ method: String, _ path: String, token: UInt8, flags: UInt8, body: [UInt8]) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: bridge.test\r\n"
        if flags & 1 == 0 { head += "Authorization: Bearer \(Pass.token(token).text)\r\n" }
        if flags & 2 != 0 {
            head += "Content-Type: application/\(method == "PATCH" ? "trickle-ice-sdpfrag" : "sdp")\r\n"
        }
        if flags & 4 != 0, let binding = pick(bindings, flags >> 5) { head += "Diemcau-Binding: \(binding)\r\n" }
        if flags & 8 != 0 { head += "Diemcau-Takeover: yes\r\n" }
        if flags & 16 != 0 { head += "If-Match: \(flags & 64 == 0 ? pick(tags, flags >> 5) ?? "x" : "*")\r\n" }
        if flags & 32 != 0 { head += "Expect: 100-continue\r\nOrigin: https://other.test\r\n" }
        if flags & 128 != 0 {
            let size = String(body.count, radix: 16)
            let chunk = body.isEmpty ? [] : Array("\(size)\r\n".utf8) + body + Array("\r\n".utf8)
            return Array((head + "Transfer-Encoding: chunked\r\n\r\n").utf8) + chunk + Array("0\r\n\r\n".utf8)
        }
        return Array((head + "Content-Length: \(body.count)\r\n\r\n").utf8) + body
    }

    private func pick(_ list: [String], _ choice: UInt8) -> String? {
        list.isEmpty ? nil : list[list.count - 1 - Int(choice) % list.count]
    }

    // MARK: What media loops report

    /// An event of a loop, about a resource that there may be.
    func report(_ input: inout FuzzInput) {
        let choice = input.byte()
        let number = mostOpen &- UInt32(choice >> 5)
        let place = SocketAddress(IPAddress(v4: 0x0A00_0001), port: UInt16(choice))
        let path = NetworkPath(remote: place, local: place)
        let event: MediaEvent =
            switch choice & 7 {
            case 0: .iceConnected(number)
            case 1, 2: .connected(number, path)
            case 3: .pathChanged(number, path)
            case 4: .closed(number, choice & 8 == 0 ? .peerClosed : .handshakeFailed)
            case 5: .sources(number, sources(choice))
            default:
                .activity([
                    ResourceActivity(
                        number: number, at: now, lastAuthenticated: choice & 8 == 0 ? now : .zero,
                        counters: counters(input.byte()))
                ])
            }
        control.handle(event, from: Int(choice >> 4) & 1, at: now)
    }

    private func sources(_ choice: UInt8) -> LiveSources {
        var live = LiveSources()
        live.camera = choice & 8 != 0
        live.microphone = choice & 16 != 0
        live.cameraCodec = .vp8
        live.cameraLayers = 1
        return live
    }

    private func counters(_ choice: UInt8) -> ResourceCounters {
        var counters = ResourceCounters()
        counters.packetsReceived = UInt64(choice) << (choice & 63)
        counters.bytesReceived = .max - UInt64(choice)
        counters.packetsSent = UInt64(choice)
        return counters
    }

    /// The room file changes, goes, and comes again.
    func changeRooms(_ choice: UInt8) {
        let modes = RoomMode.allCases
        let count = 1 + Int(choice >> 4) % Self.points.count
        control.setRooms(
            choice & 3 == 0 ? [] : [Self.room(points: count, mode: modes[Int(choice >> 2) % modes.count])], at: now)
    }

    // MARK: The shell's part

    func answer(_ request: Request) -> Reply {
        let reply = control.answer(request, at: moment, random: &random)
        check(reply.response, to: request)
        return reply
    }

    func receive(_ bytes: [UInt8], on socket: SocketID) {
        control.receive(bytes.span.bytes, on: socket, at: moment, random: &random)
    }

    private func check(_ response: Response, to request: Request) {
        if response.status == .created, let place = response.fields[.location] {
            locations = locations.suffix(7) + [String(place.drop { $0 != "/" }.dropFirst(2).drop { $0 != "/" })]
            tags = tags.suffix(7) + [response.fields[.eTag] ?? ""]
            for field in response.fields where field.name.canonicalName == "diemcau-binding" { keep(field.value) }
        }
        let pass = Pass.holder(request.fields[.authorization] ?? "")
        guard pass?.role.isStaff != true, let text = String(validating: response.body, as: UTF8.self) else { return }
        for point in Self.points where point != pass?.point {
            expect(!text.contains("0274 \(point)"), "nobody's telephone to anybody else")
        }
    }

    /// A binding secret that a client was told.
    func keep(_ binding: String) { bindings = bindings.suffix(7) + [binding] }

    func note(seq: UInt64) { seen = max(seen, seq) }

    /// Carries everything about until nothing moves.
    func settle() {
        var rounds = 0
        while true {
            let ready = Set(control.takeReadySockets())
            let asking = lines.values.filter { $0.isAsking }
            for line in asking { line.receive([]) }
            for line in lines.values {
                if let socket = line.socket, ready.contains(socket) { line.pump() }
            }
            guard !ready.isEmpty || !asking.isEmpty else { break }
            rounds += 1
            expect(rounds < 1_000, "it comes to rest")
        }
        for (_, command) in control.takeCommands() { follow(command) }
        for note in control.takeNotes() {
            expect(Self.points.contains(note.who) || Role(rawValue: note.who) != nil, "the log names nobody else")
        }
        for (number, line) in lines {
            if let socket = line.socket { expect(control.outputCount(of: socket) < 2 << 20, "bounded output") }
            line.checkAnswers()
            if line.isClosed { lines[number] = nil }
        }
        expect(control.socketCount <= Self.lineCount, "a socket has a connection")
        expect(control.keptRecipients <= 200, "bounded rings")
    }

    private func follow(_ command: MediaCommand) {
        switch command {
        case .open(let description):
            expect(open.insert(description.number).inserted, "each number once")
            mostOpen = max(mostOpen, description.number)
        case .close(let number): expect(open.remove(number) != nil, "closed once, and nothing unknown")
        case .restart(let number, _, _): expect(open.contains(number), "restarts what is open")
        case .picturePlan, .room, .voices, .telemetry, .forget, .closeAll: break
        }
    }

    func advance(by duration: Duration) {
        let end = now.advanced(by: duration)
        while now < end {
            now = min(end, now.advanced(by: .milliseconds(500)))
            for line in lines.values { line.advance(to: now) }
            control.advance(to: moment)
            settle()
        }
    }

    /// Everybody hangs up, and time passes.
    func finish() {
        for number in lines.keys { hangUp(number) }
        settle()
        advance(by: .seconds(70))
        expect(control.socketCount == 0 && control.openRecords == 0, "nobody is left")
        expect(control.keptListeners == 0 && control.keptRecipients == 0, "nothing is kept for anybody")
        expect(open.isEmpty, "all media closed")
        expect(control.roomFigures.allSatisfy { $0.present == 0 && $0.observers == 0 }, "empty seats")
    }
}
