package import Wire

extension VP8Descriptor {
    /// The bytes of the one form in which we send descriptors.
    package static let canonicalLength = 6

    /// Writes the canonical form: every field present, the PictureID 15 bits wide.
    ///
    /// A receiver that meets several forms on one stream may freeze, and a slot carries sources of several; so all
    /// leave in this one. N, S and PID are kept, the reserved bits are clear.
    ///
    /// - Parameters:
    ///   - packet: Where to; ``canonicalLength`` bytes are written.
    ///   - offset: Where the RTP payload starts.
    ///   - pictureID: Only its lower 15 bits count.
    ///   - baseLayerIndex: TL0PICIDX.
    ///   - temporalLayer: TID; only its lower 2 bits count.
    ///   - isLayerSync: Y.
    ///   - keyIndex: KEYIDX; only its lower 5 bits count.
    /// - Throws: ``ParseError/truncated(offset:needed:available:)`` when it does not fit; nothing has changed then.
    package func writeCanonical(
        to packet: inout MutableRawSpan, at offset: Int,
        pictureID: UInt16, baseLayerIndex: UInt8, temporalLayer: UInt8, isLayerSync: Bool, keyIndex: UInt8
    ) throws(ParseError) {
        let first = 0x80 | (isNonReference ? 0x20 : 0) | (startsPartition ? 0x10 : 0) | partition & 0x07
        let layers = (temporalLayer & 0x03) << 6 | (isLayerSync ? 0x20 : 0) | keyIndex & 0x1F
        let tail = UInt16(baseLayerIndex) << 8 | UInt16(layers)
        try packet.storeBigEndian(tail, at: offset &+ 4)  // First: the one that fails on a short packet.
        try packet.storeBigEndian(UInt32(first) << 24 | 0x00F0_8000 | UInt32(pictureID & 0x7FFF), at: offset)
    }
}
