package import Wire

/// The header extension that every packet of one slot carries: mid and, for sound, the audio level (RFC 8285).
///
/// Made once a slot and of constant size for as long as the slot lives; only the level's byte differs from packet to
/// packet. Kept inline, in words, so that writing it is a few stores.
package struct ExtensionBlock: Equatable, Sendable {
    /// The most bytes that a block may have, its four bytes of profile and length among them.
    package static let maximumLength = 32

    private var words: [8 of UInt32] = InlineArray(repeating: 0)
    /// The block's size in bytes: a multiple of 4, 0 when there is nothing to say (the X bit stays clear then).
    package private(set) var byteCount = 0
    /// Where the audio level's byte lies.
    private var levelOffset: Int?

    /// The block of a receiver that negotiated no extension.
    package init() {}

    /// Lays out a block; with the one-byte form where the ids (1 … 14) and lengths (1 … 16) allow, else the two-byte one.
    ///
    /// Gives `nil` when an id is 0, the mid is empty, or it does not fit into ``maximumLength``.
    ///
    /// - Parameters:
    ///   - mid: The receiver's id for the mid extension and the section's mid; up to 23 bytes always fit.
    ///   - audioLevelID: The receiver's id for the audio level extension.
    package init?(mid: (id: UInt8, text: String)?, audioLevelID: UInt8?) {
        guard mid?.id != 0, audioLevelID != 0, mid?.text.isEmpty != true else { return nil }
        guard mid != nil || audioLevelID != nil else { return }
        let isTwoByte = max(mid?.id ?? 0, audioLevelID ?? 0) > 14 || (mid?.text.utf8.count ?? 0) > 16
        let elementHeader = isTwoByte ? 2 : 1
        let body = (mid.map { elementHeader + $0.text.utf8.count } ?? 0) + (audioLevelID == nil ? 0 : elementHeader + 1)
        let length = 4 + (body + 3) / 4 * 4
        guard length <= Self.maximumLength else { return nil }

        byteCount = length
        words[0] = (isTwoByte ? 0x1000_0000 : 0xBEDE_0000) | UInt32(length / 4 - 1)
        var offset = 4
        if let audioLevelID {
            putElementHeader(id: audioLevelID, length: 1, isTwoByte: isTwoByte, at: &offset)
            levelOffset = offset
            put(AudioLevel.silent.byte, at: offset)
            offset += 1
        }
        if let mid {
            putElementHeader(id: mid.id, length: mid.text.utf8.count, isTwoByte: isTwoByte, at: &offset)
            for byte in mid.text.utf8 {
                put(byte, at: offset)
                offset += 1
            }
        }
    }

    package static func == (lhs: ExtensionBlock, rhs: ExtensionBlock) -> Bool {
        guard lhs.byteCount == rhs.byteCount, lhs.levelOffset == rhs.levelOffset else { return false }
        return lhs.words.indices.allSatisfy { lhs.words[$0] == rhs.words[$0] }
    }

    /// Sets the level that packets carry from now on; of no effect on a block without that extension.
    package mutating func set(_ level: AudioLevel) {
        guard let levelOffset else { return }
        put(level.byte, at: levelOffset)
    }

    /// Writes the block behind a packet's fixed header.
    ///
    /// - Returns: The offset behind it.
    /// - Throws: ``ParseError/truncated(offset:needed:available:)`` when it does not fit; nothing has changed then.
    @discardableResult
    package func write(
        to packet: inout MutableRawSpan, at offset: Int = RTPHeader.fixedLength
    ) throws(ParseError) -> Int {
        guard offset >= 0, offset <= packet.byteCount - byteCount else {
            throw .truncated(offset: offset, needed: byteCount, available: packet.byteCount)
        }
        for index in 0..<byteCount / 4 { try packet.storeBigEndian(words[index], at: offset + 4 * index) }
        return offset + byteCount
    }

    private mutating func putElementHeader(id: UInt8, length: Int, isTwoByte: Bool, at offset: inout Int) {
        if isTwoByte {
            put(id, at: offset)
            put(UInt8(length), at: offset + 1)  // At most 26: checked before.
            offset += 2
        } else {
            put(id << 4 | UInt8(length - 1), at: offset)
            offset += 1
        }
    }

    private mutating func put(_ byte: UInt8, at offset: Int) {
        let shift = 24 - 8 * (offset % 4)
        words[offset / 4] = words[offset / 4] & ~(0xFF << UInt32(shift)) | UInt32(byte) << UInt32(shift)
    }
}
