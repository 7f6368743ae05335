/// Numbers for people.
package enum Text {
    /// `value` with `digits` digits behind the point.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = Int64((abs(value) * scale).rounded())
        let sign = value < 0 && rounded > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(rounded)" }
        let fraction = String(rounded % Int64(scale))
        return "\(sign)\(rounded / Int64(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
}
