import Bridge
import Conference
import HTTP1
import HTTPTypes
import Testing
import Units

@Suite("Requests behind each other on one connection")
final class PipeliningTests {
    private let world: World
    private var connection: HTTPConnection

    init() throws {
        world = try World(points: 300)
        connection = HTTPConnection(limits: MessageLimits(), requestTimeout: .seconds(5), at: world.now)
    }

    private func text(_ target: String, _ count: Int = 1) throws -> [UInt8] {
        let head = "GET \(target) HTTP/1.1\r\nHost: bridge.test\r\nAuthorization: Bearer \(try world.token(.operator))"
        return Array(String(repeating: head + "\r\n\r\n", count: count).utf8)
    }

    private func receive(_ bytes: [UInt8]) -> [Response] {
        let output = connection.receive(bytes.span.bytes, at: world.moment) {
            self.world.control.answer($0, at: self.world.moment, random: &self.world.random)
        }
        return read(output)
    }

    private func read(_ output: [UInt8]) -> [Response] {
        var parser = ResponseParser()
        for _ in 0..<200 { parser.expect(.get) }
        var responses: [Response] = []
        for start in stride(from: 0, to: output.count, by: 16_384) {
            parser.append(output[start..<min(start + 16_384, output.count)].span.bytes)
            while case .response(let response, _)? = try? parser.next() { responses.append(response) }
        }
        return responses
    }

    @Test("a hundred rosters asked for at once are answered a few at a time, all of them, in order")
    func manyAtOnce() throws {
        var requests = try text("/v1/rooms/r/roster", 60)
        requests += try text("/v1/rooms/none", 1)
        requests += try text("/v1/rooms/r/roster", 39)
        var codes: [Int] = []
        var turns = 0
        var answers = receive(requests)
        while !answers.isEmpty {
            #expect(answers.count <= HTTPConnection.answersAtOnce, "one client has no turn of thousands of lines")
            #expect(answers.reduce(0) { $0 + $1.body.count } < HTTPConnection.outputAtOnce + 300_000)
            codes += answers.map(\.status.code)
            turns += 1
            #expect(connection.holdsRequests == (codes.count < 100))
            answers = receive([])
        }
        #expect(codes.count == 100 && codes.firstIndex(of: 403) == 60 && codes.count { $0 == 200 } == 99)
        #expect(turns > 20 && !connection.isFinished)
        #expect(receive(try text("/v1/rooms/r")).map(\.status.code) == [200], "the control")
    }

    @Test("a request that begins behind another has the same time as any other")
    func slowSecond() throws {
        let request = try text("/v1/rooms/r")
        let (first, rest) = (Array(request.prefix(20)), Array(request.dropFirst(20)))
        _ = receive(request)
        #expect(connection.deadline == world.now.advanced(by: .seconds(60)), "the control: idle")
        _ = receive(first)
        #expect(connection.deadline == world.now.advanced(by: .seconds(5)))
        world.run(for: .seconds(1))
        #expect(receive(rest + first).count == 1)
        #expect(connection.deadline == world.now.advanced(by: .seconds(5)))
        world.run(for: .seconds(1))
        let due = connection.deadline
        _ = receive(Array(rest.prefix(5)))
        #expect(connection.deadline == due, "slow bytes don't prolong it")
        #expect(receive(Array(rest.dropFirst(5))).count == 1)
        #expect(connection.deadline == world.now.advanced(by: .seconds(60)))
    }
}
