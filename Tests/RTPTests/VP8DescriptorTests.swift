import RTP
import Testing
import Units
import Wire

@Suite("VP8Descriptor")
struct VP8DescriptorTests {
    /// Payload header and start of a 640×360 key frame (RFC 6386 §9.1): P = 0, start code, sizes little-endian.
    static let keyframe: [UInt8] = [0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01]
    /// The same with scaling bits, which are no part of the size.
    static let scaled: [UInt8] = [0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x42, 0x68, 0xC1]
    static let interframe: [UInt8] = [0x11, 0x02, 0x00, 0xAA]

    /// Descriptors as they come in, without the payload behind them.
    static let forms: [[UInt8]] = [
        [0x10],  // The bare minimum, first packet of a frame.
        [0x00],  // … and a later one.
        [0x90, 0x80, 0x11],  // ffmpeg: 7-bit PictureID and nothing else.
        [0x90, 0x80, 0x81, 0x23],  // GStreamer: 15-bit PictureID.
        [0x90, 0xF0, 0x92, 0x34, 0x56, 0x61],  // Chromium: all there is.
        [0xB0, 0xE0, 0xFF, 0xFF, 0xFF, 0xC0],  // N, no KEYIDX.
        [0x80, 0x10, 0x1F],  // KEYIDX alone.
        [0x80, 0x20, 0xFF],  // TID and Y alone; the rest is no KEYIDX.
        [0x80, 0x40, 0x07],  // TL0PICIDX alone.
        [0x80, 0x00],  // X for nothing.
    ]

    private func parse(_ bytes: [UInt8], at offset: Int = 0) throws(ParseError) -> VP8Descriptor {
        try VP8Descriptor(parsing: bytes.span.bytes, payload: offset..<bytes.count)
    }

    @Test("ffmpeg's form: a 7-bit PictureID")
    func ffmpeg() throws {
        let descriptor = try parse([0x90, 0x80, 0x11] + Self.keyframe)
        #expect(descriptor.pictureID == 0x11)
        #expect(!descriptor.hasLongPictureID)
        #expect(descriptor.baseLayerIndex == nil && descriptor.temporalLayer == nil && descriptor.keyIndex == nil)
        #expect(descriptor.length == 3)
        #expect(descriptor.isKeyframeStart && descriptor.startsFrame && !descriptor.isNonReference)
    }

    @Test("Chromium's form: every field")
    func chromium() throws {
        let descriptor = try parse([0x90, 0xF0, 0x92, 0x34, 0x56, 0x61] + Self.interframe)
        #expect(descriptor.pictureID == 0x1234)
        #expect(descriptor.hasLongPictureID)
        #expect(descriptor.baseLayerIndex == 0x56)
        #expect(descriptor.temporalLayer == 1)
        #expect(descriptor.isLayerSync)
        #expect(descriptor.keyIndex == 1)
        #expect(descriptor.length == 6)
        #expect(!descriptor.isKeyframeStart && descriptor.startsFrame)
    }

    @Test("TID and KEYIDX share a byte but not a meaning")
    func sharedByte() throws {
        let keyed = try parse([0x80, 0x10, 0xFF, 0])
        #expect(keyed.temporalLayer == nil && !keyed.isLayerSync && keyed.keyIndex == 31)
        let layered = try parse([0x80, 0x20, 0xFF, 0])
        #expect(layered.temporalLayer == 3 && layered.isLayerSync && layered.keyIndex == nil)
    }

    @Test("each form cut to any length is an error, and whole with one byte behind it is none", arguments: forms)
    func truncated(form: [UInt8]) throws {
        for length in 0...form.count {
            #expect(throws: ParseError.self, "cut to \(length)") { try parse(Array(form.prefix(length))) }
        }
        #expect(try parse(form + [0x11]).length == form.count)
        #expect(try parse([9, 9, 9] + form + [0x11], at: 3).length == form.count)
    }

    @Test("a payload range outside the datagram is an error")
    func outside() {
        let bytes: [UInt8] = [0x90, 0x80, 0x11, 0]
        #expect(throws: ParseError.self) { try VP8Descriptor(parsing: bytes.span.bytes, payload: 2..<5) }
    }

    @Test(
        "a key frame starts with S = 1, PID = 0, P = 0 and no other way",
        arguments: [
            (0x10, 0x00, true), (0x10, 0x01, false), (0x00, 0x00, false), (0x11, 0x00, false), (0x18, 0x00, true),
        ]
            as [(UInt8, UInt8, Bool)])
    func keyframeStart(first: UInt8, header: UInt8, expected: Bool) throws {
        #expect(try parse([first, header]).isKeyframeStart == expected)
    }

    @Test("a key frame tells its size", arguments: [keyframe, scaled])
    func frameSize(frame: [UInt8]) throws {
        for form in [[0x10], [0x90, 0x80, 0x11], [0x90, 0xF0, 0x92, 0x34, 0x56, 0x61]] as [[UInt8]] {
            let bytes = [7, 7] + form + frame
            let descriptor = try parse(bytes, at: 2)
            let size = descriptor.frameSize(in: bytes.span.bytes, payload: 2..<bytes.count)
            #expect(size?.width == 640 && size?.height == 360)
            for length in form.count + 3..<bytes.count {
                let cut = descriptor.frameSize(in: bytes.span.bytes, payload: 2..<length)
                #expect(cut == nil, "cut to \(length)")
            }
        }
    }

    @Test("interframes and wrong start codes have no size")
    func noFrameSize() throws {
        var broken = [0x10] + Self.keyframe
        broken[5] = 0x02
        for bytes in [[0x10] + Self.interframe + [0, 0, 0, 0, 0, 0, 0], broken] {
            let size = try parse(bytes).frameSize(in: bytes.span.bytes, payload: 0..<bytes.count)
            #expect(size == nil)
        }
    }

    @Test("every form leaves in the canonical one", arguments: forms)
    func canonical(form: [UInt8]) throws {
        let source = try parse(form + Self.keyframe)
        var bytes = [UInt8](repeating: 0xEE, count: 2 + 6 + 1)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        try source.writeCanonical(
            to: &raw, at: 2, pictureID: 0xFFFE, baseLayerIndex: 200, temporalLayer: 2, isLayerSync: true, keyIndex: 0x3F
        )
        let written = try parse(bytes, at: 2)
        #expect(written.length == VP8Descriptor.canonicalLength)
        #expect(written.pictureID == 0x7FFE && written.hasLongPictureID)
        #expect(written.baseLayerIndex == 200)
        #expect(written.temporalLayer == 2 && written.isLayerSync)
        #expect(written.keyIndex == 31)
        #expect(written.isNonReference == source.isNonReference)
        #expect(written.startsPartition == source.startsPartition)
        #expect(written.partition == source.partition)
        #expect(bytes[0] == 0xEE && bytes[1] == 0xEE && bytes[8] == 0xEE)
    }

    @Test("the canonical form of Chromium's is Chromium's, byte by byte")
    func canonicalBytes() throws {
        let form: [UInt8] = [0x90, 0xF0, 0x92, 0x34, 0x56, 0x61]
        var bytes = [UInt8](repeating: 0, count: 6)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        try parse(form + Self.keyframe).writeCanonical(
            to: &raw, at: 0, pictureID: 0x1234, baseLayerIndex: 0x56, temporalLayer: 1, isLayerSync: true, keyIndex: 1)
        #expect(bytes == form)
    }

    @Test("a packet without room is left alone", arguments: 0..<6)
    func noRoom(count: Int) throws {
        let source = try parse([0x10, 0])
        var bytes = [UInt8](repeating: 0xEE, count: count)
        #expect(throws: ParseError.self) {
            var span = bytes.mutableSpan
            var raw = span.mutableBytes
            try source.writeCanonical(
                to: &raw, at: 0, pictureID: 1, baseLayerIndex: 1, temporalLayer: 0, isLayerSync: false, keyIndex: 0)
        }
        #expect(bytes.allSatisfy { $0 == 0xEE })
    }

    @Test("random bytes never trap", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SeededRandom(state: seed)
        for _ in 0..<2_000 {
            let bytes = random.bytes(Int.random(in: 0...16, using: &random))
            guard let descriptor = try? parse(bytes) else { continue }
            #expect(descriptor.length < bytes.count && descriptor.length <= 6)
            _ = descriptor.frameSize(in: bytes.span.bytes, payload: 0..<bytes.count)
        }
    }
}
