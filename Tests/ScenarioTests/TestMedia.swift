import RTP
import Units
import Wire

/// What a test writes into each payload so that a receiver can tell whose it is and when it was captured.
struct Mark: Hashable, Sendable {
    /// The publisher that made it.
    var publisher: UInt8
    /// Simulcast layer.
    var layer: UInt8 = 0
    /// True time of the capture.
    var captured: Instant
    /// Counts the publisher's packets of this stream.
    var count: UInt32
    /// Whether this is the first packet of a keyframe.
    var isKeyframeStart = false
    /// Whether this is the first packet of a picture.
    var isFrameStart = true

    /// Behind the bytes that a VP8 keyframe begins with.
    private static let offset = 10
    static let length = offset + 14

    func write(to payload: inout [UInt8], at start: Int) {
        var place = start + Self.offset
        func put(_ byte: UInt8) {
            payload[place] = byte
            place += 1
        }
        put(publisher)
        put(layer << 4 | (isKeyframeStart ? 1 : 0) | (isFrameStart ? 2 : 0))
        for shift in stride(from: 56, through: 0, by: -8) {
            put(UInt8(truncatingIfNeeded: captured.nanoseconds >> shift))
        }
        for shift in stride(from: 24, through: 0, by: -8) { put(UInt8(truncatingIfNeeded: count >> shift)) }
    }

    init(
        publisher: UInt8, layer: UInt8 = 0, captured: Instant, count: UInt32, isKeyframeStart: Bool, isFrameStart: Bool
    ) {
        self.publisher = publisher
        self.layer = layer
        self.captured = captured
        self.count = count
        self.isKeyframeStart = isKeyframeStart
        self.isFrameStart = isFrameStart
    }

    init?(reading payload: ArraySlice<UInt8>) {
        let bytes = Array(payload.dropFirst(Self.offset))
        guard bytes.count >= 14 else { return nil }
        publisher = bytes[0]
        layer = bytes[1] >> 4
        isKeyframeStart = bytes[1] & 1 != 0
        isFrameStart = bytes[1] & 2 != 0
        captured = Instant(nanoseconds: bytes[2..<10].reduce(0) { $0 << 8 | UInt64($1) })
        count = bytes[10..<14].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// How a source writes its VP8 descriptors.
enum DescriptorForm: CaseIterable, Sendable {
    /// As Chromium: 15-bit picture id, TL0PICIDX, TID and KEYIDX.
    case long
    /// As ffmpeg: 7-bit picture id and nothing else.
    case short
    /// The one byte that is always there.
    case bare

    /// The descriptor of a packet of picture number `picture`.
    func bytes(picture: UInt32, isFrameStart: Bool) -> [UInt8] {
        let start: UInt8 = isFrameStart ? 0x10 : 0
        switch self {
        case .long:
            return [
                0x80 | start, 0xF0, 0x80 | UInt8(truncatingIfNeeded: picture >> 8 & 0x7F),
                UInt8(truncatingIfNeeded: picture), UInt8(truncatingIfNeeded: picture), 0,
            ]
        case .short: return [0x80 | start, 0x80, UInt8(truncatingIfNeeded: picture & 0x7F)]
        case .bare: return [start]
        }
    }
}

enum TestCodec: Sendable {
    case opus, vp8, h264
}

/// One stream that a simulated client sends.
struct TestStream {
    struct Sent {
        var payload: [UInt8]
        var timestamp: UInt32
        var marker: Bool
    }

    let ssrc: SSRC
    let repairSSRC: SSRC?
    let codec: TestCodec
    let payloadType: UInt8
    let repairPayloadType: UInt8?
    /// Elements of the header extension, but for the level.
    var elements: [(id: UInt8, bytes: [UInt8])] = []
    var repairElements: [(id: UInt8, bytes: [UInt8])] = []
    var levelID: UInt8?
    var layer: UInt8 = 0
    var form = DescriptorForm.long
    var interval = Duration.milliseconds(33)
    var packetsPerFrame = 2
    var payloadSize = 300
    var size: (width: UInt16, height: UInt16) = (1_280, 720)
    var isPaused = false
    /// Whether its clock is told in sender reports.
    var reports = true
    private var stoodStill = Duration.zero
    private var stoodStillSince: Instant?
    /// dBov below overload; `nil` sends no level.
    var level: UInt8? = 127

    var nextIndex: UInt64
    var timestampBase: UInt32
    var nextRepairIndex: UInt64
    var pictures: UInt32
    var count: UInt32 = 0
    var nextFrame: Instant
    var wantsKeyframe = true
    var keyframes = 0
    /// For answers to NACK.
    var sent: [UInt64: Sent] = [:]
    var packets: UInt32 = 0
    var octets: UInt32 = 0

    var rate: UInt32 { codec == .opus ? 48_000 : 90_000 }

    init(
        ssrc: SSRC, repairSSRC: SSRC?, codec: TestCodec, payloadType: UInt8, repairPayloadType: UInt8?, at now: Instant,
        random: inout some RandomNumberGenerator
    ) {
        self.ssrc = ssrc
        self.repairSSRC = repairSSRC
        self.codec = codec
        self.payloadType = payloadType
        self.repairPayloadType = repairPayloadType
        // Near the wrap-around half of the time: below 2¹⁵ as SRTP wants it, and timestamps anywhere.
        nextIndex =
            UInt64.random(in: 0..<2, using: &random) == 0 ? 32_700 : UInt64.random(in: 0..<32_768, using: &random)
        nextRepairIndex = UInt64.random(in: 0..<32_768, using: &random)
        let isNearWrap = UInt64.random(in: 0..<2, using: &random) == 0
        timestampBase = isNearWrap ? UInt32.max - 100_000 : UInt32.random(in: 0...UInt32.max, using: &random)
        pictures = UInt32.random(in: 0..<200, using: &random)
        nextFrame = now
        if codec == .opus { interval = .milliseconds(20) }
    }

    /// Stops the stream's RTP clock, or has it go on where it stood.
    mutating func setClock(runs: Bool, at now: Instant) {
        if runs, let since = stoodStillSince {
            stoodStill += now.since(since)
            stoodStillSince = nil
        } else if !runs, stoodStillSince == nil {
            stoodStillSince = now
        }
    }

    func timestamp(at time: Instant, drift: Double) -> UInt32 {
        let time = (stoodStillSince ?? time).advanced(by: .zero - stoodStill)
        let ticks = Double(time.nanoseconds) * (1 + drift) * Double(rate) / 1e9
        return timestampBase &+ UInt32(truncatingIfNeeded: Int64(ticks))
    }

    /// The payload of one packet: descriptor, what a decoder looks at, the mark.
    func payload(_ mark: Mark, isKeyframe: Bool) -> [UInt8] {
        var payload: [UInt8] = []
        if codec == .vp8 { payload = form.bytes(picture: pictures, isFrameStart: mark.isFrameStart) }
        let start = payload.count
        payload += [UInt8](repeating: 0xAA, count: max(payloadSize, Mark.length))
        switch codec {
        case .opus: payload[start] = 0x78
        case .vp8:
            payload[start] = isKeyframe && mark.isFrameStart ? 0 : 1
            payload.replaceSubrange(
                start + 3..<start + 10,
                with: [
                    0x9D, 0x01, 0x2A, UInt8(size.width & 0xFF), UInt8(size.width >> 8), UInt8(size.height & 0xFF),
                    UInt8(size.height >> 8),
                ])
        case .h264: payload[start] = mark.isKeyframeStart ? 0x67 : isKeyframe ? 0x65 : 0x61
        }
        mark.write(to: &payload, at: start)
        return payload
    }
}
