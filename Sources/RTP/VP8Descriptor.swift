package import Wire

/// The payload descriptor before each VP8 payload, and what the first payload bytes tell (RFC 7741 §4.2, §4.3).
///
///      0 1 2 3 4 5 6 7
///     |X|R|N|S|R| PID |
///     |I|L|T|K| RSV   |  if X
///     |M| PictureID   |  if I, a second byte if M
///     |   TL0PICIDX   |  if L
///     |TID|Y| KEYIDX  |  if T or K
package struct VP8Descriptor: Equatable, Sendable {
    /// N: no later frame depends on this one.
    package var isNonReference: Bool
    /// S: the packet starts a partition.
    package var startsPartition: Bool
    /// PID, 0 … 7.
    package var partition: UInt8
    /// 7 or 15 bits wide; see ``hasLongPictureID``.
    package var pictureID: UInt16?
    /// M: the PictureID has 15 bits.
    package var hasLongPictureID: Bool
    /// TL0PICIDX: counts frames of the lowest temporal layer.
    package var baseLayerIndex: UInt8?
    /// TID: the temporal layer, 0 … 3.
    package var temporalLayer: UInt8?
    /// Y: depends on the lowest temporal layer only.
    package var isLayerSync: Bool
    /// KEYIDX: counts key frames, 0 … 31.
    package var keyIndex: UInt8?
    /// The descriptor's bytes; the VP8 payload lies behind them.
    package var length: Int
    /// Whether the packet is the first of a key frame: S set, PID 0, and P = 0 in the payload header (§4.3).
    package var isKeyframeStart: Bool

    /// Whether the packet is the first one of a frame.
    package var startsFrame: Bool { startsPartition && partition == 0 }

    /// Reads the descriptor at the start of `payload`.
    ///
    /// - Throws: ``ParseError`` when it is cut short or no byte of VP8 follows it.
    package init(parsing datagram: borrowing RawSpan, payload: Range<Int>) throws(ParseError) {
        let bytes = try datagram.checkedExtracting(payload)
        let first = try bytes.bigEndian(UInt8.self, at: 0)
        isNonReference = first & 0x20 != 0
        startsPartition = first & 0x10 != 0
        partition = first & 0x07
        hasLongPictureID = false
        isLayerSync = false
        length = 1
        isKeyframeStart = false
        if first & 0x80 != 0 { try readExtension(of: bytes) }

        let header = try bytes.bigEndian(UInt8.self, at: length)
        isKeyframeStart = startsPartition && partition == 0 && header & 0x01 == 0
    }

    /// Reads what the second byte announces.
    private mutating func readExtension(of bytes: borrowing RawSpan) throws(ParseError) {
        let present = try bytes.bigEndian(UInt8.self, at: 1)
        length = 2
        if present & 0x80 != 0 {
            let short = try bytes.bigEndian(UInt8.self, at: length)
            hasLongPictureID = short & 0x80 != 0
            if hasLongPictureID {
                pictureID = try bytes.bigEndian(UInt16.self, at: length) & 0x7FFF
                length += 2
            } else {
                pictureID = UInt16(short)
                length += 1
            }
        }
        if present & 0x40 != 0 {
            baseLayerIndex = try bytes.bigEndian(UInt8.self, at: length)
            length += 1
        }
        if present & 0x30 != 0 {
            let layer = try bytes.bigEndian(UInt8.self, at: length)
            if present & 0x20 != 0 {
                temporalLayer = layer >> 6
                isLayerSync = layer & 0x20 != 0
            }
            if present & 0x10 != 0 { keyIndex = layer & 0x1F }
            length += 1
        }
    }

    /// The picture's size in pixels, which the first packet of a key frame tells (RFC 6386 §9.1).
    ///
    /// - Parameters:
    ///   - datagram: What this descriptor was read from.
    ///   - payload: The range that it was read from.
    /// - Returns: `nil` for other packets and where the start code 9d 01 2a is not in its place.
    package func frameSize(in datagram: borrowing RawSpan, payload: Range<Int>) -> (width: Int, height: Int)? {
        guard isKeyframeStart, let bytes = try? datagram.checkedExtracting(payload),
            let startCode = try? bytes.bigEndian(UInt32.self, at: length + 2), startCode & 0x00FF_FFFF == 0x9D012A,
            let size = try? bytes.bigEndian(UInt32.self, at: length + 6)
        else { return nil }
        // Two little-endian fields of 14 bits of size and 2 of scaling.
        let width = UInt16(truncatingIfNeeded: size >> 16).byteSwapped & 0x3FFF
        let height = UInt16(truncatingIfNeeded: size).byteSwapped & 0x3FFF
        return (Int(width), Int(height))
    }
}
