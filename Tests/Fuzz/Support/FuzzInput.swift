package import Wire

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
        bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }

    package var isEmpty: Bool { position >= bytes.count }

    package mutating func byte() -> UInt8 { take(1).first ?? 0 }

    /// A big-endian integer.
    package mutating func number<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T {
        take(MemoryLayout<T>.size).reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }

    /// A piece behind its length in one byte, or in two from 0xFF00 on: an input of short pieces needs few bytes.
    package mutating func piece() -> [UInt8] {
        let first = Int(byte())
        return take(first < 0xFF ? first : Int(number(UInt16.self)))
    }

    /// All that is left.
    package mutating func rest() -> [UInt8] { take(bytes.count) }

    private mutating func take(_ count: Int) -> [UInt8] {
        let end = min(position + count, bytes.count)
        defer { position = end }
        return Array(bytes[min(position, end)..<end])
    }
}

/// Gives `body` a copy of `bytes` to change, in memory of exactly that size: the address sanitizer sees one byte more.
package func withDatagram(_ bytes: [UInt8], _ body: (inout MutableRawSpan) -> Void) {
    guard !bytes.isEmpty else {
        var none = MutableRawSpan()
        return body(&none)
    }
    var buffer = PacketBuffer(capacity: bytes.count)
    var datagram = buffer.mutableBytes(0..<bytes.count)
    // As long as the buffer: it can't fail.
    try? datagram.copy(unsafe bytes.span.bytes, at: 0)
    body(&datagram)
}

/// Ends the run with a crash that names what does not hold.
package func expect(_ condition: Bool, _ what: StaticString) {
    guard condition else { fatalError("broken: \(what)") }
}
