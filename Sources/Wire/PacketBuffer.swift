/// Raw memory of a fixed size that vends spans: receive buffers, packet stores, scratch space.
///
/// Allocated once, zero-filled, and never moved.
@safe @usableFromInline
package struct PacketBuffer: ~Copyable {
    @usableFromInline let base: UnsafeMutableRawPointer
    @usableFromInline package let capacity: Int

    /// - Parameter capacity: In bytes; at least 1.
    package init(capacity: Int) {
        precondition(capacity > 0, "a buffer of no bytes is of no use")
        let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: capacity)
        unsafe base = memory
        self.capacity = capacity
    }

    deinit { unsafe base.deallocate() }

    /// The bytes of `range`, to read.
    @inlinable
    @_lifetime(borrow self)
    package func bytes(_ range: Range<Int>) -> RawSpan {
        precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "range outside the buffer")
        let span = unsafe RawSpan(_unsafeStart: base + range.lowerBound, byteCount: range.count)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// Calls `body` with the bytes of `range`: for buffers that are properties of classes, whose spans may not escape.
    @inlinable
    package func withBytes<Result>(_ range: Range<Int>, _ body: (borrowing RawSpan) -> Result) -> Result {
        body(bytes(range))
    }

    /// The bytes of `range`, to write.
    @inlinable
    @_lifetime(&self)
    package mutating func mutableBytes(_ range: Range<Int>) -> MutableRawSpan {
        precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "range outside the buffer")
        let span = unsafe MutableRawSpan(_unsafeStart: base + range.lowerBound, byteCount: range.count)
        return unsafe _overrideLifetime(span, mutating: &self)
    }
}
