import Bridge
import Conference
import Signalling
import SimulatedNetwork
import Testing
import Units

/// A room whose lines are watched second by second; resources are numbered in order of joining.
final class LineWatch {
    let world: World
    var monitor = LineMonitor()
    private(set) var clients: [SimulatedClient] = []
    let room = RoomID(World.roomID)
    /// The last report of a loop.
    private(set) var activity: [ResourceActivity] = []
    /// States of each second since ``watch``: by point, up and down.
    private(set) var seen: [[(up: HealthState, down: HealthState)]] = []

    init(
        points: Int = 3, loops: Int = 1, seed: UInt64 = 1, _ change: (SimulatedClient) -> Void = { _ in }
    ) throws {
        world = try World(loops: loops, seed: seed)
        world.onEvent = { [unowned self] in handle($0) }
        for number in 0..<points {
            clients.append(
                try world.join("p\(number)") {
                    $0.form = .long
                    change($0)
                })
            try open(UInt32(number + 1), of: number, sends: true, receives: true)
            clients[number].streams[0].level = 20 + UInt8(number)
        }
        try world.show(["p1"])
    }

    /// A point behind the others that sends by one device and receives by another: p5, resources 3 and 4 beside two points.
    func joinEncoderAndPlayer() throws -> (encoder: SimulatedClient, player: SimulatedClient) {
        let encoder = try world.join("p5", .sender, route: "whip")
        try open(3, of: 5, sends: true, receives: false)
        let player = try world.join("p5", .receiver, route: "whep", fields: ["Diemcau-Binding": encoder.secret])
        try open(4, of: 5, sends: false, receives: true)
        return (encoder, player)
    }

    func open(_ resource: UInt32, of number: Int, sends: Bool, receives: Bool) throws {
        monitor.open(
            resource, of: try point(number), in: try #require(room), sends: sends, receives: receives,
            at: world.now)
    }

    private func handle(_ event: MediaEvent) {
        switch event {
        case .connected(let number, let path): monitor.connected(number, path: "udp \(path.remote)")
        case .closed(let number, _): monitor.close(number)
        case .activity(let lines):
            activity = lines
            monitor.take(lines)
        default: break
        }
    }

    func point(_ number: Int) throws -> PointCode { try #require(PointCode("p\(number)")) }

    func line(_ number: Int) throws -> HealthLine {
        monitor.healthLine(of: try point(number), in: try #require(room))
    }

    /// Runs for so many seconds and writes down what was seen in each.
    func run(_ seconds: Int) throws {
        seen = clients.map { _ in [] }
        for client in clients { client.forgetReceived() }
        let end = world.now.advanced(by: .seconds(seconds))
        while world.now < end {
            world.step()
            guard monitor.advance(to: world.now) else { continue }
            for number in clients.indices {
                let line = try line(number)
                seen[number].append((line.up.state, line.down.state))
            }
        }
    }

    func lose(perMille: UInt64, where isAffected: @escaping (Datagram) -> Bool) {
        var random = SplitMix64(state: 7)
        world.network.loses = { isAffected($0) && random.next() % 1_000 < perMille }
    }

    func ups(_ number: Int) -> [HealthState] { seen[number].map(\.up) }
    func downs(_ number: Int) -> [HealthState] { seen[number].map(\.down) }
    var isGood: Bool { seen.allSatisfy { $0.allSatisfy { $0.up == .good && $0.down == .good } } }
}
