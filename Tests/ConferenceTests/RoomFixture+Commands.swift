import Conference
import Testing
import Units

extension RoomFixture {
    /// Somebody who gives commands; `code` is their point.
    static func actor(_ role: Role, _ code: String? = nil, token: String? = nil) throws -> Actor {
        Actor(role: role, point: try code.map(point), token: token.flatMap { TokenID($0) })
    }

    /// Gives a command and tells what came of it.
    @discardableResult
    func order(_ command: Command, by actor: Actor, at now: Instant = .zero) -> [BridgeRoom.Effect] {
        handle(.command(command, by: actor), at: now)
    }

    /// Gives a command as operator; fails the test when the room refuses.
    @discardableResult
    func direct(_ command: Command, at now: Instant = .zero) -> [BridgeRoom.Effect] {
        let effects = order(command, by: Actor(role: .operator), at: now)
        #expect(effects.refusal == nil)
        return effects
    }

    /// A point asks for the floor.
    @discardableResult
    func ask(_ code: String, at now: Instant = .zero) throws -> Refusal? {
        order(.ask, by: try Self.actor(.point, code), at: now).refusal
    }

    func give(_ code: String, at now: Instant = .zero) throws { direct(.give(try Self.point(code)), at: now) }

    @discardableResult
    func connect(
        _ code: String?, role: Role = .point, secret: BindingSecret? = nil, takeover: Bool = false,
        token: String = "t", maximumReceivers: Int? = nil, at now: Instant = .zero
    ) throws -> Admission {
        try enter(
            try request(
                code, role: role, kind: .socket, secret: secret, takeover: takeover, token: token,
                maximumReceivers: maximumReceivers), at: now)
    }

    var holders: [String] { room.floor.holders.map(\.point.description) }
    var queue: [String] { room.floor.queue.map(\.point.description) }

    func isHeard(_ code: String) throws -> Bool { room.isHeard(try Self.point(code)) }
}

extension [BridgeRoom.Effect] {
    var refusal: Refusal? { lazy.compactMap(\.refusal).first }
    var voices: VoicePlan? { lazy.compactMap { if case .voices(let plan) = $0 { plan } else { nil } }.last }

    /// The codes of the notices for one point.
    func notices(to code: String) throws -> [String] {
        let point = try RoomFixture.point(code)
        return compactMap { effect in
            guard case .notice(.points(let points), let kind) = effect, points.contains(point) else { return nil }
            return kind.code
        }
    }

    var noticesToAll: [NoticeKind] { compactMap { if case .notice(.all, let kind) = $0 { kind } else { nil } } }
    var noticesToStaff: [NoticeKind] { compactMap { if case .notice(.staff, let kind) = $0 { kind } else { nil } } }
    var messages: [RoomMessage] { compactMap { if case .message(let message) = $0 { message } else { nil } } }
}
