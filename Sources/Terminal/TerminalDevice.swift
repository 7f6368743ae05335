import Glibc
package import LibUV
import Units

/// The terminal that this process runs on: keys in, images out, and as it was before when it is closed.
///
/// It is opened anew, not to block, so that a reader at the far end that has stalled stalls nothing here: images that
/// find no room are left out. Confined to the loop's thread.
package final class TerminalDevice {
    package var onKey: (Key) -> Void = { _ in }
    /// The terminal is gone, or has another size.
    package var onEnd: () -> Void = {}
    package var onResize: () -> Void = {}

    private let before: termios
    private let output: Int32
    private var input: DescriptorReader?
    private var timer: LoopTimer?
    private var reader = KeyReader()
    private var waitingSince = 0
    private var painter = ScreenPainter()
    private var pending: ArraySlice<UInt8> = []
    private var lastSize = ScreenSize.usual
    private var isClosed = false

    /// Whether there is one: both standard input and standard output are the terminal's.
    package static var isThere: Bool {
        isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Time between two looks at what waits: a lone escape, an image that found no room, another size.
    private static let tick = Duration.milliseconds(50)

    /// Takes the terminal over.
    ///
    /// - Returns: `nil` when there is none, or it can't be opened anew (after `su`, for example).
    package init?(on loop: EventLoop) {
        var before = termios()
        guard Self.isThere, tcgetattr(STDIN_FILENO, &before) == 0, let name = ttyname(STDIN_FILENO) else { return nil }
        let path = String(cString: name)
        let input = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard input >= 0 else { return nil }
        let output = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard output >= 0 else {
            Glibc.close(input)
            return nil
        }
        self.before = before
        self.output = output
        do {
            self.input = try DescriptorReader(descriptor: input, on: loop) { [weak self] in
                self?.received($0)
            } onEnd: { [weak self] in
                self?.onEnd()
            }
            let timer = try LoopTimer(on: loop) { [weak self] in self?.look() }
            try timer.start(after: Self.tick, every: Self.tick)
            self.timer = consume timer
        } catch {
            Glibc.close(output)
            self.input?.close()
            return nil
        }
        setRaw()
        lastSize = size
        write(ScreenPainter.beginning)
    }

    deinit { close() }

    /// Gives the terminal back as it was; nothing is shown after this.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        input?.close()
        input = nil
        timer = nil
        // The rest of an image must not be torn off within a sequence; the terminal itself is waited for, for a moment.
        pending += Array(ScreenPainter.ending.utf8)
        for _ in 0..<20 where !pending.isEmpty {
            flush()
            if !pending.isEmpty { usleep(10_000) }
        }
        var before = before
        tcsetattr(STDIN_FILENO, TCSANOW, &before)
        Glibc.close(output)
    }

    /// Keys come one by one and unseen; Ctrl-C is a signal still, Ctrl-Z, Ctrl-\, Ctrl-S and Ctrl-Q are none.
    private func setRaw() {
        var raw = before
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
        raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
        withUnsafeMutableBytes(of: &raw.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
            characters[Int(VSUSP)] = 0  // _POSIX_VDISABLE
            characters[Int(VQUIT)] = 0
        }
        tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    }

    /// Columns and rows now.
    package var size: ScreenSize { Self.size(of: output) }

    /// Columns and rows of the terminal behind a descriptor; the usual ones where that does not say.
    package static func size(of descriptor: Int32) -> ScreenSize {
        var window = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return .usual
        }
        return ScreenSize(columns: min(Int(window.ws_col), 500), rows: min(Int(window.ws_row), 300))
    }

    // MARK: Images

    /// Shows an image, unless the last one is still on its way.
    package func show(_ image: ScreenImage) {
        flush()
        guard pending.isEmpty, !isClosed else { return }
        write(painter.paint(image, on: size))
    }

    private func write(_ text: String) {
        pending += Array(text.utf8)
        flush()
    }

    private func flush() {
        while !pending.isEmpty {
            let count = pending.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            guard count > 0 else {
                if errno != EAGAIN, errno != EINTR { pending = [] }  // It is gone: reading says so.
                return
            }
            pending.removeFirst(count)
        }
        pending = []
    }

    // MARK: Keys

    private func received(_ bytes: [UInt8]) {
        waitingSince = 0
        for key in reader.read(bytes) where !isClosed { onKey(key) }
    }

    private func look() {
        let hadPending = !pending.isEmpty
        flush()
        if reader.isWaiting {
            waitingSince += 1
            if waitingSince > 1 { for key in reader.flush() where !isClosed { onKey(key) } }
        }
        let now = size
        if now != lastSize || (hadPending && pending.isEmpty) {
            lastSize = now
            onResize()
        }
    }
}
