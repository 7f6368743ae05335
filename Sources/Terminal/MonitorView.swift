package import Conference
package import Participant
package import Signalling

/// Everything that the screen of `monitor` shows, and what its keys do to it.
package struct MonitorView: Sendable {
    /// One point's last minutes.
    package struct Detail: Equatable, Sendable {
        package var point: PointCode
        /// `nil` before the server has answered.
        package var history: HealthHistory?
        /// Why there is none.
        package var trouble: String?

        package init(_ point: PointCode) { self.point = point }
    }

    /// What a key came to, beside the view itself.
    package enum Wish: Equatable, Sendable {
        case nothing
        case quit
        /// The last minutes of a point are wanted.
        case history(PointCode)
    }

    package var language: Language
    package var room: RoomState
    package var socket = SocketState.idle
    /// What the server, or the line, said last when it did not work.
    package var trouble: String?
    package private(set) var filter = TextFilter("")
    package private(set) var editor: LineEditor?
    package private(set) var selected: PointCode?
    package var detail: Detail?

    package init(language: Language, room: RoomState = RoomState()) {
        self.language = language
        self.room = room
    }

    /// The lines that pass the filter, the worst first.
    package var lines: [HealthLine] {
        let filter = editor.map { TextFilter(String($0.text)) } ?? filter
        let found = (room.health?.lines ?? []).filter { filter.matches($0.point.rawValue, room.name($0.point)) }
        return found.sorted(by: Self.isWorse)
    }

    /// How many lines there are in each state, the worst first.
    package var census: [(state: HealthState, count: Int)] {
        let lines = room.health?.lines ?? []
        return Self.order.map { state in (state, lines.count { $0.state == state }) }
    }

    /// The worst first; what isn't there at all is nobody's trouble.
    package static let order: [HealthState] = [.lost, .poor, .fair, .good, .none]

    private static func isWorse(_ one: HealthLine, _ other: HealthLine) -> Bool {
        let places = (order.firstIndex(of: one.state) ?? 0, order.firstIndex(of: other.state) ?? 0)
        guard places.0 == places.1 else { return places.0 < places.1 }
        let (first, second) = (one.worstLoss, other.worstLoss)
        return first == second ? one.point < other.point : first > second
    }

    // MARK: Keys

    /// Takes a key.
    ///
    /// - Parameters:
    ///   - key: What was pressed.
    ///   - rows: Lines that the table shows at a time.
    /// - Returns: What is to be done beside.
    package mutating func handle(_ key: Key, rows: Int) -> Wish {
        if editor != nil { return edit(key) }
        switch key {
        case .character("q"), .control("c"): return detail == nil || key == .control("c") ? .quit : closeDetail()
        case .escape, .left, .backspace: return detail == nil ? clearFilter() : closeDetail()
        case .character("/") where detail == nil: editor = LineEditor(filter.text, limit: 60)
        case .up, .character("k"): return move(by: -1)
        case .down, .character("j"): return move(by: 1)
        case .pageUp: return move(by: -max(1, rows - 1))
        case .pageDown: return move(by: max(1, rows - 1))
        case .home: return move(by: -.max / 2)
        case .end: return move(by: .max / 2)
        case .enter, .right: return open()
        default: break
        }
        return .nothing
    }

    private mutating func edit(_ key: Key) -> Wish {
        guard var editor else { return .nothing }
        switch editor.handle(key) {
        case .editing: self.editor = editor
        case .cancelled:
            self.editor = nil
            filter = TextFilter("")
        case .submitted(let text):
            self.editor = nil
            filter = TextFilter(text)
        }
        if !lines.contains(where: { $0.point == selected }) { selected = nil }
        return .nothing
    }

    private mutating func clearFilter() -> Wish {
        filter = TextFilter("")
        return .nothing
    }

    private mutating func closeDetail() -> Wish {
        detail = nil
        return .nothing
    }

    private mutating func move(by step: Int) -> Wish {
        let lines = lines
        guard !lines.isEmpty else { return .nothing }
        let place = lines.firstIndex { $0.point == selected }
        let next = place.map { min(max($0 + step, 0), lines.count - 1) } ?? (step > 0 ? 0 : lines.count - 1)
        selected = lines[next].point
        return detail == nil ? .nothing : open()
    }

    /// Opens the chosen line, or the worst.
    private mutating func open() -> Wish {
        let lines = lines
        guard let point = lines.first(where: { $0.point == selected })?.point ?? lines.first?.point else {
            return .nothing
        }
        selected = point
        if detail?.point != point { detail = Detail(point) }
        return .history(point)
    }
}

extension HealthLine {
    /// Of both directions, after repair where that is known, 0 … 1.
    fileprivate var worstLoss: Double { max(up.lossAfter ?? up.loss ?? 0, down.lossAfter ?? down.loss ?? 0) }
}
