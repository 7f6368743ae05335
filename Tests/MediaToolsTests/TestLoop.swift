import Glibc
import LibUV
import Testing
import Units
import Wire

@testable import MediaTools

/// Runs `body` with a loop on this thread, and closes it; a test that waits in vain is ended by a watchdog.
func withLoop(_ body: (EventLoop) throws -> Void) throws {
    let loop = try EventLoop()
    var failure: (any Error)?
    do {
        let watchdog = try LoopTimer(on: loop) {
            Issue.record("nothing happened for two minutes")
            loop.stop()
        }
        try watchdog.start(after: .seconds(120))
        try body(loop)
    } catch {
        failure = error
    }
    try loop.close()
    #expect(loop.openHandles == 0)
    if let failure { throw failure }
}

/// A folder of its own for one test, which goes with it.
final class TestFolder {
    let path: String

    init() throws { path = try #require(SystemPaths.makeTemporaryFolder()) }

    deinit { _ = try? run("rm", ["-r", path]) }
}

/// Runs a program to its end.
///
/// - Returns: Its exit status and what it wrote.
@discardableResult
func run(_ program: String, _ arguments: [String]) throws -> (exit: ChildProcess.Exit?, output: [UInt8], errors: String)
{
    var exit: ChildProcess.Exit?
    var output: [UInt8] = []
    var errors: [UInt8] = []
    let loop = try EventLoop()
    do {
        var command = ChildProcess.Command(program, arguments)
        (command.output, command.errors) = (.pipe, .pipe)
        var left = 3
        let finish = {
            left -= 1
            if left == 0 { loop.stop() }
        }
        let child = try ChildProcess(command, on: loop) {
            exit = $0
            finish()
        }
        try child.output?.startReading(onRead: { output += $0.array }, onEnd: { _ in finish() })
        try child.errors?.startReading(onRead: { errors += $0.array }, onEnd: { _ in finish() })
        loop.run()
    }
    try loop.close()
    return (exit, output, String(decoding: errors, as: UTF8.self))
}

/// Something that closures fill in.
final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}
