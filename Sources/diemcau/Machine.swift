import ArgumentParser
import Configuration
import FoundationEssentials
import Glibc
import LibUV

/// What commands need of the machine that they run on.
enum Machine {
    /// The settings of a server on this machine.
    static func settings(file: String?, options: [SettingKey: [String]]) throws -> ServerSettings {
        let environment = ProcessInfo.processInfo.environment
        let host = ServerSettings.Host(
            cores: ProcessInfo.processInfo.activeProcessorCount, home: environment["HOME"] ?? "/root")
        do throws(ConfigurationProblems) {
            return try ServerSettings.load(file: file, environment: environment, options: options, host: host)
        } catch {
            try fail("\(error)")
        }
    }

    /// The whole of a file, a pipe or standard input; `nil` when it can't be read or has more than `limit` bytes.
    static func contents(of path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count <= limit {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 || errno == EINTR else { return nil }
            if count > 0 { bytes += buffer[..<count] }
        }
        return nil
    }

    /// Returns at the first SIGTERM or SIGINT.
    static func untilToldToStop() async {
        guard let thread = try? LoopThread(name: "signals") else { return }
        let waiter = SignalWaiter(thread)
        await waiter.wait()
        thread.loop.stop()
        try? await thread.finished()
    }
}

/// Waits for a signal on a loop of its own.
private actor SignalWaiter {
    private let thread: LoopThread
    private var terminate: SignalHandler?
    private var interrupt: SignalHandler?
    private var continuation: CheckedContinuation<Void, Never>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.loop.asUnownedSerialExecutor() }

    init(_ thread: LoopThread) { self.thread = thread }

    func wait() async {
        await withCheckedContinuation { continuation in
            self.continuation = continuation
            let once = OneShot(continuation)
            terminate = try? SignalHandler(.terminate, on: thread.loop) { once.fire() }
            interrupt = try? SignalHandler(.interrupt, on: thread.loop) { once.fire() }
        }
        terminate = nil
        interrupt = nil
    }
}

/// A continuation that may be asked to go on more than once.
private final class OneShot {
    private var continuation: CheckedContinuation<Void, Never>?

    init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }

    func fire() {
        continuation?.resume()
        continuation = nil
    }
}

/// Lengths of time as people type them.
enum Span {
    /// `90s`, `30m`, `12h`, `7d`, or a number of seconds; 1 second … 10 years.
    static func seconds(_ text: String) -> Int? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let last = text.last else { return nil }
        let unit = units[last]
        guard let count = Int(unit == nil ? text : String(text.dropLast())), (1...315_360_000).contains(count) else {
            return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit ?? 1)
        return overflow || seconds > 315_360_000 ? nil : seconds
    }
}

/// Prints a line on standard error.
func complain(_ text: String) {
    let bytes = Array("\(text)\n".utf8)
    // A terminal that is gone takes nothing, nor does a reader that has stalled: there is nobody to tell.
    var entry = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    guard poll(&entry, 1, 1_000) > 0 else { return }
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
}

/// Ends the command with `text` on standard error and status 1.
func fail(_ text: String) throws -> Never {
    complain(text)
    throw ExitCode.failure
}
