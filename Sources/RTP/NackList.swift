package import Units

/// Lost packets to ask for in one generic NACK, gathered without allocation (RFC 4585 §6.2.1).
package struct NackList: Sendable {
    /// The most entries; each names up to 17 packets.
    package static let capacity = 64

    private var packetIDs: [64 of UInt16] = InlineArray(repeating: 0)
    private var followingLost: [64 of UInt16] = InlineArray(repeating: 0)
    /// Entries in use, 0 … ``capacity``.
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// Adds a lost packet; numbers that come in rising order share entries.
    ///
    /// - Returns: Whether there was room.
    @discardableResult
    package mutating func append(_ number: SequenceNumber) -> Bool {
        if count > 0 {
            let step = number.distance(from: SequenceNumber(rawValue: packetIDs[count - 1]))
            if step == 0 { return true }
            if (1...16).contains(step) {
                followingLost[count - 1] |= 1 << UInt16(step - 1)
                return true
            }
        }
        guard count < Self.capacity else { return false }
        packetIDs[count] = number.rawValue
        followingLost[count] = 0
        count += 1
        return true
    }

    /// Entry `index`, 0 ..< ``count``.
    package func entry(_ index: Int) -> GenericNack.Entry {
        precondition(index >= 0 && index < count, "no such entry")
        return GenericNack.Entry(
            packetID: SequenceNumber(rawValue: packetIDs[index]), followingLost: followingLost[index])
    }

    package mutating func removeAll() { count = 0 }
}
