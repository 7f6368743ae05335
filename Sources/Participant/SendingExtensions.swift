import RTP
import Wire

/// The header extension of one stream that we send: mid, for simulcast the layer's name, for sound the level
/// (RFC 8285, RFC 9143 §15, RFC 8852, RFC 6464).
///
/// Laid out once, kept inline; only the level's byte differs from packet to packet.
struct SendingExtensions {
    static let maximumLength = 64

    private var words: [16 of UInt32] = InlineArray(repeating: 0)
    /// A multiple of 4; 0 when there is nothing to say.
    private(set) var byteCount = 0
    private var levelOffset: Int?

    /// Lays out the extension; what does not fit into ``maximumLength`` is left out.
    ///
    /// - Parameters:
    ///   - texts: Ids, 1 … 255, and their texts.
    ///   - levelID: The audio level's id.
    init(texts: [(id: UInt8?, text: String)], levelID: UInt8?) {
        let elements = texts.compactMap { entry in entry.id.map { (id: $0, text: entry.text) } }
            .filter { !$0.text.isEmpty && $0.text.utf8.count <= 16 }
        let isTwoByte = max(elements.map(\.id).max() ?? 0, levelID ?? 0) > 14
        guard !elements.isEmpty || levelID != nil else { return }
        var offset = 4
        if let levelID {
            putHeader(id: levelID, length: 1, isTwoByte: isTwoByte, at: &offset)
            levelOffset = offset
            put(AudioLevel.silent.byte, at: offset)
            offset += 1
        }
        for element in elements where offset + 2 + element.text.utf8.count <= Self.maximumLength {
            putHeader(id: element.id, length: element.text.utf8.count, isTwoByte: isTwoByte, at: &offset)
            for byte in element.text.utf8 {
                put(byte, at: offset)
                offset += 1
            }
        }
        byteCount = (offset + 3) / 4 * 4
        words[0] = (isTwoByte ? 0x1000_0000 : 0xBEDE_0000) | UInt32(byteCount / 4 - 1)
    }

    mutating func set(_ level: AudioLevel) {
        if let levelOffset { put(level.byte, at: levelOffset) }
    }

    /// Writes the extension behind the fixed header and returns the offset behind it.
    func write(to packet: inout MutableRawSpan) throws(ParseError) -> Int {
        for index in 0..<byteCount / 4 {
            try packet.storeBigEndian(words[index], at: RTPHeader.fixedLength + 4 * index)
        }
        return RTPHeader.fixedLength + byteCount
    }

    private mutating func putHeader(id: UInt8, length: Int, isTwoByte: Bool, at offset: inout Int) {
        if isTwoByte {
            put(id, at: offset)
            put(UInt8(length), at: offset + 1)  // At most 16: checked before.
            offset += 2
        } else {
            put(id << 4 | UInt8(length - 1), at: offset)
            offset += 1
        }
    }

    private mutating func put(_ byte: UInt8, at offset: Int) {
        let shift = UInt32(24 - 8 * (offset % 4))
        words[offset / 4] = words[offset / 4] & ~(0xFF << shift) | UInt32(byte) << shift
    }
}
