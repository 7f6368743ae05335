import LibUV
import Testing
import Units

/// Runs `body` with a loop on this thread, and closes it: what `body` opens must be gone when it returns.
///
/// A test that waits in vain is ended by a watchdog.
func withLoop(_ body: (EventLoop) throws -> Void) throws {
    let loop = try EventLoop()
    do {
        let watchdog = try LoopTimer(on: loop) {
            Issue.record("nothing happened for two minutes")
            loop.stop()
        }
        try watchdog.start(after: .seconds(120))
        try body(loop)
    }
    try loop.close()
    #expect(loop.openHandles == 0)
    #expect(loop.openRequests == 0)
}

extension EventLoop {
    /// Runs one turn at least, so that close callbacks have run.
    func runOneTurn() throws {
        let timer = try LoopTimer(on: self) { self.stop() }
        try timer.start(after: .milliseconds(1))
        run()
    }
}

/// Something that closures fill in.
final class Box<Value: ~Copyable> {
    var value: Value
    init(_ value: consuming Value) { self.value = value }
}

extension SocketAddress {
    static let loopback = SocketAddress(.loopback, port: 0)
    static let loopbackV6 = SocketAddress(.loopbackV6, port: 0)
}
