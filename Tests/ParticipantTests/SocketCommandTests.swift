import Conference
import Participant
import Signalling
import Testing
import Units
import WebSocket

@Suite("Commands over a socket, and hostile servers")
struct SocketCommandTests {
    private func answers(_ bed: SocketBed) -> [UInt64: CommandAnswer] {
        var answers: [UInt64: CommandAnswer] = [:]
        for case .answered(let id, let answer) in bed.reports { answers[id] = answer }
        return answers
    }

    @Test("Each command gets exactly its own answer")
    func matching() throws {
        let bed = SocketBed()
        bed.join()
        let first = try #require(bed.send(.ask))
        let second = try #require(bed.send(.withdraw))
        #expect(
            bed.heard.suffix(2) == [
                .command(id: first, CommandMessage(.ask)), .command(id: second, CommandMessage(.withdraw)),
            ])
        let reply = ErrorReply(id: second, code: "not-queued", text: "không")
        bed.say(.error(reply))
        bed.say(.ok(id: first))
        bed.say(.ok(id: first))
        bed.say(.ok(id: 99))
        #expect(answers(bed) == [first: .done, second: .refused(reply)])
    }

    @Test("What is not answered within 10 s timed out; what a loss cut off is unknown")
    func unanswered() throws {
        let bed = SocketBed()
        bed.join()
        let first = try #require(bed.send(.ask))
        bed.wait(.milliseconds(9_999))
        #expect(answers(bed).isEmpty)
        bed.wait(.milliseconds(1))
        #expect(answers(bed) == [first: .timedOut])
        let second = try #require(bed.send(.ask))
        bed.fail()
        #expect(answers(bed) == [second: .unknown])
        #expect(bed.send(.ask) == nil)
    }

    @Test("No more than 64 commands are open at a time")
    func bounded() {
        let bed = SocketBed()
        bed.join()
        let ids = (0..<100).compactMap { _ in bed.send(.ask) }
        #expect(ids.count == 64 && Set(ids).count == 64)
    }

    @Test("Watching is asked for again after a loss")
    func watching() {
        let bed = SocketBed()
        bed.join()
        _ = bed.send(.stats(reports: false, watch: true))
        bed.fail()
        bed.wait(.seconds(1))
        bed.join(SocketBed.welcome(resumed: true))
        guard case .command(_, let command)? = bed.heard.last else { return #expect(Bool(false)) }
        #expect(command == .stats(nil, watch: true))
    }

    // MARK: Hostile servers

    private static let tooLong = ServerMessage.sizeLimit + 1

    @Test(
        "Frames that no server may send end the connection, not the program",
        arguments: [
            [0x81, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9],  // Masked.
            [0xC1, 0x00], [0x83, 0x00], [0x80, 0x00], [0x09, 0x00], [0x89, 0x7E, 0x00, 0x80],
            [0x81, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],  // 2⁶⁴ − 1 bytes to come.
            [0x81, 0x7F, 0, 0, 0, 0, 0, 0x40, 0, 1],  // One more than is taken.
            [0x82, 0x01, 0x00],  // Binary.
            [0x81, 0x02, 0xC3, 0x28],  // No UTF-8.
            [0x88, 0x02, 0x03, 0xE8],
        ] as [[UInt8]])
    func frames(bytes: [UInt8]) {
        let bed = SocketBed()
        bed.join()
        bed.deliver(bytes)
        #expect(bed.session.state == .waiting)
        bed.deliver([0x81, 0x00])
        bed.wait(.seconds(1))
        #expect(bed.connects == 2)
    }

    @Test(
        "A first message that can't be read is no server's; a later one is left out",
        arguments: [
            "", "{", "null", "[]", "{}", "{\"type\":\"welcome\",\"seq\":1}", "{\"type\":\"floor\",\"seq\":-1}",
            "{\"type\":7}", "{\"type\":\"ok\"}", String(repeating: "[", count: 100_000),
        ])
    func badMessages(text: String) {
        let bed = SocketBed()
        bed.start()
        bed.open()
        bed.say(text: Array(text.utf8))
        #expect(bed.session.state == .waiting)
        bed.wait(.seconds(1))
        bed.join()
        let before = bed.session.room
        bed.say(text: Array(text.utf8))
        #expect(bed.session.state == .joined && bed.session.room == before)
        for _ in 0..<25 { bed.say(text: Array(text.utf8)) }
        #expect(bed.session.state == .waiting)
    }

    @Test("Events before the welcome, or a second welcome, change nothing")
    func order() {
        let bed = SocketBed()
        bed.start()
        bed.open()
        bed.tell(1, .speaking(SocketBed.central))
        #expect(bed.session.room.speaking == nil)
        bed.tell(2, .welcome(SocketBed.welcome()))
        bed.tell(3, .welcome(SocketBed.welcome(roster: [])))
        #expect(bed.session.room.points.count == 2)
    }

    @Test("10,000 events at once, and none looked at in between: what is kept is bounded")
    func flood() {
        let bed = SocketBed()
        bed.join()
        var bytes: [UInt8] = []
        for number in UInt64(0)..<10_000 {
            let event: ServerEvent =
                number % 2 == 0
                ? .notice(NoticeView(code: "muted", text: "\(number)"))
                : .roster(.changes(RosterDelta(version: number, points: [Self.newcomer(number)])))
            bytes += FrameWriter.text(ServerMessage.event(seq: 1_000 + number, event).encoded)
        }
        bed.deliver(bytes)
        #expect(bed.session.state == .joined)
        #expect(bed.session.room.seq == 10_999)
        #expect(bed.session.room.log.count == RoomState.logLimit && bed.session.room.logCount == 5_000)
        #expect(bed.session.room.log.last == .notice(NoticeView(code: "muted", text: "9998")))
        #expect(bed.session.room.points.count == 5_002)
    }

    @Test("A roster that only grows stops at its bound")
    func rosterBound() {
        let bed = SocketBed()
        bed.join()
        for start in stride(from: UInt64(0), to: 12_000, by: 500) {
            let points = (start..<start + 500).map(Self.newcomer)
            bed.tell(1_000 + start, .roster(.changes(RosterDelta(version: start, points: points))))
        }
        #expect(bed.session.room.points.count == RoomState.rosterLimit)
    }

    private static func newcomer(_ number: UInt64) -> RosterLineChange {
        var change = RosterLineChange(code: SocketBed.code("n\(number)"))
        change.name = "Điểm \(number)"
        change.kind = .commune
        return change
    }

    @Test("Any bytes after the upgrade: no trap, and it comes back", arguments: UInt64(1)...30)
    func noise(seed: UInt64) {
        let bed = SocketBed(seed: seed)
        var random = SeededRandom(seed)
        bed.join()
        for _ in 0..<50 {
            bed.deliver((0..<200).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            bed.wait(.seconds(12))
            if bed.session.state == .connecting { bed.join() }
        }
        #expect(bed.connects > 1)
    }
}
