/// How much a child has been sent and has not read yet: more than its socket holds would be lost.
///
/// A child that starts, or a machine that is busy, reads nothing for seconds; what is sent meanwhile waits with us, where
/// there is room for all of it.
struct FeedBacklog {
    /// What waits for the child by the system's last word, and what was sent since, in bytes of the kernel's memory.
    private var waiting = 0
    private var looks = 0

    /// Ours: well below the 416 KiB that Linux gives a socket that asks for as much as it may have
    /// (`net.core.rmem_max`).
    private static let limit = 256 << 10
    /// From here on it is looked at each time.
    private static let attention = limit / 4
    private static let usualLooks = 4

    /// Whether another packet may be sent.
    var hasRoom: Bool { waiting < Self.limit }

    /// A packet of `length` bytes was sent.
    mutating func add(_ length: Int) { waiting += Self.memory(length) }

    /// What a datagram takes of the kernel's memory, about: a power of two for head and bytes, and the descriptor.
    private static func memory(_ length: Int) -> Int { length <= 600 ? 1_280 : 2_304 }

    /// Whether to look what waits; asked at each look of the feed.
    mutating func isDue(isHolding: Bool) -> Bool {
        looks += 1
        return isHolding || waiting > Self.attention || looks % Self.usualLooks == 0
    }

    /// So much waits now.
    mutating func note(_ bytes: Int) { waiting = bytes }
}
