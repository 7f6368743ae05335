import RTP
import Testing
import Units
import Wire

/// A small seeded generator (SplitMix64): same seed, same run.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

/// Start values around which 16-bit arithmetic goes wrong, if it does.
let wrapAroundStarts: [UInt16] = [0, 1, 32_767, 32_768, 65_533, 65_535]

extension Instant {
    static func milliseconds(_ count: Int) -> Instant { Instant(nanoseconds: UInt64(count) * 1_000_000) }
}

extension RTPHeader {
    init(bytes: [UInt8]) throws(ParseError) { try self.init(parsing: bytes.span.bytes) }
    init(protected bytes: [UInt8]) throws(ParseError) { try self.init(parsingProtected: bytes.span.bytes) }
}

/// The packets of a compound, and the error that ended it, if one did.
func readAll(_ bytes: [UInt8]) -> (packets: [RTCPPacket], error: ParseError?) {
    var reader = RTCPReader()
    var packets: [RTCPPacket] = []
    do throws(ParseError) {
        while let packet = try reader.next(in: bytes.span.bytes) { packets.append(packet) }
        return (packets, nil)
    } catch {
        return (packets, error)
    }
}

/// The only packet of a datagram that is sound.
func readOne(_ bytes: [UInt8]) throws -> RTCPPacket {
    let (packets, error) = readAll(bytes)
    if let error { throw error }
    return try #require(packets.count == 1 ? packets.first : nil)
}

/// What `body` writes with an ``RTCPWriter`` into a datagram of `capacity` bytes.
func written(
    capacity: Int = 1_200, _ body: (inout RTCPWriter, inout MutableRawSpan) throws(ParseError) -> Void
) throws(ParseError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: capacity)
    var writer = RTCPWriter()
    var span = bytes.mutableSpan
    var raw = span.mutableBytes
    try body(&writer, &raw)
    return Array(bytes.prefix(writer.end))
}
