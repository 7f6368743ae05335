/// Remembers which packet indexes of one SRTP source were already seen (RFC 3711 §3.3.2).
///
/// 1,024 packets (the RFC asks for 64 at least), kept inline: no allocation. A sender without RTX sends a lost packet
/// again under its old index, up to a second later and as many packets behind as that second had.
package struct ReplayWindow: Sendable {
    /// How many packets; one that is so far behind the newest can't be told from a repeat.
    package static let size: UInt64 = 1_024

    private var bits: [16 of UInt64] = .init(repeating: 0)
    /// The highest index accepted so far; `nil` before the first.
    package private(set) var newest: UInt64?

    package init() {}

    /// Tells whether a packet would be accepted; nothing changes.
    ///
    /// - Parameter index: The packet's index, below 2⁴⁸.
    /// - Returns: `false` for a repeat and for one ``size`` or more behind.
    package func isNew(_ index: UInt64) -> Bool {
        guard let newest, index <= newest else { return true }
        return newest - index < Self.size && !isSet(index)
    }

    /// Marks `index` as seen, which is right only once the packet's authentication tag has been checked.
    ///
    /// - Parameter index: The packet's 48-bit index, 2¹⁶ × rollover counter + sequence number.
    /// - Returns: Whether the packet is new; `false` for a repeat and for one ``size`` or more behind.
    @discardableResult
    package mutating func insert(_ index: UInt64) -> Bool {
        guard isNew(index) else { return false }
        if let newest, index > newest {
            if index - newest >= Self.size {
                bits = .init(repeating: 0)
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
    private func word(_ index: UInt64) -> Int { Int(index >> 6 & 15) }
    private func mask(_ index: UInt64) -> UInt64 { 1 << (index & 63) }
}
