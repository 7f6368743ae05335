import SRTP
import Transport
import Units

/// Bytes out of hexadecimal digits; blanks are skipped.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// A linear congruential sequence: enough for tests, and the same on every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 33
    }
}

extension SRTPProfile {
    /// The master key that the packets of ``LibsrtpPackets`` were made with.
    var testKey: SRTPMasterKey {
        SRTPMasterKey(key: Array(0x10...0x1F), salt: Array(0xA0..<0xA0 + UInt8(saltLength)))
    }

    func outbound(from index: UInt32 = 0) throws -> OutboundContext {
        try makeOutbound(self, testKey, from: index, PacketCiphers())
    }
    func inbound(sources: Int = 64) throws -> InboundContext {
        try makeInbound(self, testKey, sources: sources, PacketCiphers())
    }
}

/// A key, salt or factory that cannot be used. (`#require` takes no value that can't be copied.)
struct Refused: Error {}

/// The packet, where there is one.
func made(_ packet: [UInt8]?) throws -> [UInt8] {
    guard let packet else { throw Refused() }
    return packet
}

func makeOutbound(
    _ profile: SRTPProfile, _ master: SRTPMasterKey, from index: UInt32 = 0, _ factory: some PacketCipherFactory
) throws -> OutboundContext {
    guard let context = OutboundContext(profile, master: master, firstRTCPIndex: index, factory: factory) else {
        throw Refused()
    }
    return context
}

func makeInbound(
    _ profile: SRTPProfile, _ master: SRTPMasterKey, sources: Int = 64, _ factory: some PacketCipherFactory
) throws -> InboundContext {
    guard let context = InboundContext(profile, master: master, maximumSources: sources, factory: factory) else {
        throw Refused()
    }
    return context
}

let testSource = SSRC(rawValue: 0xDEAD_BEEF)

/// An RTP packet with a 12-byte header.
func rtpPacket(_ index: UInt64, from ssrc: SSRC = testSource, payload: [UInt8] = Array(1...40)) -> [UInt8] {
    [0x80, 96, UInt8(index >> 8 & 0xFF), UInt8(index & 0xFF), 1, 2, 3, 4]
        + (0..<4).map { UInt8(ssrc.rawValue >> (24 - 8 * $0) & 0xFF) } + payload
}

extension OutboundContext {
    /// The SRTP packet that comes of `packet` when all behind `inPlace` lies elsewhere; `nil` when it is refused.
    func protect(
        _ packet: [UInt8], header: Int = 12, inPlace: Int? = nil, ssrc: SSRC = testSource, index: UInt64,
        room: Int? = nil
    ) -> [UInt8]? {
        let split = inPlace ?? packet.count
        let rest = Array(packet[split...])
        var buffer = Array(packet[..<split])
        buffer += Array(repeating: 0xEE, count: max(0, (room ?? packet.count + profile.rtpOverhead) - split))
        var elements = buffer.mutableSpan
        var bytes = elements.mutableBytes
        let length = protectRTP(
            into: &bytes, headerLength: header, prefixLength: split - header, rest: rest.span.bytes, ssrc: ssrc,
            index: index)
        return length.map { Array(buffer[..<$0]) }
    }

    mutating func protectRTCP(_ packet: [UInt8], room: Int = 20) -> [UInt8]? {
        var buffer = packet + Array(repeating: 0xEE, count: room)
        var elements = buffer.mutableSpan
        var bytes = elements.mutableBytes
        let length = protectRTCP(&bytes, length: packet.count)
        return length.map { Array(buffer[..<$0]) }
    }
}

/// A packet after it was checked and decrypted, or why it was dropped.
enum Opened: Equatable {
    case packet([UInt8], index: UInt64)
    case compound([UInt8])
    case dropped(SRTPDrop)
}

extension InboundContext {
    mutating func unprotect(_ packet: [UInt8]) -> Opened {
        var buffer = packet
        do throws(SRTPDrop) {
            var elements = buffer.mutableSpan
            var bytes = elements.mutableBytes
            let opened = try unprotectRTP(&bytes)
            return .packet(Array(buffer[..<opened.length]), index: opened.index)
        } catch {
            return .dropped(error)
        }
    }

    mutating func unprotectRTCP(_ packet: [UInt8]) -> Opened {
        var buffer = packet
        do throws(SRTPDrop) {
            var elements = buffer.mutableSpan
            var bytes = elements.mutableBytes
            let length = try unprotectRTCP(&bytes)
            return .compound(Array(buffer[..<length]))
        } catch {
            return .dropped(error)
        }
    }
}
