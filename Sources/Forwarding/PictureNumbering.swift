package import RTP
package import Wire

/// VP8's running numbers in the one form that leaves the bridge: 15-bit picture id, TL0PICIDX, TID/KEYIDX
/// (RFC 7741 §4.2).
///
/// A receiver that meets mixed forms on one stream freezes, so what a source lacks is made up here, once per packet.
package struct PictureNumbers: Equatable, Sendable {
    /// 15 bits.
    package var pictureID: UInt16
    /// TL0PICIDX: counts the pictures of the lowest temporal layer.
    package var baseLayerIndex: UInt8
    /// The octet of TID (2 bits), Y (1 bit) and KEYIDX (5 bits).
    package var layerAndKey: UInt8
    /// The descriptor's N and S bits and partition number, as the source sent them.
    package var firstByte: UInt8

    package init(pictureID: UInt16, baseLayerIndex: UInt8, layerAndKey: UInt8, firstByte: UInt8) {
        self.pictureID = pictureID
        self.baseLayerIndex = baseLayerIndex
        self.layerAndKey = layerAndKey
        self.firstByte = firstByte
    }
}

/// Gives the packets of one VP8 source their ``PictureNumbers``.
///
/// A pure function of the packet once a picture is known: all packets of a picture, late and repaired ones too, get
/// the same numbers. Pictures are told apart by their timestamps; the last 32 are remembered.
package struct PictureNumbering: Sendable {
    private struct Picture {
        var timestamp: UInt32 = 0
        var number: UInt16 = 0
        var known = false
    }

    private var recent: [32 of Picture] = .init(repeating: Picture())
    private var cursor = 0
    private var newest: (timestamp: UInt32, number: UInt16)?

    package init() {}

    /// The numbers of a packet of the picture at `timestamp` whose descriptor is `descriptor`.
    package mutating func numbers(of descriptor: VP8Descriptor, timestamp: UInt32) -> PictureNumbers {
        let number = pictureNumber(of: descriptor, timestamp: timestamp)
        let firstByte =
            (descriptor.isNonReference ? 0x20 : 0) | (descriptor.startsPartition ? 0x10 : 0)
            | (descriptor.partition & 0x07)
        guard let baseLayerIndex = descriptor.baseLayerIndex else {
            // Without layers each picture is one of the base layer.
            return PictureNumbers(
                pictureID: number & 0x7FFF, baseLayerIndex: UInt8(truncatingIfNeeded: number), layerAndKey: 0,
                firstByte: firstByte)
        }
        let temporal = (descriptor.temporalLayer ?? 0) & 0x03
        let layerAndKey = temporal << 6 | (descriptor.isLayerSync ? 0x20 : 0) | ((descriptor.keyIndex ?? 0) & 0x1F)
        return PictureNumbers(
            pictureID: number & 0x7FFF, baseLayerIndex: baseLayerIndex, layerAndKey: layerAndKey, firstByte: firstByte)
    }

    private mutating func pictureNumber(of descriptor: VP8Descriptor, timestamp: UInt32) -> UInt16 {
        if let id = descriptor.pictureID, descriptor.hasLongPictureID { return id }
        for index in recent.indices where recent[index].known && recent[index].timestamp == timestamp {
            return recent[index].number
        }
        guard let newest else { return remember(timestamp, number: descriptor.pictureID ?? 0) }
        // A short id counts modulo 128: take the full number nearest to the newest one. Without any id, one more for
        // a newer picture, one less for an older one that had been missed.
        let step: Int
        if let id = descriptor.pictureID {
            step = Int(Int8(bitPattern: UInt8(truncatingIfNeeded: (id &- newest.number) & 0x7F) << 1)) >> 1
        } else {
            step = Int32(bitPattern: timestamp &- newest.timestamp) > 0 ? 1 : -1
        }
        return remember(timestamp, number: newest.number &+ UInt16(truncatingIfNeeded: step))
    }

    private mutating func remember(_ timestamp: UInt32, number: UInt16) -> UInt16 {
        recent[cursor] = Picture(timestamp: timestamp, number: number, known: true)
        cursor = (cursor + 1) % recent.count
        if let newest, Int32(bitPattern: timestamp &- newest.timestamp) <= 0 { return number }
        newest = (timestamp, number)
        return number
    }
}

extension PictureNumbers {
    /// Bytes of the canonical descriptor.
    package static let length = VP8Descriptor.canonicalLength

    /// Writes the canonical descriptor: X, I with M, L, T and K all set (RFC 7741 §4.2).
    ///
    /// - Throws: ``ParseError/truncated(offset:needed:available:)`` when there is no room; nothing has changed then.
    package func write(to packet: inout MutableRawSpan, at offset: Int) throws(ParseError) {
        // First the field that fails on a short packet.
        try packet.storeBigEndian(UInt16(baseLayerIndex) << 8 | UInt16(layerAndKey), at: offset &+ 4)
        let head = UInt32(0x80 | firstByte) << 24 | 0x00F0_8000 | UInt32(pictureID & 0x7FFF)
        try packet.storeBigEndian(head, at: offset)
    }
}
