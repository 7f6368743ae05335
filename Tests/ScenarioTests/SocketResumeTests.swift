import Bridge
import Conference
import OpenSSL
import Signalling
import SimulatedNetwork
import Testing
import Transport
import Units
import WebSocket

@Suite("Sockets: losing the line and coming back")
struct SocketResumeTests {
    /// What must come exactly once: words, and who said them.
    private func words(_ socket: SimulatedSocket) -> [String] { socket.chat.map(\.text) }

    @Test("who comes back with its seq gets what it missed, once and in order", arguments: 1...8 as ClosedRange<UInt64>)
    func missed(seed: UInt64) throws {
        let world = try World(points: 6, seed: seed)
        let desk = try world.enter(.operator)
        let witness = try world.enter(.point, "p1")
        var device = try world.enter(.point, "p2")
        let first = device
        var heard: [String] = []
        var notices: [String] = []
        var isAway = false
        var resumptions = 0
        for number in 0..<120 {
            let target: MessageTarget =
                Bool.random(using: &world.random) ? .all : .point(try world.point("p\(number % 2 + 1)"))
            desk.command(.message("câu \(number)", to: target))
            if number % 7 == 0 {
                let points = [try world.point("p1"), try world.point("p2")]
                desk.command(number % 14 == 0 ? .mute(.points(points)) : .unmute(.all))
            }
            world.exchangeSockets()
            world.run(for: .milliseconds(Int.random(in: 130...700, using: &world.random)))
            guard Int.random(in: 0..<6, using: &world.random) == 0 else { continue }
            if isAway {
                device = try world.comeBack(device, .point, "p2")
                #expect(device.welcome?.resumed == true && device.welcome?.roster == nil)
                resumptions += 1
            } else {
                heard += words(device)
                notices += device.noticeCodes
                // Bytes on the way may be lost, and maybe nobody has noticed yet that the line is cut.
                if Bool.random(using: &world.random) { world.drop(device) } else { device.isCut = true }
                device.forgetWords()
            }
            isAway.toggle()
        }
        if isAway { device = try world.comeBack(device, .point, "p2") }
        world.run(for: .seconds(2))
        heard += words(device)
        notices += device.noticeCodes
        #expect(resumptions > 3)
        #expect(Set(heard).count == heard.count, "nothing twice, seed \(seed)")
        #expect(notices == witness.noticeCodes && !notices.isEmpty, "seed \(seed)")
        // The operator hears everything: what was for all or for p2 must have come to p2.
        let own = MessageTarget.point(try world.point("p2"))
        let meant = desk.chat.filter { $0.to == .all || $0.to == own }.map(\.text)
        #expect(heard == meant && meant.count > 50, "seed \(seed)")
        #expect(
            device.mirror.roster.map { $0.seen(by: .everyone) } == witness.mirror.roster.map { $0.seen(by: .everyone) })
        #expect(device.mirror.floor == witness.mirror.floor && device.mirror.room == witness.mirror.room)
        #expect(first.welcome?.session == device.welcome?.session)
    }

    @Test("floor and place in the queue wait for 30 s, silent after 6; then they are free")
    func kept() throws {
        let world = try World(points: 6, mode: .conference)
        let chair = try world.enter(.chair, "p0")
        let holder = try world.enter(.point, "p1")
        let second = try world.enter(.point, "p2")
        let third = try world.enter(.point, "p3")
        let steady = try world.enter(.point, "p4")
        for socket in [second, third, steady] { #expect(world.say(.ask, socket) == "ok") }
        #expect(world.say(.give(try world.point("p1")), chair) == "ok")
        world.run(for: .milliseconds(2_600))
        for socket in [holder, second] { world.drop(socket) }
        world.run(for: .seconds(5))
        #expect(try world.state("p1") == "present")
        world.run(for: .milliseconds(2_500))
        #expect(try world.state("p1") == "silent" && world.state("p2") == "silent")
        #expect(chair.mirror.lines[try world.point("p1")]?.state == .silent, "everybody sees it")
        world.run(for: .seconds(19))
        #expect(chair.mirror.floor?.holders.map(\.point.rawValue) == ["p1"])
        #expect(chair.mirror.floor?.queue.map(\.point.rawValue) == ["p2", "p3", "p4"])

        let back = try world.comeBack(second, .point, "p2")
        #expect(back.welcome?.session == second.welcome?.session && back.welcome?.resumed == true)
        world.run(for: .seconds(10))
        #expect(try world.state("p1") == "absent" && world.state("p2") == "present")
        #expect(chair.mirror.floor?.holders.isEmpty == true)
        #expect(chair.mirror.floor?.queue.map(\.point.rawValue) == ["p2", "p3", "p4"], "who came back keeps its place")
        world.drop(third)
        world.run(for: .seconds(33))
        #expect(chair.mirror.floor?.queue.map(\.point.rawValue) == ["p2", "p4"])
        #expect(try world.state("p4") == "present", "the control: a socket that is there stays so")
        #expect(chair.mirror.lines[try world.point("p1")]?.details?.departure == "absent")
    }

    @Test("a session that has ended is begun anew, with everything")
    func tooLate() throws {
        let world = try World(points: 4)
        let socket = try world.enter(.point, "p1")
        world.run(for: .milliseconds(1_100))
        world.drop(socket)
        world.run(for: .seconds(32))
        let back = try world.comeBack(socket, .point, "p1")
        #expect(back.welcome?.resumed == false && back.welcome?.roster?.points.count == 4)
        #expect(back.welcome?.session != socket.welcome?.session && back.welcome?.binding != socket.welcome?.binding)
        #expect(back.noticeCodes.isEmpty)
    }

    @Test("seq and epoch without the session's secret resume nothing: what was for it alone is not there")
    func withoutSecret() throws {
        let world = try World(points: 4)
        let socket = try world.enter(.observer)
        let (epoch, seq) = (socket.mirror.epoch, socket.mirror.seq)
        let other = try world.enter(.observer, nil, Hello(epoch: epoch, seq: seq))
        #expect(other.welcome?.resumed == false && other.welcome?.roster != nil)
        world.drop(socket)
        #expect(try world.comeBack(socket, .observer).welcome?.resumed == true, "the control")
        for absurd in [seq + 1_000, UInt64(1) << 53 - 1] {
            let hello = Hello(binding: socket.welcome?.binding, epoch: epoch, seq: absurd)
            #expect(try world.enter(.observer, nil, hello).welcome?.resumed == false)
        }
    }

    @Test("media that came back first, as a new session, resumes nothing: what was told to the point alone is not kept")
    func mediaFirst() throws {
        let world = try World(points: 4)
        let point = try world.point("p1")
        let socket = try world.enter(.point, "p1")
        world.run(for: .milliseconds(1_100))
        world.drop(socket)
        world.run(for: .seconds(32))
        let desk = try world.enter(.operator)
        #expect(world.say(.delegates([Delegate(name: "Lê Thị D", post: "")], of: point), desk) == "ok")
        world.run(for: .seconds(1))
        let client = try world.join("p1")
        let back = try world.openSocket(token: try world.token(.point, "p1"))
        back.inherit(socket.mirror)
        back.send(
            .hello(
                Hello(binding: BindingSecret(client.secret), epoch: socket.mirror.epoch, seq: socket.mirror.seq)))
        world.exchangeSockets()
        #expect(back.welcome?.resumed == false && back.welcome?.roster?.points.count == 4)
        #expect(back.mirror.lines[point]?.details?.delegateList.map(\.name) == ["Lê Thị D"])
        world.run(for: .seconds(1))
        world.drop(back)
        #expect(try world.comeBack(back, .point, "p1").welcome?.resumed == true, "the control")
    }

    @Test("the secret of another role or seat begins a session of one's own")
    func foreignSecret() throws {
        let world = try World(points: 4)
        let chair = try world.enter(.chair, "p0")
        let hello = Hello(binding: chair.welcome?.binding, epoch: "e1", seq: chair.mirror.seq)
        let thief = try world.enter(.point, "p1", hello)
        #expect(thief.welcome?.session != chair.welcome?.session && thief.welcome?.resumed == false)
        #expect(thief.mirror.lines[try world.point("p0")]?.details == nil)
        #expect(world.say(.lock(true), thief) == "not-allowed" && chair.closed == nil)
    }

    @Test("another epoch brings a snapshot and says that the server was started anew", arguments: [Role.point, .chair])
    func restart(role: Role) throws {
        let old = try World(points: 4)
        let before = try old.enter(role, "p0")
        let world = try World(points: 4, epoch: "e2")
        let hello = Hello(binding: before.welcome?.binding, epoch: "e1", seq: 500, language: .en)
        let socket = try world.enter(role, "p0", hello)
        #expect(socket.welcome?.resumed == false && socket.welcome?.roster?.points.count == 4)
        #expect(socket.noticeCodes == (role.isStaff ? ["restarted", "state-lost"] : ["restarted"]))
        #expect(socket.mirror.epoch == "e2" && socket.mirror.seq < 500)
        let fresh = try world.enter(.point, "p1")
        #expect(fresh.noticeCodes.isEmpty, "the control")
    }

    @Test("too old a seq brings the whole roster; one just new enough only what was missed")
    func tooOld() throws {
        let world = try World(points: 4)
        let desk = try world.enter(.operator)
        let socket = try world.enter(.point, "p1")
        world.drop(socket)
        func talk(_ count: Int) {
            for number in 0..<count {
                desk.command(.message(String(repeating: "x", count: 1_900) + "\(number)", to: .all))
                world.run(for: .milliseconds(110))
            }
        }
        talk(100)
        let recent = try world.comeBack(socket, .point, "p1")
        #expect(recent.welcome?.resumed == true && recent.chat.count == 100)
        recent.command(.ask)
        world.exchangeSockets()
        // More than the log holds, in less than 30 s: long messages of several operators.
        let desks = try (0..<8).map { try world.enter(.operator, nil, id: "desk\($0)") }
        world.drop(recent)
        for number in 0..<100 {
            for desk in desks {
                desk.command(.message(String(repeating: "y", count: 1_990) + "\(number % 10)", to: .all))
            }
            world.run(for: .milliseconds(105))
        }
        let late = try world.comeBack(recent, .point, "p1")
        #expect(late.welcome?.resumed == false && late.welcome?.roster?.points.count == 4)
        #expect(late.welcome?.session == socket.welcome?.session, "the session is the same")
        #expect(late.welcome?.floor.queue.map(\.point.rawValue) == ["p1"], "and so is its place")
        #expect(late.chat.isEmpty)
    }

    @Test("a newer connection of the same session takes over silently, even if the old one was thought alive")
    func reconnect() throws {
        let world = try World(points: 4)
        let witness = try world.enter(.technician)
        let socket = try world.enter(.point, "p1")
        let again = try world.comeBack(socket, .point, "p1")
        world.run(for: .milliseconds(500))
        #expect(socket.bye == nil && socket.closed?.code == .normal && socket.isOver)
        #expect(again.welcome?.session == socket.welcome?.session && again.closed == nil)
        #expect(witness.mirror.lines[try world.point("p1")]?.state == .present)
        #expect(witness.mirror.lines[try world.point("p1")]?.details?.takeovers == 0)
        #expect(world.say(.ask, again) == "ok")
        world.drop(socket)
        world.run(for: .seconds(40))
        #expect(try world.state("p1") == "present", "the old connection's end is nobody's end")
    }

    @Test("nothing is kept for sessions that have ended, whichever part went last")
    func forgotten() throws {
        let world = try World(points: 4, observers: 1_000)
        let desk = try world.enter(.operator)
        let start = world.control.keptListeners
        let recipients = world.control.keptRecipients
        for round in 0..<12 {
            let client = try world.join("p1")
            #expect(world.say(.message("không ai đọc", to: .point(try world.point("p1"))), desk) == "ok")
            #expect(world.control.keptRecipients == recipients, "nor for a point that nobody listens at")
            let socket = try world.enter(.point, "p1", Hello(binding: BindingSecret(client.secret)))
            let observer = try world.enter(.observer)
            desk.command(.message("lần \(round)", to: .point(try world.point("p1"))))
            world.run(for: .milliseconds(1_200))
            #expect(world.control.keptListeners == start + 2, "the control")
            #expect(world.control.keptRecipients > recipients, "the control")
            world.leave(observer)
            if round % 2 == 0 {
                world.drop(socket)
                world.run(for: .seconds(33))
                #expect(world.control.keptListeners == start + 1, "its media goes on")
                world.leave(client)
            } else {
                world.leave(socket)
            }
            world.run(for: .seconds(1))
            #expect(world.control.keptListeners == start)
            #expect(world.control.keptRecipients == recipients)
        }
    }
}
