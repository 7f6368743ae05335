import Conference
import Glibc
import LibUV
import MediaTools
import Terminal

/// What `join` shows: a screen on a terminal; else a line of status a second on standard output, and what happens on
/// standard error.
final class JoinConsole {
    /// What the screen shows; also kept where there is none.
    private(set) var view: JoinView
    private var terminal: TerminalDevice?
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let output = LineOutput(STDOUT_FILENO)
    private let errors = LineOutput(STDERR_FILENO)
    private var isLineOpen = false

    init(_ language: Language) { view = JoinView(language: language) }

    /// Takes the terminal over, where there is one.
    ///
    /// - Parameters:
    ///   - loop: The session's.
    ///   - onKey: Gets the keys.
    ///   - onEnd: Called when the terminal is gone.
    func open(on loop: EventLoop, onKey: @escaping (Key) -> Void, onEnd: @escaping () -> Void) {
        terminal = TerminalDevice(on: loop)
        terminal?.onKey = onKey
        terminal?.onEnd = onEnd
        terminal?.onResize = { [weak self] in self?.show() }
        show()
    }

    var hasScreen: Bool { terminal != nil }

    /// Changes what is shown.
    func update(_ change: (inout JoinView) -> Void) {
        change(&view)
        show()
    }

    private func show() {
        guard let terminal else { return }
        terminal.show(JoinScreen.image(view, size: terminal.size))
    }

    /// Once a second.
    func status(_ line: StatusLine) {
        guard terminal == nil else { return show() }
        guard isTerminal else { return output.write("\(line.json)\n") }
        // One line that is written over; what stood there is erased. A longer one would begin a new line each time.
        output.write("\r\u{1B}[K\(line.text.cut(to: TerminalDevice.size(of: STDOUT_FILENO).columns - 1))")
        isLineOpen = true
    }

    /// Something that the person should know; texts of others must not reach a terminal as they came.
    func message(_ text: String) {
        guard terminal == nil else { return update { $0.remark(text) } }
        closeLine()
        errors.write("\(text.plain)\n")
    }

    /// What stands in the room's log anyway, for those who have no screen.
    func logged(_ text: String) {
        if terminal == nil { message(text) }
    }

    /// Gives the terminal back.
    func finish() {
        terminal?.close()
        terminal = nil
        closeLine()
    }

    private func closeLine() {
        if isLineOpen { output.write("\n") }
        isLineOpen = false
    }
}
