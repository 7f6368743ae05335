import Wire

/// The last packets of one source, decrypted, to answer requests for lost ones from.
///
/// One per source, none per receiver; a fixed ring, so that storing allocates nothing. A packet may be written in two
/// parts, but only its payload is kept: headers are made anew for each receiver.
package final class PacketStore {
    private struct Entry {
        var packet: SourcePacket
        var length: Int
    }

    /// The largest payload that is kept; larger ones (no network carries them) are not found again.
    package static let largestPayload = 1_472
    /// All payloads, each in its place.
    private var memory: PacketBuffer
    private var entries: [Entry?]

    /// - Parameter capacity: In packets; 512 hold four seconds of a 1.5 Mbit/s picture.
    package init(capacity: Int = 512) {
        precondition(capacity > 0, "a store holds at least one packet")
        memory = PacketBuffer(capacity: capacity * Self.largestPayload)
        entries = Array(repeating: nil, count: capacity)
    }

    package func insert(_ packet: SourcePacket, payload: borrowing RawSpan) {
        let length = payload.byteCount
        let place = Int(packet.index % UInt64(entries.count))
        guard length <= Self.largestPayload else { return }
        if let kept = entries[place], kept.packet.index > packet.index { return }
        let start = place * Self.largestPayload
        var room = memory.mutableBytes(start..<start + length)
        guard (try? room.copy(payload, at: 0)) != nil else { return }
        entries[place] = Entry(packet: packet, length: length)
    }

    /// What is known of packet `index`; `nil` when it never came or has been written over.
    package func packet(_ index: UInt64) -> SourcePacket? {
        guard let entry = entries[Int(index % UInt64(entries.count))], entry.packet.index == index else { return nil }
        return entry.packet
    }

    /// Where the payload of packet `index` lies, for ``withBytes(_:_:)``; `nil` when it is not here.
    package func payload(_ index: UInt64) -> Range<Int>? {
        let place = Int(index % UInt64(entries.count))
        guard let entry = entries[place], entry.packet.index == index else { return nil }
        return place * Self.largestPayload..<place * Self.largestPayload + entry.length
    }

    /// Calls `body` with the bytes of `range`, which lies in what ``payload(_:)`` said.
    package func withBytes<Result>(_ range: Range<Int>, _ body: (borrowing RawSpan) -> Result) -> Result {
        memory.withBytes(range, body)
    }
}
