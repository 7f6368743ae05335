extension RawSpan {
    /// Reads a big-endian (network order) integer.
    ///
    /// - Parameters:
    ///   - type: The integer's type; its size is what is read.
    ///   - offset: Where it starts, in bytes from the start of the span.
    /// - Returns: The integer in the machine's own order.
    /// - Throws: ``ParseError/truncated(offset:needed:available:)`` when it would end past the span.
    @inlinable
    package func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type, at offset: Int
    ) throws(ParseError) -> T {
        let width = MemoryLayout<T>.size
        guard offset >= 0, offset <= byteCount - width else {
            throw .truncated(offset: offset, needed: width, available: byteCount)
        }
        return T(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// The bytes of `range`, checked.
    ///
    /// - Throws: ``ParseError/truncated(offset:needed:available:)`` when `range` does not lie within the span.
    @inlinable
    @_lifetime(copy self)
    package func checkedExtracting(_ range: Range<Int>) throws(ParseError) -> RawSpan {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else {
            throw .truncated(offset: range.lowerBound, needed: range.count, available: byteCount)
        }
        return extracting(range)
    }

    /// Copies the span's bytes; for the slow paths only.
    package var array: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}

extension MutableRawSpan {
    /// Writes a big-endian (network order) integer.
    ///
    /// - Parameters:
    ///   - value: The integer; its size is what is written.
    ///   - offset: Where it starts, in bytes from the start of the span.
    /// - Throws: ``ParseError/truncated(offset:needed:available:)`` when it would end past the span; nothing has
    ///   changed then.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func storeBigEndian<T: FixedWidthInteger & BitwiseCopyable>(
        _ value: T, at offset: Int
    ) throws(ParseError) {
        let width = MemoryLayout<T>.size
        guard offset >= 0, offset <= byteCount - width else {
            throw .truncated(offset: offset, needed: width, available: byteCount)
        }
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
    }

    /// Copies `source` to `offset`.
    ///
    /// - Throws: ``ParseError/truncated(offset:needed:available:)`` when it would end past the span; nothing has
    ///   changed then.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func copy(_ source: borrowing RawSpan, at offset: Int) throws(ParseError) {
        let count = source.byteCount
        guard offset >= 0, offset <= byteCount - count else {
            throw .truncated(offset: offset, needed: count, available: byteCount)
        }
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { bytes in
                guard let from = bytes.baseAddress, let to = target.baseAddress else { return }
                unsafe to.advanced(by: offset).copyMemory(from: from, byteCount: count)
            }
        }
    }
}
