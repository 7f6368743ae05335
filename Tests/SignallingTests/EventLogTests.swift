import Conference
import Signalling
import Testing

@Suite("EventLog")
struct EventLogTests {
    private static func session(_ number: Int) -> SessionID {
        let digits = String(number, radix: 16)
        guard let id = SessionID("local-" + String(repeating: "0", count: 32 - digits.count) + digits) else {
            fatalError("no session")
        }
        return id
    }

    private let chair = EventViewer(session: session(1), role: .chair, point: code("79"))
    private let point = EventViewer(session: session(2), role: .point, point: code("1"))
    private let sibling = EventViewer(session: session(3), role: .point, point: code("1"))
    private let observer = EventViewer(session: session(4), role: .observer, point: nil)

    private func notice(_ text: String = "x") -> ServerEvent { .notice(NoticeView(code: "c", text: text)) }

    /// Everything that `viewer` gets when it reads until there is nothing more.
    private func read(_ log: EventLog, from cursor: inout UInt64, for viewer: EventViewer) -> [UInt64]? {
        var seen: [UInt64] = []
        while true {
            switch log.next(after: cursor, for: viewer) {
            case .send(let entry):
                guard entry.seq > cursor else {
                    Issue.record("event \(entry.seq) once more")
                    return nil
                }
                seen.append(entry.seq)
                cursor = entry.seq
            case .upToDate(let seq):
                cursor = seq
                return seen
            case .tooOld: return nil
            }
        }
    }

    @Test("everybody gets what is for them, in order, and is then up to date")
    func audiences() throws {
        var log = EventLog(lastSeq: 100)
        let audiences: [EventAudience] = [
            .everyone, .staff, .others, .point(code("1")), .session(Self.session(2)), .session(Self.session(4)),
            .point(code("79")), .everyone,
        ]
        for audience in audiences { log.append(notice(), to: audience) }
        #expect(log.lastSeq == 108)
        let expected: [(EventViewer, [UInt64])] = [
            (chair, [101, 102, 107, 108]), (point, [101, 103, 104, 105, 108]), (sibling, [101, 103, 104, 108]),
            (observer, [101, 103, 106, 108]),
        ]
        for (viewer, seqs) in expected {
            var cursor: UInt64 = 100
            #expect(read(log, from: &cursor, for: viewer) == seqs)
            #expect(cursor == 108)
            #expect(log.events(after: 100, for: viewer)?.map(\.seq) == seqs)
            #expect(log.events(after: seqs[1], for: viewer)?.map(\.seq) == Array(seqs[2...]))
        }
        #expect(log.events(after: 109, for: chair) == nil, "a seq that this log never gave")
    }

    @Test("what is kept is the message as it goes out")
    func bytes() throws {
        var log = EventLog()
        let seq = log.append(.speaking(code("1")), to: .everyone)
        let entry = try #require(log.events(after: 0, for: observer)?.first)
        #expect(entry.seq == seq)
        #expect(try ServerMessage(parsing: entry.bytes) == .event(seq: seq, .speaking(code("1"))))
    }

    @Test("what is for many is compressed once, what is for one is not, and both forms take room")
    func compressed() throws {
        var log = EventLog(limits: EventLog.Limits(events: 100, bytes: 1_000)) { $0.count > 100 ? [1, 2, 3] : nil }
        let text = String(repeating: "x", count: 200)
        for audience: EventAudience in [.everyone, .staff, .others, .point(code("1")), .session(Self.session(2))] {
            log.append(notice(text), to: audience)
        }
        log.append(notice(), to: .everyone)
        let entries = try #require(log.events(after: 0, for: point))
        #expect(entries.map(\.seq) == [1, 3, 4, 5, 6])
        #expect(entries.map(\.compressed) == [[1, 2, 3], [1, 2, 3], nil, nil, nil])
        let size = entries[0].bytes.count
        var full = EventLog(limits: EventLog.Limits(events: 100, bytes: 2 * size)) { _ in [1, 2, 3] }
        for _ in 1...2 { full.append(notice(text), to: .everyone) }
        #expect(full.next(after: 0, for: point) == .tooOld)
        var plain = EventLog(limits: EventLog.Limits(events: 100, bytes: 2 * size))
        for _ in 1...2 { plain.append(notice(text), to: .everyone) }
        #expect(plain.events(after: 0, for: point)?.map(\.seq) == [1, 2], "the control")
    }

    @Test("who is behind what is gone is told so, at the very edge")
    func tooOld() {
        var log = EventLog(limits: EventLog.Limits(events: 4, bytes: 1 << 20))
        for _ in 1...10 { log.append(notice(), to: .everyone) }
        #expect(log.next(after: 5, for: point) == .tooOld)
        #expect(log.events(after: 5, for: point) == nil)
        #expect(log.events(after: 6, for: point)?.map(\.seq) == [7, 8, 9, 10])
    }

    @Test("bytes are bounded as well; one event above the bound leaves nothing but a snapshot")
    func bytesBound() {
        let size = ServerMessage.event(seq: 1, notice(String(repeating: "x", count: 1_000))).encoded.count
        var log = EventLog(limits: EventLog.Limits(events: 1_000, bytes: 3 * size + 2))
        for _ in 1...5 { log.append(notice(String(repeating: "x", count: 1_000)), to: .everyone) }
        #expect(log.events(after: 2, for: point)?.count == 3)
        #expect(log.events(after: 1, for: point) == nil)
        log.append(notice(String(repeating: "x", count: 10_000)), to: .everyone)
        #expect(log.next(after: 5, for: point) == .tooOld)
        #expect(log.next(after: 6, for: point) == .upToDate(seq: 6))
    }

    @Test("private events push nobody else's out, and a newer slots event replaces an older one")
    func privateEvents() {
        var log = EventLog(limits: EventLog.Limits(events: 8, bytes: 1 << 20))
        log.append(notice(), to: .everyone)
        for number in 10..<4_000 { log.append(.slots([]), to: .session(Self.session(number))) }
        #expect(log.events(after: 0, for: point)?.map(\.seq) == [1])

        let slots = SlotView(kind: .audio, index: 0, point: nil, source: nil, state: .empty)
        for _ in 0..<200 { log.append(.slots([slots]), to: .session(point.session)) }
        #expect(log.events(after: 0, for: point)?.map(\.seq) == [1, log.lastSeq])
        log.append(notice(), to: .session(point.session))
        #expect(log.events(after: 0, for: point)?.count == 3, "a notice is replaced by nothing")
    }

    @Test("one session's own events are bounded; an end forgets them")
    func ownBound() {
        var log = EventLog(ownLimits: EventLog.Limits(events: 3, bytes: 1 << 20))
        for _ in 1...5 { log.append(notice(), to: .session(point.session)) }
        #expect(log.next(after: 1, for: point) == .tooOld)
        #expect(log.events(after: 2, for: point)?.map(\.seq) == [3, 4, 5])
        #expect(log.next(after: 0, for: observer) == .upToDate(seq: 5), "others have lost nothing")
        log.end(point.session)
        #expect(log.next(after: 0, for: point) == .upToDate(seq: 5))
        log.append(notice(), to: .point(code("1")))
        log.end(code("1"))
        #expect(log.next(after: 0, for: point) == .upToDate(seq: 6))
    }

    @Test(
        "readers of any speed see what is theirs, each once and in order, or are told that they can't",
        arguments: 1...50 as ClosedRange<UInt64>)
    func readers(seed: UInt64) throws {
        var random = Generator(state: seed)
        var log = EventLog(
            lastSeq: seed, limits: EventLog.Limits(events: 20, bytes: 2_000),
            ownLimits: EventLog.Limits(events: 5, bytes: 500))
        let viewers = [chair, point, sibling, observer]
        let audiences: [EventAudience] =
            [.everyone, .staff, .others, .point(code("1")), .point(code("79"))] + viewers.map { .session($0.session) }
        var cursors = viewers.map { _ in log.lastSeq }
        var waiting: [[UInt64]] = viewers.map { _ in [] }
        for _ in 0..<500 {
            let audience = try #require(audiences.randomElement(using: &random))
            let text = String(repeating: "x", count: Int.random(in: 0...60, using: &random))
            let seq = log.append(notice(text), to: audience)
            for index in viewers.indices {
                if audience.includes(viewers[index]) { waiting[index].append(seq) }
                guard Int.random(in: 0...(3 + 4 * index), using: &random) == 0 else { continue }
                let missed = log.events(after: cursors[index], for: viewers[index])
                let seen = read(log, from: &cursors[index], for: viewers[index])
                #expect(missed?.map(\.seq) == seen)
                if let seen { #expect(seen == waiting[index]) } else { cursors[index] = log.lastSeq }
                waiting[index] = []
            }
        }
    }
}
