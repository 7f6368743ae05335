/// A row of figures as a small graph.
package enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// The newest figures in `width` columns, newest at the right edge.
    ///
    /// - Parameters:
    ///   - values: Newest last; `nil` where there was nothing to measure, which leaves a gap.
    ///   - width: Columns. With more values than columns each column shows the highest of its share, so that a peak of
    ///     one second is seen.
    ///   - top: What fills a column; the highest value when that is higher.
    /// - Returns: Exactly `width` columns.
    package static func text(_ values: [Double?], width: Int, top: Double) -> String {
        guard width > 0 else { return "" }
        let share = max(1, (values.count + width - 1) / width)
        var columns: [Double?] = []
        var end = values.count
        while end > 0, columns.count < width {
            let part = values[max(0, end - share)..<end]
            columns.append(part.compactMap { $0 }.filter(\.isFinite).max())
            end -= share
        }
        let highest = max(top, columns.compactMap { $0 }.max() ?? 0)
        let bars = columns.reversed().map { value -> Character in
            guard let value, highest > 0 else { return value == nil ? " " : "▁" }
            let step = Int((min(max(value / highest, 0), 1) * Double(Self.bars.count - 1)).rounded())
            return Self.bars[step]
        }
        return String(repeating: " ", count: width - bars.count) + String(bars)
    }
}
