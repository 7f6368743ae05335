import LibUV
import Testing

@testable import MediaTools

@Suite("ToolProcess")
struct ToolProcessTests {
    private func end(of command: ChildProcess.Command, input: [UInt8] = []) throws -> (Bool, String)? {
        let end = Box<(Bool, String)?>(nil)
        try withLoop { loop in
            var command = command
            command.errors = .pipe
            if !input.isEmpty { command.input = .pipe }
            let tool = try ToolProcess(command, input: input, on: loop) { succeeded, line in
                end.value = (succeeded, line)
                loop.stop()
            }
            #expect(tool.isRunning)
            loop.run()
            #expect(!tool.isRunning)
        }
        return end.value
    }

    @Test("its end is told with its last line, however late that is written")
    func lastLine() throws {
        let failed = try end(of: ChildProcess.Command("sh", ["-c", "echo first >&2; printf last >&2; exit 3"]))
        #expect(failed?.0 == false && failed?.1 == "last")
        let echo = ChildProcess.Command("sh", ["-c", "read word; echo $word >&2"])
        let good = try end(of: echo, input: Array("cầu\n".utf8))
        #expect(good?.0 == true && good?.1 == "cầu")
    }

    @Test("who says nothing is told of by how it ended")
    func silent() throws {
        #expect(try end(of: ChildProcess.Command("true"))?.1 == "")
        #expect(try end(of: ChildProcess.Command("sh", ["-c", "exit 3"]))?.1 == "exit status 3")
        #expect(try end(of: ChildProcess.Command("sh", ["-c", "kill -9 $$"]))?.1 == "ended by signal 9")
    }

    @Test("the keys and the end of our terminal don't reach it: it has a session of its own")
    func session() throws {
        // proc(5): the sixth word is the session's id, that of its first process.
        let told = try end(of: ChildProcess.Command("sh", ["-c", "set -- $(cat /proc/$$/stat); echo \"$6 $$\" >&2"]))
        let words = try #require(told?.1).split(separator: " ")
        #expect(words.count == 2 && words.first == words.last)
    }

    @Test("a program that is not there is told in one line")
    func missing() throws {
        do throws(CaptureFailure) {
            let told = try endOrFailure(of: ChildProcess.Command("no-such-program"))
            #expect(told?.contains("no-such-program") == true)
        } catch {
            #expect(error.description.contains("no-such-program"))
        }
    }

    /// The last line, where a helper that starts programs is what fails.
    private func endOrFailure(of command: ChildProcess.Command) throws(CaptureFailure) -> String? {
        do {
            return try end(of: command)?.1
        } catch let failure as CaptureFailure {
            throw failure
        } catch {
            return nil
        }
    }
}
