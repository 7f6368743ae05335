import CZlib

/// Decompresses raw DEFLATE (RFC 1951) that may be anything.
package enum Inflater {
    package enum Failure: Error, Equatable, Sendable {
        /// It is no DEFLATE, or ends within a block.
        case malformed
        /// It stands for more than was allowed; decompressing stopped there.
        case tooLong
        case noMemory
    }

    private static let chunk = 16_384

    /// What `bytes` stand for.
    ///
    /// Nothing is kept: each call allocates zlib's 40 KiB, and 16 KiB on the stack.
    ///
    /// - Parameters:
    ///   - bytes: Whole blocks, of which the last ends at a byte boundary. Blocks may follow one that is marked as the
    ///     last (RFC 7692 §7.2.3.4); they don't refer to anything in front of it.
    ///   - limit: The most bytes that come out.
    /// - Returns: At most that many bytes.
    /// - Throws: ``Failure``.
    package static func inflate(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        guard let stream = ZlibStream(.inflating), bytes.count < Int32.max else { throw .noMemory }
        var output: [UInt8] = []
        let failure = unsafe bytes.withUnsafeBufferPointer { input in
            unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: chunk) { part in
                unsafe stream.pointer.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.pointer.pointee.avail_in = UInt32(input.count)
                return unsafe run(stream.pointer, limit, through: part, into: &output)
            }
        }
        if let failure { throw failure }
        return output
    }

    /// Takes all of the stream's input.
    private static func run(
        _ stream: UnsafeMutablePointer<z_stream>, _ limit: Int, through part: UnsafeMutableBufferPointer<UInt8>,
        into output: inout [UInt8]
    ) -> Failure? {
        while true {
            unsafe stream.pointee.next_out = part.baseAddress
            unsafe stream.pointee.avail_out = UInt32(part.count)
            let result = unsafe CZlib.inflate(stream, Z_SYNC_FLUSH)
            let rest = unsafe Int(stream.pointee.avail_out)
            unsafe output.append(contentsOf: part[..<(part.count - rest)])
            guard output.count <= limit else { return .tooLong }
            switch result {
            case Z_OK, Z_BUF_ERROR:
                // Asked once more zlib would forget that it is between blocks.
                if unsafe isBetweenBlocks(stream) { return nil }
                guard result == Z_OK, rest == 0 else { return .malformed }
            case Z_STREAM_END:
                if unsafe stream.pointee.avail_in == 0 { return nil }
                guard unsafe inflateReset(stream) == Z_OK else { return .malformed }
            case Z_MEM_ERROR: return .noMemory
            default: return .malformed
            }
        }
    }

    /// Whether the input ended behind a whole block and without bits left over: zlib.h, at `inflate`, says how it is
    /// told.
    private static func isBetweenBlocks(_ stream: UnsafeMutablePointer<z_stream>) -> Bool {
        unsafe stream.pointee.avail_in == 0 && stream.pointee.data_type == 128
    }
}
