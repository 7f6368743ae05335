import Glibc
import LibUV
import Wire

/// One ffmpeg, ffplay or espeak-ng beside us: its errors are kept, its end is told once.
///
/// Dropping or closing it kills the child.
final class ToolProcess {
    private var child: ChildProcess?
    private var errors = ErrorLines()
    private var exit: ChildProcess.Exit?
    private var isErrorStreamOpen = false
    private var onEnd: ((_ succeeded: Bool, _ lastLine: String) -> Void)?

    /// Starts it.
    ///
    /// - Parameters:
    ///   - command: `errors` should be a pipe.
    ///   - input: What the child reads, where its `input` is a pipe.
    ///   - loop: Where everything is called.
    ///   - onOutput: Gets what the child writes, where its `output` is a pipe.
    ///   - onEnd: Called once, when the child has ended and its last error line is known; not after ``close()``.
    /// - Throws: ``CaptureFailure`` when there is no such program.
    init(
        _ command: ChildProcess.Command, input: [UInt8] = [], on loop: EventLoop,
        onOutput: ((borrowing RawSpan) -> Void)? = nil,
        onEnd: @escaping (_ succeeded: Bool, _ lastLine: String) -> Void
    ) throws(CaptureFailure) {
        self.onEnd = onEnd
        do throws(LoopError) {
            let child = try ChildProcess(Self.leashed(command), on: loop) { [weak self] exit in
                self?.exit = exit
                self?.endWhenDone()
            }
            self.child = child
            if !input.isEmpty {
                try child.input?.write(input)
                try child.input?.finishWriting()
            }
            try child.output?.startReading(onRead: { onOutput?($0) }, onEnd: { _ in })
            isErrorStreamOpen = child.errors != nil
            try child.errors?.startReading(
                onRead: { [weak self] bytes in self?.errors.receive(bytes.array) },
                onEnd: { [weak self] _ in
                    self?.isErrorStreamOpen = false
                    self?.endWhenDone()
                })
        } catch {
            throw CaptureFailure("\(command.executable) can't be started: \(error)")
        }
    }

    /// Lets the system kill the child when the loop's thread ends in whatever way, a crash or `kill -9` of ours too:
    /// else an ffmpeg without us would go on for ever.
    private static func leashed(_ command: ChildProcess.Command) -> ChildProcess.Command {
        var leashed = command
        // Ctrl-C and the end of a terminal are for us: we end our children when what they write is whole.
        leashed.startsSession = true
        guard SystemPaths.isInstalled("setpriv") else { return leashed }
        leashed.executable = "setpriv"
        leashed.arguments = ["--pdeathsig", "KILL", command.executable] + command.arguments
        return leashed
    }

    var isRunning: Bool { child?.isRunning ?? false }
    var lastLine: String { errors.last }

    /// Asks the child to finish what it writes.
    func interrupt() { try? child?.kill(SIGINT) }

    func close() {
        onEnd = nil
        child?.close()
        child = nil
    }

    private func endWhenDone() {
        guard let exit, !isErrorStreamOpen, let onEnd else { return }
        self.onEnd = nil
        errors.closeLine()
        onEnd(exit == .status(0), errors.last.isEmpty ? Self.text(exit) : errors.last)
    }

    /// What is to be said of a child that said nothing itself; empty when all was well.
    private static func text(_ exit: ChildProcess.Exit) -> String {
        switch exit {
        case .status(0): ""
        case .status(let status): "exit status \(status)"
        case .signal(let signal): "ended by signal \(signal)"
        }
    }
}
