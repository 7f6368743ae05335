/// Received bytes that were not parsed yet.
///
/// Taken bytes are dropped only when they are the larger part, so that taking costs O(1) a byte whatever the sizes.
struct ByteQueue: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { count == 0 }

    /// Byte `index`, 0 ..< ``count``, counted from the first that was not taken.
    subscript(index: Int) -> UInt8 { bytes[start + index] }

    mutating func append(_ span: borrowing RawSpan) {
        // Unsafe only in name: the array copies the buffer before the closure returns.
        unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// Removes up to `count` bytes from the front.
    mutating func take(_ count: Int) -> [UInt8] {
        let end = start + min(count, self.count)
        let taken = Array(bytes[start..<end])
        drop(taken.count)
        return taken
    }

    /// Removes up to `count` bytes from the front, unread.
    mutating func drop(_ count: Int) {
        start += min(count, self.count)
        guard start * 2 >= bytes.count else { return }
        bytes.removeFirst(start)
        start = 0
    }

    mutating func removeAll() {
        bytes = []
        start = 0
    }
}
