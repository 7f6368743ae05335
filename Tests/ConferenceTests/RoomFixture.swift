import Conference
import Testing
import Units

/// The same numbers for the same seed (Steele, Lea, Flood 2014).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension Instant {
    /// Tests count in milliseconds from the start.
    static func ms(_ milliseconds: UInt64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }
}

/// A room and the hands that open its door.
final class RoomFixture {
    private(set) var room: BridgeRoom
    var random = SeededRandom(state: 1)
    private let bridge: BridgeID

    /// Makes a room with the points `p0`, `p1` and so on.
    init(
        points: Int = 4, pointLimit: Int = 100, observerLimit: Int = 100, pictureSlots: Int = 3,
        programDefault: [String] = [], allowsPointTakeover: Bool = false, mode: RoomMode = .discussion
    ) throws {
        bridge = try #require(BridgeID("b1"))
        let definition = try Self.definition(
            points: (0..<points).map { "p\($0)" }, pointLimit: pointLimit, observerLimit: observerLimit,
            pictureSlots: pictureSlots, programDefault: programDefault, allowsPointTakeover: allowsPointTakeover,
            mode: mode)
        room = BridgeRoom(definition, at: .zero)
    }

    /// The same room once more, for trying out different things from one state.
    init(copying other: RoomFixture) {
        bridge = other.bridge
        room = other.room
        random = other.random
    }

    /// What was told with the last event that anybody had to be told of.
    private(set) var changed: Set<Aspect> = []

    /// Lets an event happen; ``Effect/changed(_:)``, which comes with nearly all, goes to ``changed`` instead.
    @discardableResult
    func handle(_ event: BridgeRoom.Event, at now: Instant) -> [BridgeRoom.Effect] {
        var effects = room.handle(event, at: now)
        changed = []
        if case .changed(let aspects) = effects.last {
            effects.removeLast()
            changed = aspects
        }
        return effects
    }

    func takeRosterChanges() -> RosterChanges? { room.takeRosterChanges() }

    static func definition(
        points: [String], pointLimit: Int = 100, observerLimit: Int = 100, pictureSlots: Int = 3,
        programDefault: [String] = [], allowsPointTakeover: Bool = false, mode: RoomMode = .discussion
    ) throws -> RoomDefinition {
        let roster = try points.map { code in
            RosterEntry(code: try point(code), name: "Điểm cầu \(code)", kind: .commune, level: 3)
        }
        return RoomDefinition(
            id: try #require(RoomID("r")), title: "Phòng họp", mode: mode, central: try point(points[0]),
            roster: roster, pointLimit: pointLimit, observerLimit: observerLimit, uplinkLimit: .megabits(2),
            videoCodecs: [.vp8, .h264], audioSlots: 3, pictureSlots: pictureSlots,
            programDefault: try programDefault.map(point), allowsPointTakeover: allowsPointTakeover)
    }

    static func point(_ code: String) throws -> PointCode { try #require(PointCode(code)) }

    func request(
        _ code: String?, role: Role = .point, kind: JoinRequest.Kind = .media, sends: Bool = true,
        receives: Bool = true, secret: BindingSecret? = nil, takeover: Bool = false, token: String = "t",
        maximumReceivers: Int? = nil
    ) throws -> JoinRequest {
        JoinRequest(
            kind: kind, resource: MediaResourceID(using: &random),
            newSession: SessionID(bridge: bridge, using: &random),
            newSecret: BindingSecret(using: &random), role: role, point: try code.map(Self.point),
            token: try #require(TokenID(token)), maximumReceivers: maximumReceivers, sends: sends, receives: receives,
            shownSecret: secret, takeover: takeover)
    }

    /// Lets somebody in, connected at once; fails the test when the room refuses.
    @discardableResult
    func enter(_ request: JoinRequest, at now: Instant) throws -> Admission {
        let effects = handle(.join(request), at: now)
        let admission = try #require(effects.lazy.compactMap(\.admission).first, "refused: \(effects)")
        if request.kind == .media { handle(.connected(admission.resource, path: "udp"), at: now) }
        return admission
    }

    /// A point that sends a picture from now on.
    @discardableResult
    func publish(_ code: String, at now: Instant) throws -> [BridgeRoom.Effect] {
        let admission = try enter(try request(code), at: now)
        return handle(.sources(admission.resource, .picture), at: now)
    }

    func line(_ code: String) throws -> RosterLine { try #require(room.rosterLine(try Self.point(code))) }

    /// Sends ticks at every deadline up to `now`, as the loop does.
    func run(to now: Instant) -> [BridgeRoom.Effect] {
        var effects: [BridgeRoom.Effect] = []
        var turns = 0
        while let deadline = room.deadline, deadline <= now, turns < 10_000 {
            effects += handle(.tick, at: deadline)
            turns += 1
        }
        #expect(turns < 10_000, "a deadline that never passes")
        return effects
    }
}

extension SentMedia {
    static let picture = SentMedia(audio: true, video: true, videoCodec: .vp8, layers: 1)
}

extension BridgeRoom.Effect {
    var admission: Admission? { if case .admitted(let admission) = self { admission } else { nil } }
    var refusal: Refusal? {
        switch self {
        case .refused(_, let refusal), .rejected(let refusal): refusal
        case .admitted, .end, .picturePlan, .voices, .changed, .notice, .message: nil
        }
    }
    var ended: MediaResourceID? { if case .end(let id, _) = self { id } else { nil } }
    var plan: [String]? { if case .picturePlan(let plan) = self { plan.map(\.description) } else { nil } }
}
