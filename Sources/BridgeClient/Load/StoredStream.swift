import Units
import Wire

/// One coded stream in memory, packetized, that any number of points send over and over.
///
/// Confined to one loop: the time of sending is written into the shared bytes just before they are sent.
package final class StoredStream {
    /// One picture, or 20 ms of sound.
    struct Frame {
        var packets: Range<Int>
        var isKeyframe: Bool
    }

    private var memory: PacketBuffer
    private var packets: [Range<Int>] = []
    private(set) var frames: [Frame] = []
    /// In ticks of the codec's clock.
    let ticksPerFrame: UInt32
    let frameTime: Duration
    private let hasStamps: Bool

    /// Below what fits into a datagram of 1,200 bytes with all headers; pieces of one frame have one size, so that
    /// they leave as one run.
    static let largestPiece = 1_100
    /// The stamp's mark and the time.
    static let stampLength = 12
    static let stampMark: UInt32 = 0x44_43_4C_54

    /// Packetizes VP8 frames with the shortest descriptor (RFC 7741 §4.2).
    ///
    /// - Parameters:
    ///   - frames: Coded pictures; the first must be a keyframe.
    ///   - framesPerSecond: 1 … 120.
    package init(vp8 frames: [ArraySlice<UInt8>], framesPerSecond: Int) {
        var bytes: [UInt8] = []
        for frame in frames where !frame.isEmpty {
            let pieces = (frame.count + Self.largestPiece - 1) / Self.largestPiece
            let size = (frame.count + pieces - 1) / pieces
            let first = packets.count
            for start in stride(from: frame.startIndex, to: frame.endIndex, by: size) {
                let from = bytes.count
                bytes.append(start == frame.startIndex ? 0x10 : 0x00)
                bytes += frame[start..<min(start + size, frame.endIndex)]
                packets.append(from..<bytes.count)
            }
            // P, the lowest bit of the frame tag, is 0 for a keyframe (RFC 6386 §9.1).
            self.frames.append(
                Frame(packets: first..<packets.count, isKeyframe: frame[frame.startIndex] & 1 == 0))
        }
        ticksPerFrame = UInt32(90_000 / framesPerSecond)
        frameTime = .nanoseconds(1_000_000_000 / Int64(framesPerSecond))
        hasStamps = false
        memory = Self.buffer(of: bytes)
    }

    /// Takes Opus packets of 20 ms, each with room for the time of sending in its padding.
    package init(opus packets: [[UInt8]]) {
        var bytes: [UInt8] = []
        for packet in packets {
            let start = bytes.count
            bytes += Self.padded(packet)
            frames.append(Frame(packets: self.packets.count..<self.packets.count + 1, isKeyframe: true))
            self.packets.append(start..<bytes.count)
        }
        ticksPerFrame = 960
        frameTime = .milliseconds(20)
        hasStamps = true
        memory = Self.buffer(of: bytes)
    }

    /// A packet of one frame as one of code 3 with padding, which decoders skip (RFC 6716 §3.2.5).
    ///
    /// The sound is the same; the padding holds the mark and room for a time.
    private static func padded(_ packet: [UInt8]) -> [UInt8] {
        guard let head = packet.first, head & 0x03 == 0 else { return packet }
        let mark = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: stampMark >> $0) }
        // Constant bit rate, padding, one frame; then the padding's length.
        return [head | 0x03, 0x41, UInt8(stampLength)] + packet.dropFirst() + mark + [UInt8](repeating: 0, count: 8)
    }

    private static func buffer(of bytes: [UInt8]) -> PacketBuffer {
        var buffer = PacketBuffer(capacity: max(1, bytes.count))
        var room = buffer.mutableBytes(0..<bytes.count)
        try? room.copy(bytes.span.bytes, at: 0)
        return buffer
    }

    /// Calls `body` with the payload of packet `index`, stamped with `now` where it is sound.
    func withPayload(_ index: Int, at now: Instant, _ body: (borrowing RawSpan) -> Void) {
        let range = packets[index]
        if hasStamps, range.count > Self.stampLength {
            var room = memory.mutableBytes(range)
            try? room.storeBigEndian(now.nanoseconds, at: range.count - 8)
        }
        memory.withBytes(range, body)
    }

    /// When a sound packet of some other point of this process was sent.
    static func stamp(in payload: borrowing RawSpan) -> Instant? {
        let length = payload.byteCount
        guard (try? payload.bigEndian(UInt32.self, at: length - stampLength)) == stampMark else { return nil }
        return (try? payload.bigEndian(UInt64.self, at: length - 8)).map { Instant(nanoseconds: $0) }
    }

    /// The nearest keyframe from frame `index` on, around the end.
    func keyframe(from index: Int) -> Int {
        let after = frames[index...].firstIndex { $0.isKeyframe }
        return after ?? frames.firstIndex { $0.isKeyframe } ?? 0
    }
}
