import Units

/// Commands that the server has not answered yet.
struct PendingCommands: Sendable {
    /// Ours: who has so many open is not a person.
    static let limit = 64
    static let patience = Duration.seconds(10)

    private var nextID: UInt64 = 1
    /// In order of their deadlines, which is the order in which they were given.
    private var open: [(id: UInt64, deadline: Instant)] = []

    var deadline: Instant? { open.first?.deadline }

    /// The id of a new command; `nil` when too many are open.
    mutating func begin(at now: Instant) -> UInt64? {
        guard open.count < Self.limit else { return nil }
        let id = nextID
        nextID = id < 1 << 53 - 1 ? id + 1 : 1  // Ids are integers that JSON's numbers hold exactly.
        open.append((id, now.advanced(by: Self.patience)))
        return id
    }

    /// Whether the command was open.
    mutating func finish(_ id: UInt64) -> Bool {
        guard let place = open.firstIndex(where: { $0.id == id }) else { return false }
        open.remove(at: place)
        return true
    }

    mutating func takeOverdue(at now: Instant) -> [UInt64] {
        let overdue = open.prefix { $0.deadline <= now }.map(\.id)
        open.removeFirst(overdue.count)
        return overdue
    }

    mutating func takeAll() -> [UInt64] {
        defer { open = [] }
        return open.map(\.id)
    }
}
