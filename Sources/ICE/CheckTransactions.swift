import STUN
import Units

/// A path that is tried, and when it is tried next.
struct CandidatePair: Sendable {
    let path: NetworkPath
    /// What its checks say in PRIORITY.
    let priority: UInt32
    var attempts = 0
    var due: Instant

    init(path: NetworkPath, priority: UInt32, due: Instant) {
        self.path = path
        self.priority = priority
        self.due = due
    }
}

/// A request under way.
struct CheckTransaction: Sendable {
    let id: TransactionID
    /// Its pair's place among the agent's.
    let pair: Int
    let sent: Instant
    let nominates: Bool
}

/// The requests under way, oldest first; of more than 64 the oldest is forgotten.
///
/// Sixteen pairs have that many in the first second; a selected one has twelve until it is given up.
struct CheckTransactions: Sendable {
    private static let capacity = 64
    private var entries: [CheckTransaction] = []

    init() { entries.reserveCapacity(Self.capacity) }

    subscript(index: Int) -> CheckTransaction { entries[index] }

    mutating func insert(_ transaction: CheckTransaction) {
        if entries.count == Self.capacity { entries.removeFirst() }
        entries.append(transaction)
    }

    func firstIndex(of id: TransactionID) -> Int? { entries.firstIndex { $0.id == id } }

    mutating func remove(at index: Int) -> CheckTransaction { entries.remove(at: index) }
}
