/// The newest events of one kind of reader, bounded by count and bytes.
struct EventRing: Sendable {
    private struct Kept: Sendable {
        var entry: EventLog.Entry
        var audience: EventAudience
        var kind: ServerEvent.Kind
    }

    private let limits: EventLog.Limits
    /// Rising by `seq`; what lies before `start` is gone.
    private var kept: [Kept?] = []
    private var start = 0
    private var bytes = 0
    /// Readers that have not seen this `seq` have lost something.
    private(set) var lostUpTo: UInt64 = 0

    init(_ limits: EventLog.Limits) { self.limits = limits }

    mutating func append(_ entry: EventLog.Entry, audience: EventAudience, kind: ServerEvent.Kind) {
        kept.append(Kept(entry: entry, audience: audience, kind: kind))
        bytes += entry.size
        while kept.count - start > limits.events || bytes > limits.bytes { dropFirst() }
        if start > kept.count / 2 {
            kept.removeFirst(start)
            start = 0
        }
    }

    private mutating func dropFirst() {
        guard start < kept.count, let first = kept[start] else { return }
        lostUpTo = first.entry.seq
        bytes -= first.entry.size
        kept[start] = nil  // Its bytes go at once.
        start += 1
    }

    /// Takes out what a newer event of the same kind replaces: nobody has lost anything.
    mutating func removeAll(where isReplaced: (ServerEvent.Kind) -> Bool) {
        let left = kept[start...].compactMap { $0 }.filter { !isReplaced($0.kind) }
        bytes = left.reduce(0) { $0 + $1.entry.size }
        kept = left
        start = 0
    }

    func first(after seq: UInt64, for viewer: EventViewer) -> EventLog.Entry? {
        kept[firstIndex(after: seq)...].lazy.compactMap { $0 }.first { $0.audience.includes(viewer) }?.entry
    }

    func all(after seq: UInt64, for viewer: EventViewer) -> [EventLog.Entry] {
        kept[firstIndex(after: seq)...].compactMap { $0 }.filter { $0.audience.includes(viewer) }.map(\.entry)
    }

    private func firstIndex(after seq: UInt64) -> Int {
        var low = start
        var high = kept.count
        while low < high {
            let middle = (low + high) / 2
            if let event = kept[middle], event.entry.seq > seq { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension EventAudience {
    /// Whether `viewer` is meant.
    package func includes(_ viewer: EventViewer) -> Bool {
        switch self {
        case .everyone: true
        case .staff: viewer.isStaff
        case .others: !viewer.isStaff
        case .point(let point): viewer.point == point
        case .session(let session): viewer.session == session
        }
    }
}
