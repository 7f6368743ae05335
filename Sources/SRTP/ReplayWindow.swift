/// Remembers which packet indexes of one SRTP source were already seen (RFC 3711 §3.3.2).
///
/// 128 packets (the RFC asks for 64 at least), kept inline: no allocation, one cache line.
package struct ReplayWindow: Sendable {
    private var bits: [2 of UInt64] = [0, 0]
    /// The highest index accepted so far; `nil` before the first.
    package private(set) var newest: UInt64?

    package init() {}

    /// Tells whether a packet would be accepted; nothing changes.
    ///
    /// - Parameter index: The packet's index, below 2⁴⁸.
    /// - Returns: `false` for a repeat and for one 128 or more behind.
    package func isNew(_ index: UInt64) -> Bool {
        guard let newest, index <= newest else { return true }
        return newest - index < 128 && !isSet(index)
    }

    /// Marks `index` as seen, which is right only once the packet's authentication tag has been checked.
    ///
    /// - Parameter index: The packet's 48-bit index, 2¹⁶ × rollover counter + sequence number.
    /// - Returns: Whether the packet is new; `false` for a repeat and for one 128 or more behind.
    @discardableResult
    package mutating func insert(_ index: UInt64) -> Bool {
        guard isNew(index) else { return false }
        if let newest, index > newest {
            if index - newest >= 128 {
                bits = [0, 0]
            } else {
                for passed in newest + 1...index { clear(passed) }
            }
        }
        newest = max(newest ?? index, index)
        set(index)
        return true
    }

    private func isSet(_ index: UInt64) -> Bool { bits[word(index)] & mask(index) != 0 }
    private mutating func set(_ index: UInt64) { bits[word(index)] |= mask(index) }
    private mutating func clear(_ index: UInt64) { bits[word(index)] &= ~mask(index) }
    private func word(_ index: UInt64) -> Int { Int(index >> 6 & 1) }
    private func mask(_ index: UInt64) -> UInt64 { 1 << (index & 63) }
}
