import Testing
import Wire

@Suite("Big-endian reading and writing")
struct BigEndianTests {
    private let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    private func read<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) throws(ParseError) -> T {
        try bytes.span.bytes.bigEndian(type, at: offset)
    }

    @Test("reads network order at any offset, also an odd one")
    func reads() throws {
        #expect(try read(UInt16.self, at: 0) == 0x0102)
        #expect(try read(UInt32.self, at: 1) == 0x0203_0405)
        #expect(try read(UInt64.self, at: 0) == 0x0102_0304_0506_0708)
    }

    @Test("refuses what would end past the span or begins before it", arguments: [-1, Int.min, 5, 8, Int.max])
    func refuses(offset: Int) {
        #expect(throws: ParseError.truncated(offset: offset, needed: 4, available: 8)) {
            try read(UInt32.self, at: offset)
        }
    }

    @Test("a write that does not fit changes nothing")
    func writes() {
        var buffer: [UInt8] = [0, 0, 0]
        func store(_ value: UInt16, at offset: Int) throws(ParseError) {
            var span = buffer.mutableSpan
            var bytes = span.mutableBytes
            try bytes.storeBigEndian(value, at: offset)
        }
        #expect(throws: ParseError.truncated(offset: 2, needed: 2, available: 3)) { try store(0xABCD, at: 2) }
        #expect(buffer == [0, 0, 0])
        #expect(throws: Never.self) { try store(0xABCD, at: 1) }
        #expect(buffer == [0, 0xAB, 0xCD])
    }

    @Test("a range is checked before it is taken", arguments: [-1..<2, 0..<9, 8..<9, 7..<8, 8..<8])
    func ranges(range: Range<Int>) {
        let isInside = range.lowerBound >= 0 && range.upperBound <= 8
        func count() -> Int? { (try? bytes.span.bytes.checkedExtracting(range))?.byteCount }
        let found = count()
        #expect(found == (isInside ? range.count : nil))
    }
}
