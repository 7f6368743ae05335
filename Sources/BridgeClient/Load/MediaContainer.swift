/// What comes out of a coder's pipe, taken apart: IVF for pictures, Ogg for sound (RFC 3533).
enum MediaContainer {
    /// The frames of an IVF file; what is cut off at its end is left out.
    static func ivfFrames(_ file: [UInt8]) -> [ArraySlice<UInt8>] {
        guard file.starts(with: "DKIF".utf8), let headerLength = littleEndian(file, at: 6, bytes: 2) else { return [] }
        var frames: [ArraySlice<UInt8>] = []
        var offset = headerLength
        // Each frame: 4 bytes of size, 8 of time stamp.
        while let size = littleEndian(file, at: offset, bytes: 4), size > 0, offset + 12 + size <= file.count {
            frames.append(file[offset + 12..<offset + 12 + size])
            offset += 12 + size
        }
        return frames
    }

    /// The Opus packets of an Ogg file of one stream, without its two head packets (RFC 7845 §3).
    static func opusPackets(_ file: [UInt8]) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var packet: [UInt8] = []
        var offset = 0
        while offset + 27 <= file.count, file[offset..<offset + 4].elementsEqual("OggS".utf8) {
            let segments = Int(file[offset + 26])
            var position = offset + 27 + segments
            guard position <= file.count else { break }
            for size in file[offset + 27..<position] {
                guard position + Int(size) <= file.count else { return Array(packets.dropFirst(2)) }
                packet += file[position..<position + Int(size)]
                position += Int(size)
                if size < 255 {
                    packets.append(packet)
                    packet = []
                }
            }
            offset = position
        }
        return Array(packets.dropFirst(2))
    }

    private static func littleEndian(_ file: [UInt8], at offset: Int, bytes: Int) -> Int? {
        guard offset >= 0, offset + bytes <= file.count else { return nil }
        return file[offset..<offset + bytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
