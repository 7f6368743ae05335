import Conference
import Signalling
import Units

/// How often each token may do something, whichever way it comes.
struct RateTable {
    /// Ours; with more than these all begin anew: whoever comes with thousands of tokens has them from the operator.
    private static let limit = 4_096

    private var rates: [TokenID: CommandRate] = [:]

    /// Judges one attempt.
    ///
    /// - Returns: How long to wait; `nil` when it passes.
    mutating func take(_ token: TokenID, at now: Instant) -> Duration? {
        if rates.count >= Self.limit, rates[token] == nil { rates.removeAll(keepingCapacity: true) }
        switch rates[token, default: CommandRate(at: now)].take(at: now) {
        case .pass: return nil
        case .refuse(let pause): return pause
        case .close: return .seconds(1)
        }
    }
}
