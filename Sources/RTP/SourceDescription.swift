package import Units
package import Wire

/// SDES: names of sources, of which we read the canonical one (RFC 3550 §6.5).
package struct SourceDescription: Equatable, Sendable {
    /// A source and where its CNAME's UTF-8 text lies in the datagram.
    package struct CanonicalName: Equatable, Sendable {
        package var ssrc: SSRC
        package var text: Range<Int>
    }

    /// CNAME (§6.5.1); 0 ends a chunk.
    static let canonicalNameType: UInt8 = 1

    private let end: Int
    private var position: Int
    private var chunksLeft: Int

    init(chunks: Range<Int>, count: Int) {
        position = chunks.lowerBound
        end = chunks.upperBound
        chunksLeft = count
    }

    /// The next chunk that has a CNAME; `nil` behind the last.
    ///
    /// - Throws: ``ParseError`` when a chunk or item runs over the packet's end.
    package mutating func next(in datagram: borrowing RawSpan) throws(ParseError) -> CanonicalName? {
        while chunksLeft > 0 {
            chunksLeft -= 1
            let ssrc = SSRC(rawValue: try datagram.bigEndian(UInt32.self, at: position))
            position += 4
            if let text = try readItems(in: datagram) { return CanonicalName(ssrc: ssrc, text: text) }
        }
        return nil
    }

    /// Goes through the items of one chunk to the 32-bit boundary behind them, and returns the first CNAME's text.
    private mutating func readItems(in datagram: borrowing RawSpan) throws(ParseError) -> Range<Int>? {
        let start = position
        var name: Range<Int>?
        while position < end {
            let type = try datagram.bigEndian(UInt8.self, at: position)
            position += 1
            if type == 0 {
                position += (start - position) & 3
                guard position <= end else { break }
                return name
            }
            let length = Int(try datagram.bigEndian(UInt8.self, at: position))
            let text = position + 1..<position + 1 + length
            guard text.upperBound <= end else { break }
            if type == Self.canonicalNameType, name == nil { name = text }
            position = text.upperBound
        }
        throw .truncated(offset: start, needed: position - start + 1, available: end - start)
    }
}
