import CZlib

/// Compresses to raw DEFLATE (RFC 1951), in pieces that can be joined.
///
/// A piece begins and ends at a byte boundary, refers to nothing in front of it, and does not end the stream: pieces put
/// side by side are one stream, which stands for their contents side by side. So what many receivers have in common is
/// compressed once.
package enum Deflater {
    /// Ours, measured on rosters of 3,321 lines: 12 : 1 in 4 ms; level 6 gives 14 : 1 in 7 ms.
    private static let level: Int32 = 4

    /// What every piece ends with: the length and its complement of an empty stored block (RFC 1951 §3.2.4).
    package static let ending: [UInt8] = [0, 0, 0xFF, 0xFF]

    /// `content`, compressed; at most a few bytes longer than it.
    ///
    /// - Returns: A piece, which ends with ``ending``. Without memory for zlib's 256 KiB it is the stored one.
    package static func piece(of content: [UInt8]) -> [UInt8] { compress(content) ?? storedPiece(of: content) }

    /// `content` as it is, in stored blocks: the length of a piece tells nothing about what is in it.
    ///
    /// - Returns: A piece, which ends with ``ending``.
    package static func storedPiece(of content: [UInt8]) -> [UInt8] {
        var piece: [UInt8] = []
        piece.reserveCapacity(content.count + 5 * (content.count / 0xFFFF + 2))
        for start in stride(from: 0, to: content.count, by: 0xFFFF) {
            let block = content[start...].prefix(0xFFFF)
            let count = UInt16(block.count)  // In range: a block is at most that long.
            appendHead(of: count, to: &piece)
            piece += block
        }
        appendHead(of: 0, to: &piece)
        return piece
    }

    /// Block type 00 and the padding to the byte; then the length and its complement, low byte first.
    private static func appendHead(of count: UInt16, to piece: inout [UInt8]) {
        let low = UInt8(count & 0xFF)
        let high = UInt8(count >> 8)
        piece += [0, low, high, ~low, ~high]
    }

    private static func compress(_ content: [UInt8]) -> [UInt8]? {
        guard content.count < Int32.max, let stream = ZlibStream(.deflating(level: level)) else { return nil }
        // What zlib may need, and what the flush adds.
        let room = unsafe Int(deflateBound(stream.pointer, uLong(content.count))) + 16
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { output in
            let result = unsafe content.withUnsafeBufferPointer { input in
                unsafe stream.pointer.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.pointer.pointee.avail_in = UInt32(input.count)
                unsafe stream.pointer.pointee.next_out = output.baseAddress
                unsafe stream.pointer.pointee.avail_out = UInt32(clamping: room)
                return unsafe deflate(stream.pointer, Z_SYNC_FLUSH)
            }
            let left = unsafe stream.pointer.pointee.avail_in
            let rest = unsafe Int(stream.pointer.pointee.avail_out)
            guard result == Z_OK, left == 0, rest > 0 else { return nil }  // Full: the flush may lack its end.
            return unsafe Array(output[..<(room - rest)])
        }
    }
}
