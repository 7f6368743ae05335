import Conference
import Testing
import Units

@Suite("Programme")
struct ProgrammeTests {
    private func plan(_ fixture: RoomFixture) -> [String] { fixture.room.picturePlan.map(\.description) }

    private func choose(_ codes: [String], _ fixture: RoomFixture, by role: Role = .chair) throws
        -> [BridgeRoom.Effect]
    {
        fixture.handle(.command(.program(try codes.map(RoomFixture.point)), by: Actor(role: role)), at: .ms(50))
    }

    private func speak(_ code: String?, _ fixture: RoomFixture, at now: Instant) throws -> [BridgeRoom.Effect] {
        fixture.handle(.speaking(try code.map(RoomFixture.point)), at: now)
    }

    @Test("nobody chose, nobody spoke: the first in roster order is the main picture")
    func rosterOrder() throws {
        let fixture = try RoomFixture()
        #expect(try fixture.publish("p2", at: .zero).last?.plan == ["p2"])
        #expect(try fixture.publish("p3", at: .zero).last?.plan == ["p2", "p3"])
        #expect(try fixture.publish("p1", at: .zero).last?.plan == ["p1", "p3", "p2"], "p3 keeps its place")
    }

    @Test("without a picture nobody is shown")
    func needsPicture() throws {
        let fixture = try RoomFixture()
        let id = try fixture.enter(try fixture.request("p0"), at: .zero).resource
        #expect(fixture.handle(.sources(id, SentMedia(audio: true)), at: .zero).isEmpty)
        #expect(fixture.handle(.sources(id, .picture), at: .zero).last?.plan == ["p0"])
        #expect(fixture.handle(.sources(id, SentMedia(audio: true)), at: .zero).last?.plan == [])
        _ = fixture.handle(.sources(id, .picture), at: .zero)
        #expect(fixture.run(to: .ms(6_000)).last?.plan == [], "silent for 6 s")
        let heard = fixture.handle(.activity(id, lastAuthenticated: .ms(7_000)), at: .ms(7_000))
        #expect(heard.last?.plan == ["p0"])
    }

    @Test("the room file's default holds until chair or operator choose, and again after they let go")
    func choice() throws {
        let fixture = try RoomFixture(points: 6, programDefault: ["p3", "p4"])
        for index in 0..<5 { try fixture.publish("p\(index)", at: .zero) }
        #expect(plan(fixture).prefix(2) == ["p3", "p4"])
        #expect(try choose(["p1", "p5", "p2", "p1"], fixture).last?.plan?.prefix(2) == ["p1", "p2"])
        #expect(fixture.room.program.map(\.description) == ["p1", "p5", "p2"])
        try fixture.publish("p5", at: .ms(60))
        #expect(plan(fixture).prefix(3) == ["p1", "p5", "p2"], "chosen before it came")
        #expect(try choose([], fixture, by: .operator).last?.plan?.prefix(2) == ["p3", "p4"])
    }

    @Test("who may not choose changes nothing", arguments: Role.allCases)
    func rights(role: Role) throws {
        let fixture = try RoomFixture()
        try fixture.publish("p0", at: .zero)
        try fixture.publish("p1", at: .zero)
        let effects = try choose(["p1"], fixture, by: role)
        switch role {
        case .chair, .operator: #expect(effects == [.picturePlan(try ["p1", "p0"].map(RoomFixture.point))])
        case .point, .observer, .technician: #expect(effects == [.rejected(.notAllowed)])
        }
    }

    @Test("a choice of strangers or of too many is rejected as a whole")
    func badChoice() throws {
        let fixture = try RoomFixture()
        try fixture.publish("p0", at: .zero)
        try fixture.publish("p1", at: .zero)
        #expect(try choose(["p1", "zz"], fixture) == [.rejected(.unknownPoint(try RoomFixture.point("zz")))])
        #expect(try choose(Array(repeating: "p1", count: 17), fixture) == [.rejected(.programTooLong)])
        #expect(plan(fixture) == ["p0", "p1"])
    }

    @Test("who has not been the loudest for 3 s is not speaking any more, and keeps the main picture")
    func fallsSilent() throws {
        let fixture = try RoomFixture()
        for index in 0..<3 { try fixture.publish("p\(index)", at: .zero) }
        let speaker = try RoomFixture.point("p2")
        _ = try speak("p2", fixture, at: .zero)
        _ = fixture.run(to: .ms(2_000))
        #expect(fixture.room.speaker == speaker)
        // Neither does a pause end it, nor another voice's word make it longer.
        _ = try speak(nil, fixture, at: .ms(2_000))
        _ = try speak("p2", fixture, at: .ms(2_500))
        _ = try speak(nil, fixture, at: .ms(2_600))
        _ = try speak("p1", fixture, at: .ms(3_000))
        _ = try speak(nil, fixture, at: .ms(3_500))
        _ = fixture.run(to: .ms(5_599))
        #expect(fixture.room.speaker == speaker)
        _ = fixture.run(to: .ms(5_600))
        #expect(fixture.room.speaker == nil && fixture.changed == [.speaking])
        #expect(plan(fixture).first == "p2")
        _ = try speak("p2", fixture, at: .ms(5_700))
        #expect(fixture.room.speaker == speaker && fixture.changed == [.speaking])
    }

    @Test("the main picture follows a speaker after 2 s, not before")
    func followsSpeaker() throws {
        let fixture = try RoomFixture()
        for index in 0..<4 { try fixture.publish("p\(index)", at: .zero) }
        #expect(try speak("p2", fixture, at: .ms(100)).isEmpty)
        #expect(fixture.room.deadline == .ms(2_100))
        #expect(fixture.handle(.tick, at: .ms(2_099)).isEmpty)
        #expect(fixture.run(to: .ms(2_100)).last?.plan == ["p2", "p1", "p0", "p3"], "p0 and p2 change places")
        #expect(fixture.room.speaker?.description == "p2")
        #expect(try speak(nil, fixture, at: .ms(3_000)).isEmpty)
        #expect(fixture.run(to: .ms(5_900)).isEmpty, "whoever spoke last stays")
    }

    @Test("a cough changes nothing, breath is bridged, another voice begins anew")
    func hysteresis() throws {
        let fixture = try RoomFixture()
        for index in 0..<4 { try fixture.publish("p\(index)", at: .zero) }
        _ = try speak("p1", fixture, at: .ms(100))
        _ = try speak(nil, fixture, at: .ms(600))
        #expect(fixture.run(to: .ms(1_600)).isEmpty)
        _ = try speak("p1", fixture, at: .ms(1_700))
        #expect(fixture.run(to: .ms(2_900)).isEmpty, "silence of 1 s forgot the cough at 100 ms")

        _ = try speak(nil, fixture, at: .ms(3_000))
        _ = try speak("p1", fixture, at: .ms(3_500))
        #expect(fixture.run(to: .ms(3_699)).isEmpty)
        #expect(fixture.run(to: .ms(3_700)).last?.plan?.first == "p1", "the pause of 500 ms did not count")

        _ = try speak("p2", fixture, at: .ms(4_000))
        _ = try speak("p3", fixture, at: .ms(5_900))
        #expect(fixture.run(to: .ms(5_999)).isEmpty)
        _ = try speak("p1", fixture, at: .ms(5_999))
        #expect(fixture.room.deadline.map { $0 > .ms(5_999) } ?? false)
        #expect(fixture.run(to: .ms(5_999)).isEmpty)
        #expect(fixture.room.speaker?.description == "p1")
    }

    @Test("a speaker without a picture leaves the main picture where it is")
    func speakerWithoutPicture() throws {
        let fixture = try RoomFixture()
        for index in 0..<3 { try fixture.publish("p\(index)", at: .zero) }
        try fixture.enter(try fixture.request("p3"), at: .zero)
        _ = try speak("p1", fixture, at: .zero)
        _ = fixture.run(to: .ms(2_000))
        _ = try speak("p3", fixture, at: .ms(2_000))
        #expect(fixture.run(to: .ms(4_000)).isEmpty)
        #expect(fixture.room.speaker?.description == "p3" && plan(fixture).first == "p1")
    }

    @Test("a speaker does not move what the chair chose, but comes into the small pictures")
    func speakerBesideChoice() throws {
        let fixture = try RoomFixture(points: 10)
        for index in 0..<10 { try fixture.publish("p\(index)", at: .zero) }
        _ = try choose(["p4"], fixture)
        #expect(plan(fixture).prefix(3) == ["p4", "p1", "p2"])
        _ = try speak("p9", fixture, at: .ms(100))
        #expect(fixture.run(to: .ms(2_100)).last?.plan?.prefix(3) == ["p4", "p1", "p9"])
        #expect(plan(fixture).count == 3 + BridgeRoom.planReserve)
    }

    @Test("a small picture that goes leaves its place to another and moves nobody")
    func stability() throws {
        let fixture = try RoomFixture(points: 9, pictureSlots: 4)
        var ids: [MediaResourceID] = []
        for index in 0..<9 {
            ids.append(try fixture.enter(try fixture.request("p\(index)"), at: .zero).resource)
            _ = fixture.handle(.sources(ids[index], .picture), at: .zero)
        }
        #expect(plan(fixture) == ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"])
        let effects = fixture.handle(.left(ids[1], .deleted), at: .ms(1))
        #expect(effects.last?.plan == ["p0", "p4", "p2", "p3", "p8", "p5", "p6", "p7"])
        #expect(try fixture.publish("p1", at: .ms(2)).isEmpty, "the shown ones stay")
    }
}
