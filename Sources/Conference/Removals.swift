package import Units

/// A point was put out: by whom, when and why.
package struct Removal: Hashable, Sendable {
    package var by: Role
    package var at: Instant
    /// In the chair's words; at most ``reasonLimit`` characters, may be empty.
    package var reason: String

    package static let reasonLimit = 200

    /// What to tell who was put out, with the chair's words.
    package func text(in language: Language) -> String {
        let text = EndReason.removed.text(in: language)
        guard !CommandText.isBlank(reason) else { return text }
        return text + Texts(" Lý do: \(reason)", " Reason: \(reason)")[language]
    }
}

/// Who was put out and may not come back until readmitted.
///
/// A seat stays blocked for every token. The tokens that were used there are blocked besides, wherever they may be
/// shown. Beyond ``tokenLimit`` the oldest of these go: the room does not know when a token expires, but its seat's
/// own block still holds, and is what counts.
struct Removals: Sendable {
    static let tokenLimit = 4_096

    private(set) var byPoint: [PointCode: Removal] = [:]
    private var points: [TokenID: PointCode] = [:]
    /// Blocked tokens, oldest first.
    private var tokens: [TokenID] = []

    func blocks(_ point: PointCode) -> Bool { byPoint[point] != nil }
    func blocks(_ token: TokenID) -> Bool { points[token] != nil }

    var tokenCount: Int { tokens.count }

    mutating func remove(_ point: PointCode, _ removal: Removal, tokens newTokens: some Sequence<TokenID>) {
        byPoint[point] = removal
        for token in newTokens where points[token] == nil {
            if tokens.count >= Self.tokenLimit { points[tokens.removeFirst()] = nil }
            tokens.append(token)
            points[token] = point
        }
    }

    /// - Returns: Whether the point had been put out.
    mutating func readmit(_ point: PointCode) -> Bool {
        guard byPoint.removeValue(forKey: point) != nil else { return false }
        tokens.removeAll { points[$0] == point }
        points = points.filter { $0.value != point }
        return true
    }
}
