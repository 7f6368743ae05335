import Conference
import Participant
import Signalling
import Terminal

/// Rooms to be shown.
enum Sample {
    static func code(_ text: String) -> PointCode {
        guard let code = PointCode(text) else { preconditionFailure("\(text) is a point's code") }
        return code
    }

    static let me = code("25747")

    /// A room of 168 points whose names are as long and as odd as names can be.
    static func room(
        names: (Int) -> String = { "Phường Tân Thới Hiệp Đông \($0)" }, muted: Bool = false,
        events: [ServerEvent] = []
    ) -> RoomState {
        guard let session = SessionID("local-00112233445566778899aabbccddeeff"), let id = RoomID("hcmc-168"),
            let binding = BindingSecret("00112233445566778899aabbccddeeff")
        else { preconditionFailure("the samples are well formed") }
        var lines = (0..<168).map { number in
            RosterLineView(
                code: code("\(25_740 + number)"), name: names(number), kind: .commune, level: 3, state: .present)
        }
        lines[7].muted = muted
        let welcome = Welcome(
            epoch: "9f2c", session: session, binding: binding, resumed: false, at: 1_790_000_000,
            you: Identity(role: .point, point: me, verbs: Role.point.verbs),
            room: RoomView(
                id: id, title: "Hội nghị giao ban trực tuyến 168 phường, xã, đặc khu", mode: .conference, locked: true,
                central: code("25740"), audioSlots: 3, pictureSlots: 4, present: 12, observers: 3),
            floor: FloorView(
                holders: [FloorView.Holder(point: code("25741"), since: 0)],
                queue: [FloorView.Waiting(point: me, position: 1, since: 0)]),
            program: ProgramView(program: [], seen: [code("25740")]), speaking: code("25741"),
            slots: [
                SlotView(kind: .picture, index: 0, point: code("25740"), source: .camera, state: .on),
                SlotView(kind: .picture, index: 1, point: code("25741"), source: .screen, state: .waiting),
                SlotView(kind: .picture, index: 2, point: nil, source: nil, state: .empty),
            ], roster: RosterSnapshot(version: 1, points: lines))
        var room = RoomState()
        _ = room.apply(.welcome(welcome), seq: 1)
        for (number, event) in events.enumerated() { _ = room.apply(event, seq: UInt64(number) + 2) }
        return room
    }

    static func message(_ text: String) -> ServerEvent {
        .message(
            MessageView(
                from: MessageView.Sender(role: .chair, point: code("25740")), to: .all, text: text, at: 1_790_000_000))
    }

    /// Line `number` of a health document: of every state in turn.
    static func line(_ number: Int) -> HealthLine {
        let state = HealthState.allCases[number % HealthState.allCases.count]
        let direction = DirectionHealth(
            state: state, kbps: 1_450.4, packets: 160, loss: Double(number % 7) / 50, lossAfter: 0, jitter: 12.5,
            rtt: 135, nack: 3, pli: 1, frames: 25, fps: 25, freezes: 0, keyframeAge: 0.8)
        return HealthLine(
            point: code("\(25_740 + number)"), state: state, path: "udp 192.0.2.7:50000", reconnects: 1,
            up: direction, down: DirectionHealth(state: .good, kbps: 2_100))
    }

    static func monitored(_ count: Int = 168) -> RoomState {
        room(events: [.health(HealthView(at: 1_790_000_000, lines: (0..<count).map(line)))])
    }
}

extension ScreenImage {
    /// What a person reads.
    var text: String { lines.map(\.text).joined(separator: "\n") }
}
