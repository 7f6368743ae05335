/// The masking of payloads, which is its own inverse (RFC 6455 §5.3).
enum Masking {
    /// Masks or unmasks `bytes` from `start` on, eight bytes at a time.
    ///
    /// - Parameters:
    ///   - key: In network order, its first byte highest; 0 changes nothing.
    ///   - phase: How many bytes of the same payload came before.
    ///   - bytes: What holds the payload.
    ///   - range: Where in `bytes` it lies.
    static func apply(_ key: UInt32, phase: Int, to bytes: inout MutableRawSpan, in range: Range<Int>) {
        guard key != 0 else { return }
        let shift = UInt32(phase & 3) * 8
        let turned = key << shift | key >> ((32 - shift) & 31)
        let word = (UInt64(turned) << 32 | UInt64(turned)).bigEndian
        let end = min(range.upperBound, bytes.byteCount)
        var index = range.lowerBound
        while end - index >= 8 {
            // In range: eight bytes are left before the end.
            let old = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            bytes.storeBytes(of: old ^ word, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        var rest = turned
        while index < end {
            rest = rest << 8 | rest >> 24
            // In range: the loop's own condition.
            let old = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            bytes.storeBytes(of: old ^ UInt8(truncatingIfNeeded: rest), toByteOffset: index, as: UInt8.self)
            index += 1
        }
    }
}
