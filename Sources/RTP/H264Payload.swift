package import Wire

/// What the first bytes of an H.264 payload tell (RFC 6184 §5.2 … §5.8, packetization-mode 1).
package struct H264Payload: Equatable, Sendable {
    /// How NAL units lie in the packet.
    package enum Structure: Equatable, Sendable {
        /// One unit.
        case single
        /// STAP-A: several units, each behind its 16-bit length.
        case aggregate
        /// FU-A: a piece of one unit, and whether it is the first or the last.
        case fragment(isStart: Bool, isEnd: Bool)
    }

    package var structure: Structure
    /// The type of the unit, of the fragmented unit, or of the first one in an aggregate; 1 … 23.
    package var unitType: UInt8
    /// Whether a decoder can start with this packet: it holds an SPS or an IDR slice, or starts a fragmented one.
    package var isKeyframeStart: Bool
    /// The sequence parameter set in the packet, its header byte first.
    package var sequenceParameterSet: Range<Int>?

    private static let idrSlice: UInt8 = 5
    private static let sequenceParameters: UInt8 = 7
    private static let aggregateType: UInt8 = 24
    private static let fragmentType: UInt8 = 28

    /// Reads the start of `payload`, and of an aggregate every unit's header.
    ///
    /// - Throws: ``ParseError`` when it is cut short, an inner length does not fit, or the type is none of
    ///   packetization-mode 1 (§6.3).
    package init(parsing datagram: borrowing RawSpan, payload: Range<Int>) throws(ParseError) {
        let bytes = try datagram.checkedExtracting(payload)
        let type = try bytes.bigEndian(UInt8.self, at: 0) & 0x1F
        switch type {
        case 1...23:
            structure = .single
            unitType = type
            isKeyframeStart = type == Self.idrSlice || type == Self.sequenceParameters
            if type == Self.sequenceParameters { sequenceParameterSet = payload }
        case Self.aggregateType:
            structure = .aggregate
            unitType = 0
            isKeyframeStart = false
            try readAggregate(bytes, at: payload.lowerBound)
        case Self.fragmentType:
            let header = try bytes.bigEndian(UInt8.self, at: 1)
            let isStart = header & 0x80 != 0
            structure = .fragment(isStart: isStart, isEnd: header & 0x40 != 0)
            unitType = header & 0x1F
            isKeyframeStart = isStart && unitType == Self.idrSlice
        default:
            throw .invalid(field: "NAL unit type", value: Int(type))
        }
    }

    /// Walks the units of a STAP-A (§5.7.1); each step goes on by three bytes at least.
    private mutating func readAggregate(_ bytes: borrowing RawSpan, at start: Int) throws(ParseError) {
        var offset = 1
        repeat {
            let length = Int(try bytes.bigEndian(UInt16.self, at: offset))
            let unit = offset + 2..<offset + 2 + length
            guard length > 0 else { throw .invalid(field: "NAL unit size", value: 0) }
            guard unit.upperBound <= bytes.byteCount else {
                throw .truncated(offset: unit.lowerBound, needed: length, available: bytes.byteCount)
            }
            let type = try bytes.bigEndian(UInt8.self, at: unit.lowerBound) & 0x1F
            if unitType == 0 { unitType = type }
            if type == Self.sequenceParameters, sequenceParameterSet == nil {
                sequenceParameterSet = start + unit.lowerBound..<start + unit.upperBound
            }
            if type == Self.idrSlice || type == Self.sequenceParameters { isKeyframeStart = true }
            offset = unit.upperBound
        } while offset < bytes.byteCount
    }

    /// The 24 bits of `profile-level-id` (§8.1) that the packet's SPS names; `nil` where it has none.
    package func profileLevelID(in datagram: borrowing RawSpan) -> UInt32? {
        guard let sequenceParameterSet, sequenceParameterSet.count >= 4,
            let word = try? datagram.bigEndian(UInt32.self, at: sequenceParameterSet.lowerBound)
        else { return nil }
        return word & 0x00FF_FFFF
    }
}
