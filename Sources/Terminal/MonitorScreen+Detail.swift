import Conference
import Participant
import Signalling

/// One point: both directions' figures and their last minutes.
extension MonitorScreen {
    func detailImage(_ detail: MonitorView.Detail) -> ScreenImage {
        let line = view.room.health?.lines.first { $0.point == detail.point }
        var lines = headLines(detail.point, line)
        lines += direction(words.up, line?.up, detail.history?.up)
        lines += direction(words.down, line?.down, detail.history?.down)
        if let trouble = detail.trouble {
            lines.append(StyledLine(" \(trouble)", .warning))
        } else if detail.history == nil {
            lines.append(StyledLine(" \(words.noHistory)", .dim))
        }
        return framed(lines, keys: words.detailKeys)
    }

    private func headLines(_ point: PointCode, _ line: HealthLine?) -> [StyledLine] {
        let state = line?.state ?? .none
        let head = StyledLine(" \(state.symbol) \(words.state(state))  ", state.style)
            .appending("\(view.room.name(point)) (\(point))", .bold)
        let path = " \(words.path): \(line?.path ?? "–")   \(line?.reconnects ?? 0) \(words.reconnects)"
        return [head, StyledLine(path), clientLine(line?.client)]
    }

    private func clientLine(_ client: ClientHealth?) -> StyledLine {
        guard let client else { return StyledLine() }
        let report = client.report
        var parts = ["\(words.frames) \(figures.number(report.fps, 1))"]
        if let freezes = report.freezes { parts.append("\(words.freezes) \(figures.number(freezes))") }
        parts.append("\(words.lossBefore) ↑\(figures.percent(report.lossUp)) ↓\(figures.percent(report.lossDown))")
        if let limit = report.limitedBy, limit != .none { parts.append("\(words.limitedBy) \(limit.rawValue)") }
        let line = StyledLine(" \(words.client): \(parts.joined(separator: " · "))", .dim)
        return client.marked ? line.appending("  \(words.marked)", .warning) : line
    }

    private func direction(
        _ title: String, _ now: DirectionHealth?, _ history: DirectionHistory?
    ) -> [StyledLine] {
        let state = now?.state ?? .none
        let age = figures.number(now?.keyframeAge, 1)
        let head = StyledLine(" \(title) ", .bold)
            .appending("\(state.symbol) \(words.state(state))", state.style)
            .appending("   NACK \(now?.nack ?? 0)  PLI \(now?.pli ?? 0)  \(words.keyframe) \(age) s", .dim)
        return [
            head, graph(words.rate, figures.rate(now?.kbps), history?.kbps, top: 100),
            graph(words.lossBefore, figures.percent(now?.loss), history?.loss, top: 0.1),
            graph(words.lossAfter, figures.percent(now?.lossAfter), history?.lossAfter, top: 0.1),
            graph(words.roundTrip, figures.milliseconds(now?.rtt), history?.rtt, top: 100),
            graph(words.delay, figures.milliseconds(now?.delay), history?.delay, top: 100),
            graph(words.jitter, figures.milliseconds(now?.jitter), history?.jitter, top: 50),
            graph(words.frames, figures.number(now?.fps, 1), history?.fps, top: 25),
        ]
    }

    private func graph(_ name: String, _ value: String, _ values: [Double?]?, top: Double) -> StyledLine {
        let width = max(0, size.columns - 28)
        return StyledLine("   \(name.fitted(to: 10)) \(value.fitted(to: 12, isRight: true)) ")
            .appending(Sparkline.text(values ?? [], width: width, top: top), TextStyle(color: .cyan))
    }
}
