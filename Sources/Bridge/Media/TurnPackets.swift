import Forwarding
import Units
import Wire

/// One packet on its way to a source's receivers.
struct TurnPacket {
    var packet: SourcePacket
    /// Where the payload lies in ``TurnPackets``, the source's own VP8 descriptor taken off.
    var payload: Range<Int>
    /// Whether its source is to be put on the slots' lines anew with it.
    var placing: Placing?
}

/// How a source goes on after a pause, or when its clock has moved.
struct Placing {
    /// When the packet was captured; `nil` while that is doubtful.
    var captured: NTPTime?
    /// Whether the packet resumes sound.
    var marks: Bool
}

/// The packets that came in one turn of the loop and wait for its end, so that each receiver gets its share in one run.
///
/// Copied once out of the receive buffer, which the next batch writes over; allocates nothing when it is warm.
final class TurnPackets {
    /// What a turn's receive batches hold at most after a stall, 256 datagrams of 2 KiB, and as much again from other
    /// loops; what finds no room goes out at once.
    private static let capacity = 1 << 20

    private var memory = PacketBuffer(capacity: capacity)
    private var used = 0
    /// Sources with packets here, in order of their first one.
    private(set) var streams: [SourceStream] = []

    var isEmpty: Bool { streams.isEmpty }

    /// Takes a packet of `stream`.
    ///
    /// - Returns: Whether there was room.
    func append(
        _ packet: SourcePacket, payload: borrowing RawSpan, of stream: SourceStream, placing: Placing?
    ) -> Bool {
        let length = payload.byteCount
        guard length <= Self.capacity - used else { return false }
        let place = used..<used + length
        var room = memory.mutableBytes(place)
        guard (try? room.copy(payload, at: 0)) != nil else { return false }
        used += length
        if stream.turnPackets.isEmpty { streams.append(stream) }
        stream.turnPackets.append(TurnPacket(packet: packet, payload: place, placing: placing))
        return true
    }

    func withPayload(of packet: TurnPacket, _ body: (borrowing RawSpan) -> Void) {
        memory.withBytes(packet.payload, body)
    }

    /// Forgets everything; the memory stays.
    func removeAll() {
        for stream in streams { stream.turnPackets.removeAll(keepingCapacity: true) }
        streams.removeAll(keepingCapacity: true)
        used = 0
    }
}
