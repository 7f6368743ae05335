import Wire

/// One input of the fuzzer, taken apart from the front.
///
/// It never fails: an input that has come to its end goes on as zeros and empty pieces, so that every input means
/// something to every harness, and one that is cut short means nearly the same as before.
package struct FuzzInput {
    private let bytes: [UInt8]
    private var position = 0

    /// - Parameters:
    ///   - start: As `LLVMFuzzerTestOneInput` gets it; may be `nil` when `count` is 0.
    ///   - count: In bytes.
    package init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        bytes = Array(UnsafeBufferPointer(start: start, count: count))
    }

    package var isEmpty: Bool { position >= bytes.count }

    package mutating func byte() -> UInt8 { take(1).first ?? 0 }

    /// A big-endian integer.
    package mutating func number<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T {
        take(MemoryLayout<T>.size).reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }

    /// A piece behind its length: one byte, or 0xFF and two more.
    package mutating func piece() -> [UInt8] {
        let first = Int(byte())
        return take(first < 0xFF ? first : Int(number(UInt16.self)))
    }

    /// All that is left.
    package mutating func rest() -> [UInt8] { take(bytes.count) }

    private mutating func take(_ count: Int) -> [UInt8] {
        let start = position
        position = min(start + count, bytes.count)
        return Array(bytes[start..<position])
    }
}

/// Gives `body` a copy of `bytes` to change, in memory of exactly that size: the address sanitizer sees one byte more.
package func withDatagram(_ bytes: [UInt8], _ body: (inout MutableRawSpan) -> Void) {
    var buffer = PacketBuffer(capacity: max(bytes.count, 1))
    var datagram = buffer.mutableBytes(0..<bytes.count)
    try? datagram.copy(bytes.span.bytes, at: 0)
    body(&datagram)
}

/// Ends the run with a crash that names what does not hold.
package func expect(_ condition: Bool, _ what: StaticString) {
    guard condition else { fatalError("broken: \(what)") }
}

/// Ends the run with a crash when a range does not lie within `count` bytes.
package func expect(_ range: Range<Int>?, within count: Int, _ what: StaticString) {
    guard let range else { return }
    expect(range.lowerBound >= 0 && range.upperBound <= count, what)
}
