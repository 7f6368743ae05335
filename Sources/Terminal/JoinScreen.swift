import Conference
import Participant
import Signalling

/// The screen of `join`, from 80 × 24 up: a pure function of what is known.
package struct JoinScreen {
    private let view: JoinView
    private let size: ScreenSize
    private let words: JoinWords
    private let figures: Figures

    private init(_ view: JoinView, _ size: ScreenSize) {
        self.view = view
        self.size = size
        words = JoinWords(view.language)
        figures = Figures(view.language)
    }

    /// What is to be shown on a screen of that size.
    package static func image(_ view: JoinView, size: ScreenSize) -> ScreenImage { JoinScreen(view, size).image }

    private var image: ScreenImage {
        let bottom = promptLines + [keyLine]
        let top = top(fitting: size.rows - bottom.count - Self.fewestEntries)
        let space = max(0, size.rows - top.count - bottom.count)
        let log = Array(logLines(space).suffix(space))
        let filled = log + Array(repeating: StyledLine(), count: space - log.count)
        var image = ScreenImage(top + filled + bottom)
        if let column = cursorColumn, image.lines.count >= 2 { image.cursor = (image.lines.count - 2, column) }
        return image
    }

    /// Lines of the log that a small screen shows, too.
    private static let fewestEntries = 2

    /// The lines about room and point; on a small screen the less important ones are left out.
    private func top(fitting rows: Int) -> [StyledLine] {
        // From what is never left out to what goes first.
        var lines: [(rank: Int, line: StyledLine)] = [
            (0, titleLine), (2, summaryLine), (12, StyledLine()), (3, field(words.mainPicture, mainPicture)),
            (10, field(words.smallPictures, smallPictures)), (7, field(words.speaking, speaking)),
            (4, field(words.floor, floor)), (9, field(words.queue, queue)), (13, StyledLine()),
            (1, field(words.me, myState)), (8, field(words.sending, sending)), (6, field(words.up, upLine)),
            (5, field(words.down, downLine)), (11, rule),
        ]
        while lines.count > max(1, rows), let last = lines.map(\.rank).max() { lines.removeAll { $0.rank == last } }
        return lines.map(\.line)
    }

    // MARK: The room

    private var titleLine: StyledLine {
        let title = view.room.room?.title ?? "diemcau"
        let me = view.room.ownLine.map { "\($0.name) (\($0.code))" } ?? ""
        // Which point this is matters more than the title, which everybody knows.
        let right = "\(me) ".cut(to: size.columns / 2)
        let left = " \(title)".cut(to: max(0, size.columns - right.columns - 2))
        let gap = max(1, size.columns - left.columns - right.columns)
        return StyledLine((left + String(repeating: " ", count: gap) + right).fitted(to: size.columns), .reversed)
    }

    private var summaryLine: StyledLine {
        guard let room = view.room.room else { return StyledLine(" \(words.connection(view.media))", .warning) }
        var line = StyledLine(" \(words.present) ", .plain)
            .appending("\(room.present)/\(view.room.points.count)", .bold)
        // First what matters most: the line may be cut.
        if view.socket != .joined { line.append("   \(words.socketLost)", .alarm) }
        line.append("   \(words.mode(room.mode))")
        if room.observers > 0 { line.append("   \(words.observers(room.observers))") }
        if room.locked { line.append("   \(words.locked)", .warning) }
        return line
    }

    private func field(_ name: String, _ value: StyledLine) -> StyledLine {
        var line = StyledLine(" \(name.fitted(to: Self.nameWidth)) ", .dim)
        for piece in value.pieces { line.append(piece.text, piece.style) }
        return line
    }

    private static let nameWidth = 14

    private var rule: StyledLine { StyledLine(String(repeating: "─", count: size.columns), .dim) }

    private func label(_ code: PointCode) -> String { "\(view.room.name(code)) (\(code))" }

    private func slots(_ kind: SlotView.Kind) -> [SlotView] {
        view.room.slots.filter { $0.kind == kind }.sorted { $0.index < $1.index }
    }

    private func label(_ slot: SlotView) -> String? {
        guard let point = slot.point, slot.state != .empty else { return nil }
        let state = words.slot(slot.state)
        let parts = [label(point), slot.source == .screen ? words.screen : "", state]
        return parts.filter { !$0.isEmpty }.joined(separator: " – ")
    }

    private var mainPicture: StyledLine {
        if let slot = slots(.picture).first { return StyledLine(label(slot) ?? words.nobody, .bold) }
        // Who receives no picture is told who is on it all the same.
        return StyledLine(view.room.program.seen.first.map(label) ?? words.nobody, .bold)
    }

    private var smallPictures: StyledLine {
        let all = slots(.picture)
        let names =
            all.isEmpty
            ? view.room.program.seen.dropFirst().map(label) : all.dropFirst().compactMap { label($0) }
        return StyledLine(names.isEmpty ? "–" : names.joined(separator: " · "))
    }

    private var speaking: StyledLine {
        guard let point = view.room.speaking else { return StyledLine("–") }
        return StyledLine(label(point), .good)
    }

    private var floor: StyledLine {
        let holders = view.room.floor.holders.map { label($0.point) }
        return holders.isEmpty ? StyledLine("–") : StyledLine(holders.joined(separator: " · "), .good)
    }

    private var queue: StyledLine {
        let waiting = view.room.floor.queue
        guard !waiting.isEmpty else { return "–" }
        let names = waiting.prefix(6).map { "\($0.position) \(view.room.name($0.point))" }
        return StyledLine("\(words.waiting(waiting.count)): \(names.joined(separator: " · "))")
    }

    // MARK: Me

    private var myState: StyledLine {
        var line = StyledLine(words.connection(view.media), view.media == .connected ? .good : .warning)
        if view.room.holdsFloor { line.append("   \(words.haveFloor)", TextStyle(color: .green, isBold: true)) }
        if let point = view.room.you?.point, point == view.room.program.seen.first {
            line.append("   \(words.onMainPicture)", TextStyle(color: .green, isBold: true))
        }
        if let place = view.room.ownPosition { line.append("   \(words.myPlace(place))", .warning) }
        if view.room.ownLine?.muted ?? false {
            line.append("   \(words.mutedByChair)", .alarm)
        } else if isUnheard, view.room.ownPosition == nil {
            line.append("   \(words.notHeard)", .dim)
        }
        return line
    }

    /// Whether the mode lets nobody hear this point until it is given the floor.
    private var isUnheard: Bool {
        guard let room = view.room.room, let you = view.room.you, let point = you.point else { return false }
        return room.mode != .discussion && !view.room.holdsFloor && you.role == .point && point != room.central
    }

    private var sending: StyledLine {
        func track(_ name: String, _ state: JoinView.Track) -> StyledLine {
            switch state {
            case .missing: StyledLine("\(name): \(words.none)", .dim)
            case .on: StyledLine("\(name): ").appending(words.on, .good)
            case .off: StyledLine("\(name): ").appending(words.off, .alarm)
            }
        }
        var line = track(words.microphone, view.microphone).appending("   ")
        for piece in track(words.camera, view.camera).pieces { line.append(piece.text, piece.style) }
        if let count = view.room.ownLine?.delegates, count > 0 { line.append("   \(words.delegates(count))") }
        return line
    }

    private var upLine: StyledLine {
        let line = view.figures
        return StyledLine(figures.rate(line.up).fitted(to: 14))
            .appending("\(words.loss) \(figures.percent(line.lossUp))", style(ofLoss: line.lossUp))
    }

    private var downLine: StyledLine {
        let line = view.figures
        return StyledLine(figures.rate(line.down).fitted(to: 14))
            .appending("\(words.loss) \(figures.percent(line.lossDown))", style(ofLoss: line.lossDown))
            .appending("   \(words.roundTrip) \(figures.milliseconds(line.roundTrip))")
            .appending("   \(words.jitter) \(figures.milliseconds(line.jitter))")
    }

    private func style(ofLoss loss: Double?) -> TextStyle {
        guard let loss, loss >= 0.02 else { return .plain }
        return loss < 0.05 ? .warning : .alarm
    }

    // MARK: What was said

    /// The newest entries of the room and of this device, in the order in which they came.
    private func logLines(_ space: Int) -> [StyledLine] {
        let first = view.room.logCount - view.room.log.count
        var remarks = view.remarks[...]
        var lines: [StyledLine] = []
        for (index, entry) in view.room.log.enumerated() {
            while let remark = remarks.first, remark.place <= first + index {
                lines += wrapped(remark.text, .warning)
                remarks.removeFirst()
            }
            lines += self.lines(of: entry)
        }
        for remark in remarks { lines += wrapped(remark.text, .warning) }
        return lines
    }

    private func lines(of entry: RoomState.LogEntry) -> [StyledLine] {
        switch entry {
        case .notice(let notice): return wrapped("• \(notice.text.isEmpty ? notice.code : notice.text)", .bold)
        case .message(let message):
            let sender = message.from.point.map(view.room.name) ?? ""
            let who = [words.role(message.from.role), sender].filter { !$0.isEmpty }.joined(separator: " ")
            let target = words.target(message.to, own: view.room.you?.point) { view.room.name($0) }
            return wrapped("\(figures.time(message.at)) \(who)\(target): \(message.text)", .plain)
        }
    }

    private func wrapped(_ text: String, _ style: TextStyle) -> [StyledLine] {
        // A message of 2,000 characters shall not push all others off the screen.
        let all = text.plain.wrapped(to: max(1, size.columns - 2))
        let lines = all.count > Self.longestEntry ? all.prefix(Self.longestEntry - 1) + ["…"] : all[...]
        return lines.map { StyledLine(" \($0)", style) }
    }

    private static let longestEntry = 6

    // MARK: Below

    private var promptTitle: String? {
        guard let prompt = view.prompt else { return nil }
        return prompt.purpose == .message ? words.messagePrompt : words.delegatesPrompt
    }

    private var promptLines: [StyledLine] {
        guard let prompt = view.prompt, let title = promptTitle else { return [] }
        let (text, _) = prompt.editor.window(size.columns - 3)
        return [StyledLine(" \(title)", .bold), StyledLine(" > ").appending(text)]
    }

    private var cursorColumn: Int? { view.prompt.map { 3 + $0.editor.window(size.columns - 3).column } }

    private var keyLine: StyledLine {
        let all = words.keys(holdsFloor: view.room.holdsFloor, isWaiting: view.room.ownPosition != nil)
        let keys = view.prompt != nil ? words.promptKeys : all.columns < size.columns ? all : words.shortKeys
        return StyledLine(" \(keys)".fitted(to: size.columns), .reversed)
    }
}
