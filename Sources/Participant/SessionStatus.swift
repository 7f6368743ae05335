package import Units

/// What one session did so far; counters are monotonic over all its connections, rates are the reader's business.
package struct SessionStatus: Sendable {
    package var state = SessionState.idle
    /// Of the last check of the path.
    package var roundTrip: Duration?
    package var traffic = Traffic()
    /// The part of what we send that does not arrive, 0 … 1, by the server's last report; `nil` before it.
    package var uplinkLoss: Double?
    package var slots: [SlotStatus] = []
    /// Datagrams that led to nothing.
    package var refused: UInt64 = 0
    /// How often it was connected.
    package var connections = 0

    package init() {}

    package struct Traffic: Hashable, Sendable {
        package var packetsSent: UInt64 = 0
        package var bytesSent: UInt64 = 0
        package var packetsReceived: UInt64 = 0
        package var bytesReceived: UInt64 = 0
        package var packetsResent: UInt64 = 0
        /// Packets that found no room to be sent.
        package var sendDrops: UInt64 = 0

        package init() {}
    }
}

/// What came on one slot, over all connections of the session.
package struct SlotStatus: Hashable, Sendable {
    package var slot: SlotID
    package var codec: StreamCodec?
    package var packets: UInt64 = 0
    package var bytes: UInt64 = 0
    /// Packets that were sent to us: received or not.
    package var expected: UInt64 = 0
    /// Packets that did not come by themselves.
    package var missing: UInt64 = 0
    /// Missing packets that came when we asked for them.
    package var repaired: UInt64 = 0
    /// Missing packets that will never come.
    package var lost: UInt64 = 0
    package var keyframes: UInt64 = 0
    /// Whole pictures, and how often they stood still; of the main picture only.
    package var frames: UInt64 = 0
    package var freezes: UInt64 = 0
    package var jitter: Duration = .zero
    package var lastPacket: Instant?

    init(slot: SlotID) { self.slot = slot }

    /// Takes what was counted on earlier connections in.
    mutating func add(_ earlier: SlotStatus) {
        packets &+= earlier.packets
        bytes &+= earlier.bytes
        expected &+= earlier.expected
        missing &+= earlier.missing
        repaired &+= earlier.repaired
        lost &+= earlier.lost
        keyframes &+= earlier.keyframes
        frames &+= earlier.frames
        freezes &+= earlier.freezes
    }
}
