/// How good one direction of a line is.
package enum LineQuality: String, Sendable, CaseIterable {
    /// Nothing to complain of.
    case good
    /// Somebody who watches closely notices.
    case fair
    /// Everybody notices.
    case poor
    /// There is media, or should be, and nothing arrives.
    case lost
    /// There is nothing to judge: nobody is there, or nothing is known.
    case none
}

extension LineQuality: Comparable {
    /// 0 is the best.
    package var severity: Int {
        switch self {
        case .none, .good: 0
        case .fair: 1
        case .poor: 2
        case .lost: 3
        }
    }

    /// Whether `lhs` is better than `rhs`.
    package static func < (lhs: LineQuality, rhs: LineQuality) -> Bool { lhs.severity < rhs.severity }
}
