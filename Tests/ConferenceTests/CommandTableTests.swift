import Conference
import Testing
import Units

/// Every role, every command, in every state of room, floor and mute.
@Suite("Who may do what, and when")
struct CommandTableTests {
    enum Standing: CaseIterable, Sendable {
        case neither, queued, holds
    }

    /// The room as it is when the command comes.
    struct Situation {
        var mode: RoomMode
        var isLocked: Bool
        /// Of the actor's own point.
        var own: Standing
        var ownMuted: Bool
        /// Of the point that the command is about.
        var other: Standing
        var otherMuted: Bool

        static let all: [Situation] = RoomMode.allCases.flatMap { mode in
            [false, true].flatMap { isLocked in
                Standing.allCases.flatMap { own in
                    [false, true].flatMap { ownMuted in
                        Standing.allCases.flatMap { other in
                            [false, true].map { otherMuted in
                                Situation(
                                    mode: mode, isLocked: isLocked, own: own, ownMuted: ownMuted, other: other,
                                    otherMuted: otherMuted)
                            }
                        }
                    }
                }
            }
        }
    }

    private struct Scene {
        var fixture: RoomFixture
        var model: RoomModel
        let actor: Actor
        let own: PointCode
        let other: PointCode
        let chair: PointCode
    }

    /// `p0` is the central point, `p1` the actor's, `p2` the other one.
    private func scene(_ role: Role, _ situation: Situation) throws -> Scene {
        let fixture = try RoomFixture(mode: situation.mode)
        let (own, other) = (try RoomFixture.point("p1"), try RoomFixture.point("p2"))
        let chair = try RoomFixture.point("p0")
        try fixture.connect("p0", role: .chair)
        try fixture.connect("p2")
        let admission = try fixture.connect(role.holdsSeat ? "p1" : nil, role: role)
        var scene = Scene(
            fixture: fixture,
            model: RoomModel(mode: situation.mode, chairs: role == .chair ? [chair, own] : [chair]),
            actor: Actor(role: role, point: admission.point, session: admission.session), own: own, other: other,
            chair: chair)
        if role.holdsSeat { prepare(own, situation.own, isMuted: situation.ownMuted, role, &scene) }
        prepare(other, situation.other, isMuted: situation.otherMuted, .point, &scene)
        if situation.isLocked { carryOut(.lock(true), by: Actor(role: .operator), &scene) }
        return scene
    }

    private func prepare(
        _ point: PointCode, _ standing: Standing, isMuted: Bool, _ role: Role, _ scene: inout Scene
    ) {
        let chair = Actor(role: .chair, point: scene.chair)
        switch standing {
        case .neither: break
        case .queued: carryOut(.ask, by: Actor(role: role, point: point), &scene)
        case .holds: carryOut(.give(point), by: chair, &scene)
        }
        if isMuted { carryOut(.mute(.points([point])), by: chair, &scene) }
    }

    private func carryOut(_ command: Command, by actor: Actor, _ scene: inout Scene) {
        #expect(scene.fixture.order(command, by: actor).refusal == nil)
        scene.model.book(command, by: actor, points: scene.fixture.room.rosterLines.map(\.entry.code))
    }

    /// What the state has to say to a command that the role may give.
    private func stateRefusal(_ command: Command, _ scene: Scene) -> String? {
        let model = scene.model
        return switch command {
        case .ask where model.holders.contains(scene.own): "already-holds"
        case .ask where model.waiting.contains(scene.own): "already-asked"
        case .withdraw where !(model.holders + model.waiting).contains(scene.own): "not-queued"
        case .give(let point) where model.holders.contains(point): "already-holds"
        case .take(let point?) where !(model.holders + model.waiting).contains(point): "not-holding"
        default: nil
        }
    }

    @Test("every role, every command, every state", arguments: Role.allCases)
    func table(role: Role) throws {
        for situation in Situation.all where role.holdsSeat || (situation.own == .neither && !situation.ownMuted) {
            let prepared = try self.scene(role, situation)
            prepared.model.check(prepared.fixture.room, "prepared: \(situation)")
            for (row, answers) in CommandTable.answers {
                var scene = prepared
                scene.fixture = RoomFixture(copying: prepared.fixture)
                let command = try CommandTable.command(row, other: scene.other, chair: scene.chair)
                let allowed = try #require(answers[role])
                let expected = allowed == "yes" ? stateRefusal(command, scene) : allowed
                try judge(command, expected, &scene, "\(role) \(row): \(situation)")
            }
        }
    }

    private func judge(
        _ command: Command, _ expected: String?, _ scene: inout Scene, _ comment: @autoclosure () -> Comment
    ) throws {
        let before = scene.fixture.room
        let effects = scene.fixture.order(command, by: scene.actor)
        let after = scene.fixture.room
        #expect(effects.refusal?.code == expected, comment())
        if expected == nil {
            scene.model.book(command, by: scene.actor, points: before.rosterLines.map(\.entry.code))
            #expect(effects.voices == (after.voicePlan == before.voicePlan ? nil : after.voicePlan), comment())
        } else {
            #expect(effects.count == 1 && scene.fixture.changed.isEmpty, comment())
            #expect(after.rosterVersion == before.rosterVersion && after.rosterLines == before.rosterLines, comment())
            #expect(after.program == before.program, comment())
        }
        scene.model.check(after, comment())
    }

    @Test("the table of the tests has every verb and every role")
    func complete() throws {
        let point = try RoomFixture.point("p")
        let verbs = try CommandTable.answers.map { try CommandTable.command($0.row, other: point, chair: point).verb }
        #expect(Set(verbs) == Set(Verb.allCases))
        #expect(CommandTable.answers.allSatisfy { Set($0.answers.keys) == Set(Role.allCases) })
    }

    @Test("the welcome message names the verbs of which a role may do anything", arguments: Role.allCases)
    func verbs(role: Role) throws {
        let point = try RoomFixture.point("p")
        let rows = CommandTable.answers.filter { $0.answers[role] != "not-allowed" }
        let verbs = Set(try rows.map { try CommandTable.command($0.row, other: point, chair: point).verb })
        #expect(role.verbs == Verb.allCases.filter(verbs.contains))
    }

    @Test("names on the wire")
    func names() {
        #expect(
            Verb.allCases.map(\.rawValue) == [
                "ask", "withdraw", "give", "take", "mute", "unmute", "program", "mode", "lock", "remove", "readmit",
                "delegates", "message", "stats",
            ])
    }
}
