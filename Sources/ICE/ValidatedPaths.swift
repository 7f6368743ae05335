import Units

/// The paths on which a valid check came, the newest eight of the last 30 seconds.
///
/// Thirty seconds are how long consent lasts (RFC 7675 §5.1); browsers ping their spare pairs more often.
struct ValidatedPaths: Sendable {
    private struct Entry {
        var path: NetworkPath
        var lastCheck: Instant
    }

    static let capacity = 8
    static let lifetime = Duration.seconds(30)
    private var entries: [Entry] = []

    init() { entries.reserveCapacity(Self.capacity) }

    /// Remembers that `path` was checked at `now`, in place of the one checked longest ago if there is no room.
    ///
    /// - Returns: Whether `path` was not there before.
    mutating func insert(_ path: NetworkPath, at now: Instant) -> Bool {
        if let known = entries.firstIndex(where: { $0.path == path }) {
            let isNew = now.since(entries[known].lastCheck) >= Self.lifetime
            entries[known].lastCheck = now
            return isNew
        }
        let entry = Entry(path: path, lastCheck: now)
        if entries.count < Self.capacity {
            entries.append(entry)
        } else if let oldest = entries.indices.min(by: { entries[$0].lastCheck < entries[$1].lastCheck }) {
            entries[oldest] = entry
        }
        return true
    }

    func contains(_ path: NetworkPath, at now: Instant) -> Bool {
        entries.contains { $0.path == path && now.since($0.lastCheck) < Self.lifetime }
    }
}
