import CLibuv
import Glibc

/// A program that runs beside ours.
///
/// Dropping or closing it kills the program: nothing that we started outlives its owner.
package final class ChildProcess {
    /// What becomes of one of the child's standard streams.
    package enum Channel: Sendable {
        /// As ours.
        case inherit
        /// `/dev/null`.
        case ignore
        /// A pipe to us.
        case pipe
    }

    /// How the child ended.
    package enum Exit: Equatable, Sendable {
        case status(Int64)
        case signal(Int32)
    }

    /// What to run.
    package struct Command: Sendable {
        /// A path, or a name that is looked for in `PATH`.
        package var executable: String
        /// Without the program's own name.
        package var arguments: [String]
        /// `nil`: ours.
        package var environment: [String: String]?
        package var directory: String?
        package var input = Channel.ignore
        package var output = Channel.inherit
        package var errors = Channel.inherit
        /// Whether the child gets a session of its own (`setsid`), which no terminal's keys and no hang-up reach.
        package var startsSession = false

        package init(_ executable: String, _ arguments: [String] = []) {
            self.executable = executable
            self.arguments = arguments
        }
    }

    private let storage: ProcessStorage
    /// What we write for the child to read; where the command says `pipe`.
    package let input: PipeStream?
    /// What the child writes.
    ///
    /// Its end may come after ``Exit``, and before it.
    package let output: PipeStream?
    package let errors: PipeStream?

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - command: What to run.
    ///   - loop: Where `onExit` is called.
    ///   - onExit: Called once, when the child has ended; not when this object was closed before.
    /// - Throws: `ENOENT` when there is no such program, and what the system says else.
    package init(_ command: Command, on loop: EventLoop, onExit: @escaping (Exit) -> Void) throws(LoopError) {
        let pipes = try (
            input: command.input == .pipe ? PipeStream(on: loop) : nil,
            output: command.output == .pipe ? PipeStream(on: loop) : nil,
            errors: command.errors == .pipe ? PipeStream(on: loop) : nil
        )
        storage = try ProcessStorage(
            command,
            [
                Self.container(command.input, pipes.input, descriptor: 0, UV_READABLE_PIPE),
                Self.container(command.output, pipes.output, descriptor: 1, UV_WRITABLE_PIPE),
                Self.container(command.errors, pipes.errors, descriptor: 2, UV_WRITABLE_PIPE),
            ],
            on: loop)
        storage.onExit = onExit
        input = pipes.input
        output = pipes.output
        errors = pipes.errors
    }

    deinit { close() }

    package var identifier: Int32 { storage.handle(as: uv_process_t.self).pointee.pid }
    package var isRunning: Bool { storage.isRunning }

    /// Sends the child `signal`; `ESRCH` when it has ended.
    package func kill(_ signal: Int32 = SIGTERM) throws(LoopError) {
        guard storage.isRunning else { throw LoopError(call: "kill", code: UV_ESRCH.rawValue) }
        try LoopError.check(uv_process_kill(storage.handle(as: uv_process_t.self), signal), "uv_process_kill")
    }

    /// Kills the child if it still runs, and closes the pipes.
    package func close() {
        storage.close()
        input?.close()
        output?.close()
        errors?.close()
    }

    private static func container(
        _ channel: Channel, _ pipe: PipeStream?, descriptor: Int32, _ direction: uv_stdio_flags
    ) -> uv_stdio_container_t {
        var container = uv_stdio_container_t()
        switch (channel, pipe) {
        case (.pipe, let pipe?):
            container.flags = uv_stdio_flags(UV_CREATE_PIPE.rawValue | direction.rawValue)
            container.data.stream = pipe.storage.stream
        case (.inherit, _):
            container.flags = UV_INHERIT_FD
            container.data.fd = descriptor
        case (.ignore, _), (.pipe, nil):
            container.flags = UV_IGNORE
        }
        return container
    }
}

/// The `uv_process_t` of a child: stays with libuv until the child has ended, so that none becomes a zombie.
private final class ProcessStorage: HandleStorage {
    var onExit: ((ChildProcess.Exit) -> Void)?
    private(set) var isRunning = false

    init(
        _ command: ChildProcess.Command, _ channels: [uv_stdio_container_t], on loop: EventLoop
    ) throws(LoopError) {
        super.init(UV_PROCESS, on: loop)
        let arguments = CStrings([command.executable] + command.arguments)
        let environment = command.environment.map { CStrings($0.map { "\($0.key)=\($0.value)" }) }
        let names = CStrings([command.executable, command.directory].compactMap { $0 })
        var channels = channels
        let result = channels.withUnsafeMutableBufferPointer { channels in
            var options = uv_process_options_t()
            options.exit_cb = { handle, status, signal in
                ProcessStorage.of(handle).exited(signal == 0 ? .status(status) : .signal(signal))
            }
            options.file = UnsafePointer(names.pointers[0])
            options.args = arguments.pointers.baseAddress
            options.env = environment?.pointers.baseAddress
            options.cwd = command.directory == nil ? nil : UnsafePointer(names.pointers[1])
            options.flags = command.startsSession ? UInt32(UV_PROCESS_DETACHED.rawValue) : 0
            options.stdio_count = Int32(channels.count)
            options.stdio = channels.baseAddress
            return uv_spawn(loop.handle, handle(as: uv_process_t.self), &options)
        }
        adopt()  // libuv knows the handle now, whatever came of it.
        guard result == 0 else {
            close()
            throw LoopError(call: "uv_spawn", code: result)
        }
        isRunning = true
    }

    override func close() {
        super.close()
        onExit = nil
    }

    /// Waits for the child's end.
    override func closeHandle() {
        guard isRunning else { return super.closeHandle() }
        uv_process_kill(handle(as: uv_process_t.self), SIGKILL)
    }

    private func exited(_ exit: ChildProcess.Exit) {
        isRunning = false
        if isClosing { return closeHandle() }
        onExit?(exit)
    }
}

/// Strings as C wants lists of them: each ends with 0, the list with a null pointer.
private final class CStrings {
    let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

    init(_ strings: [String]) {
        pointers = .allocate(capacity: strings.count + 1)
        pointers.initialize(repeating: nil)
        for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
    }

    deinit {
        for pointer in pointers { free(pointer) }
        pointers.deallocate()
    }
}
