import SRTP
import Testing
import Units

@Suite("InboundContext")
struct InboundContextTests {
    /// One from each side of the wrap and from its very edge.
    private static let orders: [[UInt64]] = [
        [65_534, 65_535, 65_536, 65_537], [65_534, 65_536, 65_535, 65_537], [65_535, 65_537, 65_534, 65_536],
        [65_500, 65_540, 65_535, 65_536, 65_534],
    ]

    @Test("opens what libsrtp made, over the wrap", arguments: SRTPProfile.allCases)
    func opensLibsrtp(profile: SRTPProfile) throws {
        var context = try profile.inbound()
        for packet in LibsrtpPackets.rtp where packet.profile == profile {
            #expect(context.unprotect(hex(packet.protected)) == .packet(hex(packet.plain), index: packet.index))
        }
        for packet in LibsrtpPackets.protectedCompounds(profile) {
            #expect(context.unprotectRTCP(hex(packet)) == .compound(hex(LibsrtpPackets.compound)))
        }
    }

    @Test("finds the rollover counter for packets in any order", arguments: SRTPProfile.allCases, orders)
    func reordered(profile: SRTPProfile, order: [UInt64]) throws {
        let outbound = try profile.outbound()
        var context = try profile.inbound()
        for index in order {
            let packet = try made(outbound.protect(rtpPacket(index), index: index))
            #expect(context.unprotect(packet) == .packet(rtpPacket(index), index: index))
        }
    }

    @Test("counts on over many wraps", arguments: SRTPProfile.allCases)
    func manyWraps(profile: SRTPProfile) throws {
        let outbound = try profile.outbound()
        var context = try profile.inbound()
        for index in stride(from: 100, to: 65_536 * 5, by: 30_000) as StrideTo<UInt64> {
            let packet = try made(outbound.protect(rtpPacket(index), index: index))
            #expect(context.unprotect(packet) == .packet(rtpPacket(index), index: index))
        }
    }

    @Test("refuses a packet that came before, or one too old", arguments: SRTPProfile.allCases)
    func replayed(profile: SRTPProfile) throws {
        var outbound = try profile.outbound()
        var context = try profile.inbound()
        func packet(_ index: UInt64) throws -> [UInt8] {
            try made(outbound.protect(rtpPacket(index), index: index))
        }
        for index in [65_500, 65_540, 66_523] as [UInt64] {
            #expect(context.unprotect(try packet(index)) == .packet(rtpPacket(index), index: index))
        }
        for index in [65_540, 66_523, 65_500, 65_499] as [UInt64] {
            #expect(context.unprotect(try packet(index)) == .dropped(.replayed))
        }
        #expect(context.unprotect(try packet(65_501)) == .packet(rtpPacket(65_501), index: 65_501))

        let compound = hex(LibsrtpPackets.compound)
        let first = try made(outbound.protectRTCP(compound))
        let second = try made(outbound.protectRTCP(compound))
        #expect(context.unprotectRTCP(second) == .compound(compound))
        #expect(context.unprotectRTCP(first) == .compound(compound))
        for packet in [first, second] { #expect(context.unprotectRTCP(packet) == .dropped(.replayed)) }
    }

    @Test("a forged packet changes nothing: the true one still comes through", arguments: SRTPProfile.allCases)
    func forged(profile: SRTPProfile) throws {
        var outbound = try profile.outbound()
        var context = try profile.inbound()
        let (first, later) = (rtpPacket(10), rtpPacket(65_546))
        let trueFirst = try made(outbound.protect(first, index: 10))
        for position in trueFirst.indices.dropFirst() {  // Byte 0 holds the header's own length.
            var forged = trueFirst
            forged[position] ^= 0x40
            #expect(context.unprotect(forged) == .dropped(.badTag), "byte \(position)")
        }
        #expect(context.rtpSourceCount == 0, "no source without an authenticated packet")
        #expect(context.unprotect(trueFirst) == .packet(first, index: 10))

        // Numbers far ahead would move the rollover counter, were they believed.
        for ahead in [30_000, 20_000, 32_700, 25_000] as [UInt64] {
            let unsigned = rtpPacket(ahead) + Array(repeating: 0, count: profile.rtpOverhead)
            #expect(context.unprotect(unsigned) == .dropped(.badTag))
        }
        for index in [32_000, 60_000] as [UInt64] {
            let packet = try made(outbound.protect(rtpPacket(index), index: index))
            #expect(context.unprotect(packet) == .packet(rtpPacket(index), index: index))
        }
        let trueLater = try made(outbound.protect(later, index: 65_546))
        var forged = trueLater
        forged[forged.count - 1] ^= 1
        #expect(context.unprotect(forged) == .dropped(.badTag))
        #expect(context.unprotect(trueLater) == .packet(later, index: 65_546), "same index, right tag")

        let compound = hex(LibsrtpPackets.compound)
        let trueCompound = try made(outbound.protectRTCP(compound))
        for position in trueCompound.indices.dropFirst() {
            var forged = trueCompound
            forged[position] ^= 0x40
            #expect(context.unprotectRTCP(forged) == .dropped(.badTag), "byte \(position)")
        }
        #expect(context.unprotectRTCP(trueCompound) == .compound(compound))
    }

    @Test("bounds the number of sources, and only true packets count", arguments: SRTPProfile.allCases)
    func tooManySources(profile: SRTPProfile) throws {
        var outbound = try profile.outbound()
        var context = try profile.inbound(sources: 3)
        for number in 0..<100 as Range<UInt32> {
            let stray = rtpPacket(1, from: SSRC(rawValue: number + 1_000))
            #expect(context.unprotect(stray + Array(repeating: 7, count: 16)) == .dropped(.badTag))
        }
        for number in 0..<5 as Range<UInt32> {
            let ssrc = SSRC(rawValue: number)
            let plain = rtpPacket(1, from: ssrc)
            let packet = try made(outbound.protect(plain, ssrc: ssrc, index: 1))
            #expect(context.unprotect(packet) == (number < 3 ? .packet(plain, index: 1) : .dropped(.tooManySources)))
            var compound = hex(LibsrtpPackets.compound)
            compound[7] = UInt8(number)
            let protected = try made(outbound.protectRTCP(compound))
            #expect(
                context.unprotectRTCP(protected) == (number < 3 ? .compound(compound) : .dropped(.tooManySources)))
        }
        #expect(context.rtpSourceCount == 3)
        for number in 0..<3 as Range<UInt32> {
            let plain = rtpPacket(2, from: SSRC(rawValue: number))
            let packet = try made(outbound.protect(plain, ssrc: SSRC(rawValue: number), index: 2))
            #expect(context.unprotect(packet) == .packet(plain, index: 2), "those who are in stay in")
        }
    }

    @Test("a packet cut short is dropped at every length", arguments: SRTPProfile.allCases)
    func truncated(profile: SRTPProfile) throws {
        var context = try profile.inbound()
        for packet in LibsrtpPackets.rtp where packet.profile == profile {
            let protected = hex(packet.protected)
            for length in 0..<protected.count {
                let tooShort = length < LibsrtpPackets.headerLength + profile.tagLength
                #expect(
                    context.unprotect(Array(protected[..<length])) == .dropped(tooShort ? .malformed : .badTag))
            }
            #expect(context.unprotect(protected) == .packet(hex(packet.plain), index: packet.index))
        }
        let compound = hex(LibsrtpPackets.protectedCompounds(profile)[0])
        for length in 0..<compound.count {
            let opened = context.unprotectRTCP(Array(compound[..<length]))
            #expect(opened == .dropped(.malformed) || opened == .dropped(.badTag))
        }
        #expect(context.unprotectRTCP(compound) == .compound(hex(LibsrtpPackets.compound)))
    }

    @Test("takes no packet of another version, nor RTCP without encryption", arguments: SRTPProfile.allCases)
    func malformed(profile: SRTPProfile) throws {
        var outbound = try profile.outbound()
        var context = try profile.inbound()
        var packet = try made(outbound.protect(rtpPacket(1), index: 1))
        packet[0] = 0x40
        #expect(context.unprotect(packet) == .dropped(.malformed))
        packet[0] = 0x9F  // 15 CSRCs and an extension where there are none.
        #expect(context.unprotect(packet) == .dropped(.malformed))
        let compound = try made(outbound.protectRTCP(hex(LibsrtpPackets.compound)))
        var clear = compound
        clear[compound.count - (profile == .aeadAES128GCM ? 4 : 14)] &= 0x7F
        #expect(context.unprotectRTCP(clear) == .dropped(.malformed))
        clear = compound
        clear[0] = 0x40
        #expect(context.unprotectRTCP(clear) == .dropped(.malformed))
        #expect(context.unprotectRTCP(compound) == .compound(hex(LibsrtpPackets.compound)))
    }

    @Test("survives random bytes", arguments: SRTPProfile.allCases, 1...5 as ClosedRange<UInt64>)
    func randomBytes(profile: SRTPProfile, seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        var context = try profile.inbound()
        for _ in 0..<1_000 {
            var packet = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if !packet.isEmpty { packet[0] = packet[0] & 0x3F | 0x80 }
            for opened in [context.unprotect(packet), context.unprotectRTCP(packet)] {
                #expect(opened == .dropped(.malformed) || opened == .dropped(.badTag))
            }
        }
        #expect(context.rtpSourceCount == 0)
    }
}
