import Bridge
import Conference
import Signalling
import SimulatedNetwork
import Testing
import Units

@Suite("Sockets: what is told")
struct SocketEventsTests {
    /// Lets things happen to a room at random: points come and go, speak up, are muted, given the floor, put out.
    private func change(_ world: World, _ sockets: inout [String: SimulatedSocket], _ chair: SimulatedSocket) throws {
        let code = "p\(Int.random(in: 1..<8, using: &world.random))"
        let point = try world.point(code)
        switch Int.random(in: 0..<9, using: &world.random) {
        case 0, 1:
            guard sockets[code] == nil else { return }
            let socket = try world.hello(token: try world.token(.point, code))
            if socket.welcome != nil { sockets[code] = socket }
        case 2: if let socket = sockets.removeValue(forKey: code) { world.leave(socket) }
        case 3: if let socket = sockets.removeValue(forKey: code) { world.drop(socket) }
        case 4: chair.command(.mute(.points([point])))
        case 5: chair.command(.unmute(.all))
        case 6: chair.command(.give(point))
        case 7:
            let name = "Đại biểu \(Int.random(in: 0..<3, using: &world.random))"
            sockets[code]?.command(.delegates([Delegate(name: name, post: "")], of: nil))
        default:
            chair.command(sockets[code] == nil ? .readmit(point) : .remove(point, reason: "thử"))
        }
        sockets = sockets.filter { !$0.value.isOver && $0.value.closed == nil }
    }

    @Test(
        "deltas, in order, give exactly the whole roster, whenever somebody came; nothing private for the public",
        arguments: 1...6 as ClosedRange<UInt64>)
    func deltas(seed: UInt64) throws {
        let world = try World(points: 8, observers: 1_000, seed: seed)
        let chair = try world.enter(.chair, "p0")
        let public1 = try world.enter(.observer)
        var sockets: [String: SimulatedSocket] = [:]
        var watchers: [(role: Role, socket: SimulatedSocket)] = [(.chair, chair), (.observer, public1)]
        for _ in 0..<120 {
            try change(world, &sockets, chair)
            world.exchangeSockets()
            if Int.random(in: 0..<10, using: &world.random) == 0 {
                let role: Role = Bool.random(using: &world.random) ? .technician : .observer
                if watchers.count < 20 { watchers.append((role, try world.enter(role))) }
            }
            world.run(for: .milliseconds(Int.random(in: 1...400, using: &world.random)))
        }
        world.run(for: .seconds(2))
        let whole = try world.freshRoster(.technician)
        let open = try world.freshRoster(.observer)
        #expect(Set(whole.map(\.state)).count > 1 && whole.contains { $0.delegates > 0 }, "something has happened")
        for (role, socket) in watchers {
            #expect(socket.mirror.roster == (role.isStaff ? whole : open), "\(role), seed \(seed)")
            guard !role.isStaff else { continue }
            for text in socket.texts {
                let text = String(decoding: text, as: UTF8.self)
                for secret in ["0274", "Nguyễn Văn", "\"path\"", "delegateList", "takeovers", "departure"] {
                    #expect(!text.contains(secret), "\(secret), seed \(seed)")
                }
            }
        }
        #expect(whole.map(\.withoutDetails) == open)
    }

    @Test("a line that goes there and back between two gatherings is told right to who came in between")
    func flapping() throws {
        let world = try World(points: 4)
        let witness = try world.enter(.technician, id: "witness")
        _ = try world.enter(.point, "p3")
        // From here on nothing is gathered for 200 ms: p1 comes, a newcomer reads the roster, p1 is gone.
        let point = try world.enter(.point, "p1")
        let newcomer = try world.enter(.technician, id: "newcomer")
        world.leave(point)
        world.run(for: .seconds(1))
        let whole = try world.freshRoster(.technician)
        #expect(witness.mirror.roster == whole)
        #expect(newcomer.mirror.roster == whole)
    }

    @Test("however much happens, roster changes come at most five times a second")
    func gathered() throws {
        let world = try World(points: 40)
        let watcher = try world.enter(.observer)
        world.run(for: .seconds(1))
        watcher.forgetReceived()
        for number in 1..<40 {
            try world.enter(.point, "p\(number)")
            world.run(for: .milliseconds(25))
        }
        world.run(for: .milliseconds(300))
        let times = zip(watcher.events, watcher.times).compactMap { event, time -> Instant? in
            if case .roster = event { time } else { nil }
        }
        #expect(times.count <= 7 && times.count >= 5, "\(times.count) in 1.3 s")
        for (one, next) in zip(times, times.dropFirst()) { #expect(next.since(one) >= .milliseconds(200)) }
        #expect(watcher.mirror.roster.filter { $0.state == .present }.count == 39, "and nothing is missing")
    }

    @Test("each change is encoded once, however many read it", arguments: [3, 60])
    func encodedOnce(readers: Int) throws {
        let world = try World(points: 10)
        let watchers = try (0..<readers).map { _ in try world.enter(.observer) }
        world.run(for: .seconds(1))
        let before = world.control.encodedEvents
        for watcher in watchers { watcher.forgetReceived() }
        try world.enter(.point, "p1")
        world.run(for: .seconds(1))
        // Roster for staff, for the others, for the point itself; the room; one whole roster for the newcomer.
        let encoded = world.control.encodedEvents - before
        #expect(encoded > 0 && encoded <= 8, "\(encoded) for \(readers) readers")
        let texts = Set(watchers.map(\.texts))
        #expect(texts.count == 1 && texts.first?.isEmpty == false, "all of them read the same bytes")
        let later = world.control.encodedEvents
        for _ in 0..<10 { try world.enter(.observer) }
        #expect(world.control.encodedEvents - later <= 2, "a roster is encoded once for all who come")
    }

    @Test("floor, programme, mode and speaker are told complete, to everybody, and only when they change")
    func state() throws {
        let world = try World(points: 4, mode: .conference)
        let chair = try world.enter(.chair, "p0")
        let point = try world.enter(.point, "p1")
        let watcher = try world.enter(.observer)
        #expect(world.say(.ask, point) == "ok")
        #expect(watcher.mirror.floor?.queue.map(\.point.rawValue) == ["p1"])
        #expect(watcher.mirror.floor?.queue.first?.position == 1)
        #expect(watcher.mirror.floor?.queue.first?.since == world.moment.unixTime)
        #expect(world.say(.give(try world.point("p1")), chair) == "ok")
        #expect(watcher.mirror.floor?.holders.map(\.point.rawValue) == ["p1"])
        #expect(watcher.mirror.floor?.queue.isEmpty == true)
        #expect(point.noticeCodes == ["floor-given"] && watcher.noticeCodes.isEmpty && chair.noticeCodes.isEmpty)
        #expect(world.say(.program([try world.point("p2"), try world.point("p1")]), chair) == "ok")
        #expect(watcher.mirror.program?.program.map(\.rawValue) == ["p2", "p1"])
        #expect(world.say(.mode(.lecture), chair) == "ok" && watcher.mirror.room?.mode == .lecture)
        #expect(watcher.noticeCodes == ["mode-lecture"])
        world.run(for: .seconds(1))
        watcher.forgetReceived()
        world.run(for: .seconds(3))
        #expect(world.say(.mode(.lecture), chair) == "ok", "it is that already")
        #expect(watcher.messages.isEmpty, "\(watcher.messages)")
        #expect(world.say(.lock(true), chair) == "ok" && watcher.mirror.room?.locked == true, "the control")
    }

    @Test("messages reach whom they are for, each once, and nobody else")
    func messages() throws {
        let world = try World(points: 4)
        let chair = try world.enter(.chair, "p0")
        let desk = try world.enter(.operator)
        let one = try world.enter(.point, "p1")
        let two = try world.enter(.point, "p2")
        let watcher = try world.enter(.observer)
        func heard() -> [[String]] { [chair, desk, one, two, watcher].map { $0.chat.map(\.text) } }
        #expect(world.say(.message("mọi người", to: .all), chair) == "ok")
        #expect(heard() == Array(repeating: ["mọi người"], count: 5))
        #expect(world.say(.message("riêng p1", to: .point(try world.point("p1"))), desk) == "ok")
        #expect(world.say(.message("xin giúp", to: .staff), two) == "ok")
        #expect(world.say(.message("chủ tọa ơi", to: .point(try world.point("p0"))), desk) == "ok")
        #expect(
            heard() == [
                ["mọi người", "riêng p1", "xin giúp", "chủ tọa ơi"],
                ["mọi người", "riêng p1", "xin giúp", "chủ tọa ơi"],
                ["mọi người", "riêng p1"], ["mọi người", "xin giúp"], ["mọi người"],
            ])
        #expect(two.chat.last?.from == MessageView.Sender(role: .point, point: try world.point("p2")))
        let late = try world.enter(.observer)
        world.run(for: .seconds(1))
        #expect(late.chat.isEmpty, "what was said before is not told to who comes later")
    }

    @Test("captions: who is on which slot is told to that session alone, whenever it changes")
    func slots() throws {
        let world = try World(points: 4)
        let sender = try world.join("p1")
        sender.streams[0].level = 10
        let viewer = try world.join("p2")
        let socket = try world.enter(.point, "p2", Hello(binding: BindingSecret(viewer.secret)))
        let other = try world.enter(.point, "p3")
        try world.show(["p1"])
        world.run(for: .seconds(3))
        let picture = socket.mirror.slots.first { $0.kind == .picture && $0.index == 0 }
        #expect(picture?.point?.rawValue == "p1" && picture?.source == .camera && picture?.state == .on)
        #expect(
            socket.mirror.slots.contains { $0.kind == .audio && $0.point?.rawValue == "p1" && $0.source == .microphone }
        )
        #expect(other.slotLists.isEmpty && other.mirror.slots.isEmpty, "it receives nothing")
        world.leave(sender)
        world.run(for: .seconds(2))
        #expect(!socket.mirror.slots.contains { $0.point?.rawValue == "p1" })
        #expect(try world.comeBack(socket, .point, "p2").welcome?.slots == socket.mirror.slots)
    }

    @Test("health comes once a second to those who watch, and never makes a reader skip an event")
    func health() throws {
        let world = try World(points: 4)
        try world.join("p1")
        let technician = try world.enter(.technician)
        let observer = try world.enter(.observer)
        #expect(world.say(.stats(reports: false, watch: true), observer) == "not-allowed")
        #expect(world.say(.stats(reports: false, watch: true), technician) == "ok")
        world.run(for: .seconds(5))
        func healths(_ socket: SimulatedSocket) -> Int {
            socket.events.reduce(0) { if case .health = $1 { $0 + 1 } else { $0 } }
        }
        #expect((4...6).contains(healths(technician)) && healths(observer) == 0)
        #expect(technician.seqs == technician.seqs.sorted(), "what is known by its seq has been told")
        #expect(world.say(.stats(reports: false, watch: false), technician) == "ok")
        let before = healths(technician)
        world.run(for: .seconds(3))
        #expect(healths(technician) == before)
    }

    @Test("a room file that changes is told as a whole roster, with the own line's private fields")
    func roomFile() throws {
        let world = try World(points: 4)
        let staff = try world.enter(.technician)
        let point = try world.enter(.point, "p1")
        world.control.setRooms([try World.room(points: 6)], at: world.now)
        world.run(for: .seconds(1))
        for socket in [staff, point] {
            #expect(socket.mirror.order.map(\.rawValue) == ["p0", "p1", "p2", "p3", "p4", "p5"])
        }
        #expect(staff.mirror.roster == (try world.freshRoster(.technician)))
        #expect(point.mirror.lines[try world.point("p1")]?.details?.contactTelephone == "0274 p1")
        #expect(point.mirror.lines[try world.point("p5")]?.details == nil)
        world.control.setRooms([try World.room(points: 5)], at: world.now)
        world.run(for: .seconds(1))
        #expect(staff.mirror.roster == (try world.freshRoster(.technician)) && staff.mirror.order.count == 5)
    }
}

extension RosterLineView {
    fileprivate var withoutDetails: RosterLineView { seen(by: .everyone) }
}
