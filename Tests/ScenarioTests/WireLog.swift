import SimulatedNetwork
import Units

/// Everything the server sends as SRTP, by receiver, SSRC and index: an eavesdropper's own bookkeeping.
final class WireLog {
    struct Key: Hashable {
        var receiver: SocketAddress
        var ssrc: UInt32
        var index: UInt64
    }

    private struct Stream: Hashable {
        var receiver: SocketAddress
        var ssrc: UInt32
    }

    /// Off until a test wants it: it keeps all packets.
    var isOn = false
    private(set) var packets: [Key: [UInt8]] = [:]
    /// The same packet sent again, bit for bit.
    private(set) var repeats = 0
    /// One key, two contents: must stay empty.
    private(set) var violations: [Key] = []
    private var highest: [Stream: UInt64] = [:]

    func note(_ datagram: Datagram) {
        let bytes = datagram.bytes
        guard isOn, bytes.count > 12, (128...191).contains(bytes[0]), !(192...223).contains(bytes[1]) else { return }
        let ssrc = bytes[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let number = SequenceNumber(rawValue: UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
        let stream = Stream(receiver: datagram.destination, ssrc: ssrc)
        let index = highest[stream]?.nearestIndex(of: number) ?? UInt64(number.rawValue)
        highest[stream] = max(highest[stream] ?? 0, index)
        let key = Key(receiver: datagram.destination, ssrc: ssrc, index: index)
        guard let before = packets.updateValue(bytes, forKey: key) else { return }
        if before == bytes { repeats += 1 } else { violations.append(key) }
    }
}
