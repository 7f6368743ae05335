package import Conference

/// Figures as people read them, in their language: `0,5 %` or `0.5 %`, a dash where there is none.
package struct Figures: Sendable {
    package let language: Language

    package init(_ language: Language) { self.language = language }

    /// `value` with `digits` digits behind the point.
    package func number(_ value: Double?, _ digits: Int = 0) -> String {
        guard let value, value.isFinite, abs(value) < 1e12 else { return "–" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = Int64((abs(value) * scale).rounded())
        let sign = value < 0 && rounded > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(rounded)" }
        let fraction = String(rounded % Int64(scale))
        let point = language == .vi ? "," : "."
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(rounded / Int64(scale))\(point)\(zeros)\(fraction)"
    }

    /// A part of one, 0 … 1, in per cent.
    package func percent(_ part: Double?) -> String { part == nil ? "–" : "\(number(part.map { $0 * 100 }, 1)) %" }

    package func milliseconds(_ value: Double?) -> String { value == nil ? "–" : "\(number(value)) ms" }

    /// Kilobits a second, as megabits from 10,000 on.
    package func rate(_ kbps: Double?) -> String {
        guard let kbps else { return "–" }
        return kbps < 10_000 ? "\(number(kbps)) kbit/s" : "\(number(kbps / 1_000, 1)) Mbit/s"
    }

    /// The time of day in Vietnam (UTC+7, without daylight saving since 1975), `HH:MM`.
    package func time(_ unix: Int) -> String {
        let minutes = ((unix % 86_400 + 86_400) % 86_400 / 60 + 7 * 60) % 1_440
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
