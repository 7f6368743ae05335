import Units

/// What is due when, earliest first: a binary heap.
///
/// Entries are never moved or taken back: whoever takes one out looks whether it still means something.
struct Agenda<Item: Sendable>: Sendable {
    private var heap: [(at: Instant, item: Item)] = []

    var earliest: Instant? { heap.first?.at }

    mutating func add(_ item: Item, at: Instant) {
        heap.append((at, item))
        var child = heap.endIndex - 1
        while child > 0, heap[child].at < heap[(child - 1) / 2].at {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the earliest entry that is due at `now`; `nil` when none is.
    mutating func take(dueAt now: Instant) -> Item? {
        guard let first = heap.first, first.at <= now else { return nil }
        heap.swapAt(0, heap.endIndex - 1)
        heap.removeLast()
        var parent = 0
        while let child = earlierChild(of: parent), heap[child].at < heap[parent].at {
            heap.swapAt(child, parent)
            parent = child
        }
        return first.item
    }

    private func earlierChild(of parent: Int) -> Int? {
        let left = 2 * parent + 1
        guard left < heap.count else { return nil }
        return left + 1 < heap.count && heap[left + 1].at < heap[left].at ? left + 1 : left
    }
}
