import Glibc
import Testing
import Units
import Wire

@testable import LibUV

@Suite("ChildProcess")
struct ChildProcessTests {
    @Test("input, output, errors, environment, directory and exit status of a child")
    func conversation() throws {
        try withLoop { loop in
            var command = ChildProcess.Command("sh", ["-c", "cat; echo $WORD $PWD >&2; exit $1", "sh", "7"])
            command.environment = ["WORD": "cầu", "PATH": "/bin:/usr/bin"]
            command.directory = "/"
            (command.input, command.output, command.errors) = (.pipe, .pipe, .pipe)
            var exit: ChildProcess.Exit?
            var output: [UInt8] = []
            var errors: [UInt8] = []
            var left = 3
            let finish = {
                left -= 1
                if left == 0 { loop.stop() }
            }
            let child = try ChildProcess(command, on: loop) {
                exit = $0
                finish()
            }
            try child.output?.startReading {
                output += $0.array
            } onEnd: { _ in
                finish()
            }
            try child.errors?.startReading {
                errors += $0.array
            } onEnd: { _ in
                finish()
            }
            let text = [UInt8](repeating: 65, count: 300_000)
            try child.input?.write(text)
            try child.input?.finishWriting()
            #expect(child.isRunning)
            loop.run()
            #expect(exit == .status(7))
            #expect(output == text)
            #expect(String(decoding: errors, as: UTF8.self) == "cầu /\n")
            #expect(throws: LoopError(call: "", code: -ESRCH)) { try child.kill() }
        }
    }

    @Test("a program that is not there is an error, and leaves nothing behind")
    func missing() throws {
        try withLoop { loop in
            var command = ChildProcess.Command("/nowhere/no-such-program")
            command.output = .pipe
            #expect(throws: LoopError(call: "", code: -ENOENT)) {
                try ChildProcess(command, on: loop) { _ in Issue.record("ended, though it never began") }
            }
            try loop.runOneTurn()
        }
    }

    @Test("a signal ends a child, and is told")
    func signalled() throws {
        try withLoop { loop in
            var exit: ChildProcess.Exit?
            let child = try ChildProcess(ChildProcess.Command("sleep", ["600"]), on: loop) {
                exit = $0
                loop.stop()
            }
            try child.kill(SIGTERM)
            loop.run()
            #expect(exit == .signal(SIGTERM))
        }
    }

    @Test("no child outlives its owner")
    func dropped() throws {
        var identifier: Int32 = 0
        try withLoop { loop in
            let child = try ChildProcess(ChildProcess.Command("sleep", ["600"]), on: loop) { _ in
                Issue.record("told after the owner had gone")
            }
            identifier = child.identifier
            #expect(kill(identifier, 0) == 0)
        }  // Closing the loop waits for the child's end.
        #expect(kill(identifier, 0) == -1 && errno == ESRCH)
    }
}
