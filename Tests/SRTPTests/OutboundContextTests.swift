import SRTP
import Testing
import Units

@Suite("OutboundContext")
struct OutboundContextTests {
    @Test("makes the packets that libsrtp makes", arguments: LibsrtpPackets.rtp)
    func sameAsLibsrtp(packet: LibsrtpPackets.RTP) throws {
        let context = try packet.profile.outbound()
        let header = LibsrtpPackets.headerLength
        #expect(context.protect(hex(packet.plain), header: header, index: packet.index) == hex(packet.protected))
    }

    @Test("makes the RTCP packets that libsrtp makes, each with the next index", arguments: SRTPProfile.allCases)
    func sameRTCPAsLibsrtp(profile: SRTPProfile) throws {
        var context = try profile.outbound(from: 1)
        for expected in LibsrtpPackets.protectedCompounds(profile) {
            #expect(context.protectRTCP(hex(LibsrtpPackets.compound)) == hex(expected))
        }
        #expect(context.nextRTCPIndex == 3)
    }

    @Test("a payload in two places comes out as one in a single place", arguments: SRTPProfile.allCases)
    func prefixAndRest(profile: SRTPProfile) throws {
        let context = try profile.outbound()
        let packet = rtpPacket(7, payload: (0..<100).map { UInt8($0) })
        let whole = try made(context.protect(packet, index: 7))
        for split in 12...packet.count {
            #expect(context.protect(packet, inPlace: split, index: 7) == whole, "split at \(split)")
        }
    }

    @Test("the same packet again is the same bytes, and another index other bytes", arguments: SRTPProfile.allCases)
    func resending(profile: SRTPProfile) throws {
        let context = try profile.outbound()
        let first = context.protect(rtpPacket(9), index: 9)
        let later = context.protect(rtpPacket(9), index: 9 + 65_536)
        #expect(first == context.protect(rtpPacket(9), index: 9))
        #expect(first != later)
    }

    @Test("refuses a packet that does not fit, at every length", arguments: SRTPProfile.allCases)
    func noRoom(profile: SRTPProfile) throws {
        var context = try profile.outbound()
        let packet = rtpPacket(1)
        let needed = packet.count + profile.rtpOverhead
        for room in 0..<needed {
            #expect(context.protect(packet, inPlace: 12, index: 1, room: room) == nil)
            if room >= packet.count { #expect(context.protect(packet, index: 1, room: room) == nil) }
        }
        #expect(context.protect(packet, inPlace: 12, index: 1, room: needed)?.count == needed)

        let compound = hex(LibsrtpPackets.compound)
        for room in 0..<profile.rtcpOverhead { #expect(context.protectRTCP(compound, room: room) == nil) }
        #expect(context.protectRTCP(compound, room: profile.rtcpOverhead) != nil)
        for length in 0..<8 { #expect(context.protectRTCP(Array(compound.prefix(length))) == nil) }
        #expect(context.protectRTCP(Array(compound.prefix(8))) != nil, "a lone header is a packet")
    }

    @Test("refuses lengths that make no sense", arguments: SRTPProfile.allCases)
    func senselessLengths(profile: SRTPProfile) throws {
        var context = try profile.outbound()
        var buffer = rtpPacket(1) + Array(repeating: 0, count: 20)
        var elements = buffer.mutableSpan
        var bytes = elements.mutableBytes
        let nothing: [UInt8] = []
        for (header, prefix) in [(0, 0), (11, 0), (-1, 0), (12, -1), (12, -12), (.max, 0), (12, .max), (.max, .max)] {
            let length = context.protectRTP(
                into: &bytes, headerLength: header, prefixLength: prefix, rest: nothing.span.bytes, ssrc: testSource,
                index: 1)
            #expect(length == nil)
        }
        for length in [-1, .min, .max, 7] { #expect(context.protectRTCP(&bytes, length: length) == nil) }
    }

    @Test("refuses an index or a source that the header does not have", arguments: SRTPProfile.allCases)
    func otherHeader(profile: SRTPProfile) throws {
        let context = try profile.outbound()
        #expect(context.protect(rtpPacket(1), index: 2) == nil)
        #expect(context.protect(rtpPacket(1), ssrc: SSRC(rawValue: 1), index: 1) == nil)
        #expect(context.protect(rtpPacket(1), index: 1) != nil)
    }

    @Test("ends at 2⁴⁸ RTP packets", arguments: SRTPProfile.allCases)
    func endOfRTP(profile: SRTPProfile) throws {
        let context = try profile.outbound()
        let last: UInt64 = 1 << 48 - 1
        #expect(context.protect(rtpPacket(last), index: last) != nil)
        for index in [last + 1, .max] { #expect(context.protect(rtpPacket(index), index: index) == nil) }
    }

    @Test("ends at 2³¹ RTCP packets", arguments: SRTPProfile.allCases)
    func endOfRTCP(profile: SRTPProfile) throws {
        var context = try profile.outbound(from: 1 << 31 - 1)
        var inbound = try profile.inbound()
        let compound = hex(LibsrtpPackets.compound)
        let last = try made(context.protectRTCP(compound))
        #expect(inbound.unprotectRTCP(last) == .compound(compound))
        for _ in 0..<3 { #expect(context.protectRTCP(compound) == nil) }
        #expect(context.nextRTCPIndex == 1 << 31)
    }
}
