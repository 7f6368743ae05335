import Conference
import Participant
import Signalling

/// The table of `monitor`, from 80 × 24 up: a pure function of what is known.
package struct MonitorScreen {
    let view: MonitorView
    let size: ScreenSize
    let words: MonitorWords
    let figures: Figures

    private init(_ view: MonitorView, _ size: ScreenSize) {
        self.view = view
        self.size = size
        words = MonitorWords(view.language)
        figures = Figures(view.language)
    }

    /// What is to be shown on a screen of that size.
    package static func image(_ view: MonitorView, size: ScreenSize) -> ScreenImage {
        let screen = MonitorScreen(view, size)
        if let detail = view.detail { return screen.detailImage(detail) }
        return screen.tableImage
    }

    /// Lines of the table that fit.
    package static func rows(_ size: ScreenSize) -> Int { max(1, size.rows - 5) }

    // MARK: The frame

    func framed(_ lines: [StyledLine], keys: String) -> ScreenImage {
        let space = max(0, size.rows - 3)
        let shown = lines.prefix(space)
        return ScreenImage(
            [titleLine, censusLine] + shown + Array(repeating: StyledLine(), count: space - shown.count)
                + [StyledLine(" \(keys)".fitted(to: size.columns), .reversed)])
    }

    private var titleLine: StyledLine {
        let title = view.room.room?.title ?? ""
        return StyledLine(" \(words.title) – \(title)".fitted(to: size.columns), .reversed)
    }

    private var censusLine: StyledLine {
        var line = StyledLine(" ")
        for (state, count) in view.census where count > 0 {
            line.append("\(state.symbol) \(words.state(state)) \(count)   ", state.style)
        }
        if view.socket != .joined { line.append(words.notJoined, .alarm) }
        if let trouble = view.trouble { line.append("  \(trouble)", .warning) }
        return line
    }

    // MARK: The table

    private var tableImage: ScreenImage {
        let rows = Self.rows(size)
        let all = view.lines
        let chosen = all.firstIndex { $0.point == view.selected }
        // The chosen line is kept in sight; without one the worst are.
        let first = max(0, min((chosen ?? 0) - rows / 2, all.count - rows))
        var lines = [headLine, subheadLine] + all[first...].prefix(rows).map { row($0) }
        if all.isEmpty { lines.append(StyledLine("  \(view.room.health == nil ? words.waiting : words.nothingFound)")) }
        var image = framed(lines, keys: keys(hidden: all.count - min(rows, all.count)))
        if let editor = view.editor {
            let prefix = " \(words.filterPrompt): "
            let (text, column) = editor.window(size.columns / 2)
            let line = "\(prefix)\(text)".fitted(to: size.columns / 2) + words.filterKeys
            image.lines[image.lines.count - 1] = StyledLine(line.fitted(to: size.columns), .reversed)
            image.cursor = (image.lines.count - 1, prefix.columns + column)
        }
        return image
    }

    private func keys(hidden: Int) -> String {
        let filter = view.filter.isEmpty ? "" : "   [\(view.filter.text)]"
        return words.tableKeys + filter + (hidden > 0 ? "   +\(hidden) \(words.more)" : "")
    }

    /// Mark, code, two directions and what is between them take the rest of the line.
    private var nameWidth: Int { max(8, size.columns - 65) }

    private var headLine: StyledLine {
        let left = "    \(words.point)".fitted(to: 12 + nameWidth)
        return StyledLine(left + words.up.fitted(to: 27) + words.down.fitted(to: 26), .bold)
    }

    private var subheadLine: StyledLine {
        let head = Self.cells(["kbit/s", words.loss, "rtt", "jit", "fps"])
        return StyledLine(String(repeating: " ", count: 12 + nameWidth) + head + " " + head, .dim)
    }

    private static func cells(_ texts: [String]) -> String {
        zip(texts, [6, 5, 4, 4, 3]).map { $0.fitted(to: $1, isRight: true) }.joined(separator: " ").cut(to: 26)
    }

    private func row(_ line: HealthLine) -> StyledLine {
        let name = view.room.name(line.point).plain
        let label = "\(line.point.rawValue.fitted(to: 8)) \(name.fitted(to: nameWidth))"
        var row = StyledLine(" \(line.state.symbol) ", line.state.style).appending(label)
        row.append(cells(line.up), line.up.state.style)
        row.append(" ")
        row.append(cells(line.down), line.down.state.style)
        return line.point == view.selected ? row.restyled(.reversed, width: size.columns) : row
    }

    private func cells(_ direction: DirectionHealth) -> String {
        let loss = direction.loss.map { figures.number($0 * 100, $0 < 0.0995 ? 1 : 0) + "%" } ?? "–"
        return Self.cells([
            figures.number(direction.kbps), loss, figures.number(direction.rtt), figures.number(direction.jitter),
            figures.number(direction.fps),
        ])
    }
}
