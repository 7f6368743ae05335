import Conference
import Foundation
import Signalling
import Testing

@Suite("ServerMessage")
struct ServerMessageTests {
    private static let serverExamples: [[UInt8]] =
        ((try? Page())?.examples ?? []).filter { ["Events", "Answers"].contains($0.section) }.map(\.json)

    @Test("what was written is read again, every name in every place", arguments: nastyNames)
    func names(name: String) throws {
        let room = RoomView(
            id: try #require(RoomID("r")), title: name, mode: .lecture, locked: true, central: code("79"),
            audioSlots: 1,
            pictureSlots: 2, present: 3, observers: 4)
        let events: [ServerEvent] = [
            .room(room), .notice(NoticeView(code: name, text: name)), .bye(ByeView(reason: .removed, text: name)),
            .message(MessageView(from: .init(role: .operator, point: nil), to: .all, text: name, at: 1)),
        ]
        for event in events {
            let message = ServerMessage.event(seq: 7, event)
            #expect(try ServerMessage(parsing: message.encoded) == message)
        }
        let error = ServerMessage.error(ErrorReply(id: nil, code: name, text: name, retryAfter: 2))
        #expect(try ServerMessage(parsing: error.encoded) == error)
    }

    @Test("type first, then seq, then the fields in the protocol's order; what is missing is left out")
    func order() {
        let slots = [
            SlotView(kind: .picture, index: 0, point: code("79"), source: .camera, state: .on),
            SlotView(kind: .audio, index: 1, point: nil, source: nil, state: .empty),
        ]
        let written = String(decoding: ServerMessage.event(seq: 3, .slots(slots)).encoded, as: UTF8.self)
        #expect(
            written == #"{"type":"slots","seq":3,"slots":[{"kind":"picture","index":0,"point":"79","source":"camera","#
                + #""state":"on"},{"kind":"audio","index":1,"state":"empty"}]}"#)
        let nobody = ServerMessage.event(seq: 3, .speaking(nil)).encoded
        #expect(String(decoding: nobody, as: UTF8.self) == #"{"type":"speaking","seq":3,"point":null}"#)
        let error = ServerMessage.error(ErrorReply(id: nil, code: "c", text: "t")).encoded
        #expect(String(decoding: error, as: UTF8.self) == #"{"type":"error","code":"c","text":"t"}"#)
    }

    @Test("the roster is the last field of a welcome, so that it can be added encoded")
    func welcomeRosterLast() throws {
        for example in Self.serverExamples {
            guard case .event(let seq, .welcome(var welcome)) = try ServerMessage(parsing: example) else { continue }
            let roster = try #require(welcome.roster)
            let whole = ServerMessage.event(seq: seq, .welcome(welcome)).encoded
            welcome.roster = nil
            let head = ServerMessage.event(seq: seq, .welcome(welcome)).encoded.dropLast()
            let points = RosterSnapshot.encodedPoints(roster.points)
            let tail = Array(#","roster":{"version":\#(roster.version),"points":"#.utf8) + points + Array("}}".utf8)
            #expect(Array(head) + tail == whole)
            return
        }
        Issue.record("no welcome on the page")
    }

    @Test("without any one field, or with any one of another kind, a message is read or refused, and nothing else")
    func fields() throws {
        #expect(Self.serverExamples.count > 15)
        var refused = 0
        for example in Self.serverExamples {
            let value = try JSONDecoder().decode(AnyJSON.self, from: Data(example))
            for changed in value.variants {
                let text = Array(try JSONEncoder().encode(changed))
                do throws(MessageError) {
                    let message = try ServerMessage(parsing: text)
                    let again = try ServerMessage(parsing: message.encoded)
                    #expect(again == message)
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 500)
    }

    @Test("every text that ends too early is refused", arguments: serverExamples)
    func truncation(example: [UInt8]) {
        for length in 0..<example.count {
            #expect(throws: MessageError.badMessage(id: nil)) { try ServerMessage(parsing: Array(example[..<length])) }
        }
    }

    @Test("an unknown type is unsupported; unknown verbs of the role are passed over")
    func newer() throws {
        #expect(throws: MessageError.unsupported(id: nil)) {
            try ServerMessage(parsing: Array(#"{"type":"rollcall","seq":1}"#.utf8))
        }
        for example in Self.serverExamples {
            let text = String(decoding: example, as: UTF8.self)
            guard text.contains(#""type":"welcome""#) else { continue }
            let newer = text.replacingOccurrences(of: #"["ask","#, with: #"["ask","dance","#)
            #expect(newer != text)
            #expect(try ServerMessage(parsing: Array(newer.utf8)) == ServerMessage(parsing: example))
        }
    }

    @Test("figures that are no numbers are left out")
    func noNumbers() throws {
        let line = HealthLine(
            point: code("1"), state: .good, up: DirectionHealth(state: .good, kbps: .nan, loss: .infinity, fps: 25),
            down: DirectionHealth(state: .none))
        let text = ServerMessage.event(seq: 1, .health(HealthView(at: 1, lines: [line]))).encoded
        guard case .event(_, .health(let view)) = try ServerMessage(parsing: text) else {
            Issue.record("no health")
            return
        }
        #expect(view.lines.first?.up == DirectionHealth(state: .good, fps: 25))
    }

    @Test("the health document is the event's lines and the room's name")
    func healthDocument() throws {
        let view = HealthView(
            at: 5,
            lines: [
                HealthLine(
                    point: code("1"), state: .fair, up: DirectionHealth(state: .fair),
                    down: DirectionHealth(state: .good))
            ])
        let document = view.document(room: try #require(RoomID("hcmc-168")))
        #expect(
            String(decoding: document, as: UTF8.self)
                == #"{"room":"hcmc-168","at":5,"lines":[{"point":"1","state":"fair","reconnects":0,"up":{"state":"fair"},"#
                + #""down":{"state":"good"}}]}"#)
    }
}

extension AnyJSON: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .number(let number): try container.encode(number)
        case .string(let string): try container.encode(string)
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }

    /// The value with one field or element, anywhere in it, gone or replaced by a value of another kind.
    fileprivate var variants: [AnyJSON] {
        let others: [AnyJSON] = [
            .null, .bool(true), .number(-1), .number(0.5), .number(1e300), .string("\u{0}"), .array([]), .object([:]),
        ]
        switch self {
        case .object(let fields):
            return fields.flatMap { name, value in
                var without = fields
                without[name] = nil
                let changed = (others + value.variants).map { other in
                    var fields = fields
                    fields[name] = other
                    return AnyJSON.object(fields)
                }
                return [.object(without)] + changed
            }
        case .array(let values):
            return values.indices.flatMap { index in
                (others + values[index].variants).map { other in
                    var values = values
                    values[index] = other
                    return .array(values)
                }
            }
        case .null, .bool, .number, .string: return []
        }
    }
}
