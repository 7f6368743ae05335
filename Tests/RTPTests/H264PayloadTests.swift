import RTP
import Testing
import Units
import Wire

@Suite("H264Payload")
struct H264PayloadTests {
    /// Constrained baseline, level 3.1.
    static let parameters: [UInt8] = [0x67, 0x42, 0xE0, 0x1F, 0xDA]
    static let pictureParameters: [UInt8] = [0x68, 0xCE]
    static let aggregate: [UInt8] = [0x78, 0, 5] + parameters + [0, 2] + pictureParameters

    private func parse(_ bytes: [UInt8], at offset: Int = 0) throws(ParseError) -> H264Payload {
        try H264Payload(parsing: bytes.span.bytes, payload: offset..<bytes.count)
    }

    @Test(
        "single units: IDR slices and SPS start a picture",
        arguments: [
            (0x65, 5, true), (0x67, 7, true), (0x41, 1, false), (0x68, 8, false), (0x06, 6, false), (0x09, 9, false),
        ]
            as [(UInt8, UInt8, Bool)])
    func single(header: UInt8, type: UInt8, isKeyframe: Bool) throws {
        let payload = try parse([header, 1, 2])
        #expect(payload.structure == .single)
        #expect(payload.unitType == type)
        #expect(payload.isKeyframeStart == isKeyframe)
    }

    @Test(
        "only the first fragment of an IDR slice starts a picture",
        arguments: [(0x85, true), (0x05, false), (0x45, false), (0x81, false), (0x01, false)] as [(UInt8, Bool)])
    func fragment(header: UInt8, isKeyframe: Bool) throws {
        let payload = try parse([0x7C, header, 1])
        #expect(payload.structure == .fragment(isStart: header & 0x80 != 0, isEnd: header & 0x40 != 0))
        #expect(payload.unitType == header & 0x1F)
        #expect(payload.isKeyframeStart == isKeyframe)
    }

    @Test("an aggregate with an SPS starts a picture and tells the profile")
    func aggregated() throws {
        let bytes = [9, 9] + Self.aggregate
        let payload = try parse(bytes, at: 2)
        #expect(payload.structure == .aggregate)
        #expect(payload.unitType == 7)
        #expect(payload.isKeyframeStart)
        #expect(payload.sequenceParameterSet.map { Array(bytes[$0]) } == Self.parameters)
        let profile = payload.profileLevelID(in: bytes.span.bytes)
        #expect(profile == 0x42E01F)
    }

    @Test("aggregates are searched to their end")
    func aggregateTail() throws {
        #expect(try parse([0x78, 0, 1, 0x06, 0, 2, 0x65, 1]).isKeyframeStart)
        #expect(try !parse([0x78, 0, 1, 0x06, 0, 2, 0x41, 1]).isKeyframeStart)
        #expect(try parse([0x78, 0, 1, 0x06, 0, 2, 0x41, 1]).unitType == 6)
    }

    @Test("an aggregate cut at any place but between units is an error")
    func truncated() throws {
        for length in 0..<Self.aggregate.count where length != 8 {
            #expect(throws: ParseError.self, "cut to \(length)") { try parse(Array(Self.aggregate.prefix(length))) }
        }
        #expect(try parse(Array(Self.aggregate.prefix(8))).unitType == 7)
        #expect(throws: ParseError.self) { try parse([0x7C]) }
        #expect(throws: ParseError.self) { try parse([0x78, 0, 0, 0, 1, 0x67]) }
    }

    @Test("types of other packetization modes are refused", arguments: [0, 25, 26, 27, 29, 30, 31] as [UInt8])
    func otherTypes(type: UInt8) {
        #expect(throws: ParseError.invalid(field: "NAL unit type", value: Int(type))) {
            try parse([type, 0, 1, 0x67, 0, 1])
        }
    }

    @Test("an SPS of its own tells the profile, a short one does not")
    func profile() throws {
        let whole = try parse(Self.parameters).profileLevelID(in: Self.parameters.span.bytes)
        #expect(whole == 0x42E01F)
        let short = Array(Self.parameters.prefix(3))
        let none = try parse(short).profileLevelID(in: short.span.bytes)
        #expect(none == nil)
        let slice = try parse([0x65, 1, 2, 3]).profileLevelID(in: Self.parameters.span.bytes)
        #expect(slice == nil)
    }

    @Test("random bytes never trap", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SeededRandom(state: seed)
        for _ in 0..<2_000 {
            var bytes = random.bytes(Int.random(in: 0...40, using: &random))
            if !bytes.isEmpty, random.next() % 2 == 0 { bytes[0] = 0x78 }
            for index in bytes.indices where index % 3 == 1 { bytes[index] = 0 }
            guard let payload = try? parse(bytes) else { continue }
            _ = payload.profileLevelID(in: bytes.span.bytes)
            #expect(payload.sequenceParameterSet.map { $0.upperBound <= bytes.count } ?? true)
        }
    }
}
