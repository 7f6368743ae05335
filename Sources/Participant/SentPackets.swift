import Wire

/// The payloads sent last, to answer requests for lost ones from: a ring of bytes and a ring of what is in it.
///
/// Of a fixed size, so that storing allocates nothing; the oldest go first.
struct SentPackets: ~Copyable {
    struct Entry {
        var index: UInt64
        var timestamp: UInt32
        var marker: Bool
        /// Bytes stored before this packet since the beginning, what was skipped at the ring's end among them.
        fileprivate var position: UInt64
        fileprivate(set) var length: Int
    }

    private var memory: PacketBuffer
    private let capacity: Int
    private var entries: [Entry?]
    private var written: UInt64 = 0

    /// - Parameter capacity: In bytes; at least 4,096 are taken.
    init(capacity: Int) {
        self.capacity = max(capacity, 4_096)
        memory = PacketBuffer(capacity: self.capacity)
        entries = Array(repeating: nil, count: max(32, self.capacity / 512))
    }

    mutating func insert(index: UInt64, timestamp: UInt32, marker: Bool, payload: borrowing RawSpan) {
        let length = payload.byteCount
        guard length <= capacity / 2 else { return }
        let offset = Int(written % UInt64(capacity))
        if offset + length > capacity { written += UInt64(capacity - offset) }
        let start = Int(written % UInt64(capacity))
        var room = memory.mutableBytes(start..<start + length)
        guard (try? room.copy(payload, at: 0)) != nil else { return }
        entries[Int(index % UInt64(entries.count))] = Entry(
            index: index, timestamp: timestamp, marker: marker, position: written, length: length)
        written += UInt64(length)
    }

    /// Packet `index`; `nil` when it was never sent or has been written over.
    func entry(_ index: UInt64) -> Entry? {
        guard let entry = entries[Int(index % UInt64(entries.count))], entry.index == index,
            written - entry.position <= UInt64(capacity)
        else { return nil }
        return entry
    }

    /// Calls `body` with the payload of `entry`, which ``entry(_:)`` has just given.
    func withPayload<Result>(_ entry: Entry, _ body: (borrowing RawSpan) -> Result) -> Result {
        let start = Int(entry.position % UInt64(capacity))
        return memory.withBytes(start..<start + entry.length, body)
    }
}
