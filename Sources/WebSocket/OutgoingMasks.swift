import Wire

/// Gives a client's frames their masking keys just before they are sent (RFC 6455 §5.3).
///
/// The engine writes them with the key 0, which leaves the payload clear: so that one function alone needs randomness.
enum OutgoingMasks {
    /// Masks every frame in `frames`, which are whole and have the key 0.
    static func fill(in frames: inout [UInt8], from random: inout some RandomNumberGenerator) {
        var elements = frames.mutableSpan
        var bytes = unsafe elements.mutableBytes  // Unsafe only in name: any byte is a UInt8.
        var position = 0
        while let (key, payload) = parts(bytes.bytes, at: position) {
            let mask = UInt32.random(in: 0...UInt32.max, using: &random)
            guard (try? bytes.storeBigEndian(mask, at: key)) != nil else { return }
            Masking.apply(mask, phase: 0, to: &bytes, in: payload)
            position = payload.upperBound
        }
    }

    /// Where the key and the payload of the frame at `start` lie; `nil` at the end.
    private static func parts(_ bytes: borrowing RawSpan, at start: Int) -> (key: Int, payload: Range<Int>)? {
        guard let short = try? Int(bytes.bigEndian(UInt8.self, at: start + 1) & 0x7F) else { return nil }
        let (key, length): (Int, Int)
        switch short {
        case 126:
            key = start + 4
            length = (try? Int(bytes.bigEndian(UInt16.self, at: start + 2))) ?? 0
        case 127:
            key = start + 10
            length = (try? Int(clamping: bytes.bigEndian(UInt64.self, at: start + 2))) ?? 0
        default:
            key = start + 2
            length = short
        }
        guard length <= bytes.byteCount - key - 4 else { return nil }
        return (key, (key + 4)..<(key + 4 + length))
    }
}
