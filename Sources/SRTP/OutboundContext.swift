package import Units
import Wire

/// Protects what one side of a session sends (RFC 3711, RFC 7714).
///
/// Not copyable: a copy would use the RTCP indexes a second time, and with GCM that gives the key away.
package struct OutboundContext: ~Copyable {
    /// The end of RTP indexes: after so many packets a new key is due (RFC 3711 §9.2).
    package static let rtpIndexLimit: UInt64 = 1 << 48
    /// The end of RTCP indexes.
    package static let rtcpIndexLimit: UInt32 = 1 << 31

    package let profile: SRTPProfile
    private let rtp: SessionCipher
    private let rtcp: SessionCipher
    /// The index of the next RTCP packet, whoever of ours sends it (RFC 3711 §3.4).
    package private(set) var nextRTCPIndex: UInt32

    /// Derives the session keys; `nil` when a key or salt has the wrong length or `factory` refuses.
    ///
    /// - Parameters:
    ///   - profile: What the handshake chose.
    ///   - master: The key for what this side sends.
    ///   - firstRTCPIndex: 0, but for tests of the end of indexes.
    ///   - factory: Makes the ciphers.
    package init?(
        _ profile: SRTPProfile, master: SRTPMasterKey, firstRTCPIndex: UInt32 = 0, factory: some PacketCipherFactory
    ) {
        guard let rtp = SessionCipher(profile, master: master, rtcp: false, factory: factory),
            let rtcp = SessionCipher(profile, master: master, rtcp: true, factory: factory)
        else { return nil }
        self.profile = profile
        self.rtp = rtp
        self.rtcp = rtcp
        nextRTCPIndex = firstRTCPIndex
    }

    /// Makes an SRTP packet of a header, a payload prefix, and the rest of the payload, which may be shared.
    ///
    /// The caller answers for it that no (SSRC, index) comes twice with different bytes; the very same bytes give the
    /// very same packet. Allocates nothing, changes nothing but `packet`.
    ///
    /// - Parameters:
    ///   - packet: Where the SRTP packet goes, ``SRTPProfile/rtpOverhead`` bytes longer than its plaintext at least;
    ///     header and prefix are already there.
    ///   - headerLength: Bytes of the RTP header with its extension, at least 12.
    ///   - prefixLength: Bytes of payload already behind the header.
    ///   - rest: The rest of the payload (padding, where there is any, belongs to it); never written to.
    ///   - ssrc: As in the header.
    ///   - index: 2¹⁶ × rollover counter + the header's sequence number.
    /// - Returns: The length of the SRTP packet; `nil` when there is no room for it, when SSRC or index are not those
    ///   of the header, or when `index` is past ``rtpIndexLimit`` and the session must end.
    package func protectRTP(
        into packet: inout MutableRawSpan, headerLength: Int, prefixLength: Int, rest: borrowing RawSpan,
        ssrc: SSRC, index: UInt64
    ) -> Int? {
        guard index < Self.rtpIndexLimit, headerLength >= 12,
            let sequenceNumber = try? packet.bytes.bigEndian(UInt16.self, at: 2),
            sequenceNumber == UInt16(truncatingIfNeeded: index),
            let source = try? packet.bytes.bigEndian(UInt32.self, at: 8), source == ssrc.rawValue
        else { return nil }
        return rtp.cipher.sealRTP(
            &packet, headerLength: headerLength, prefixLength: prefixLength, rest: rest,
            nonce: rtp.nonce(ssrc, index), rolloverCounter: UInt32(truncatingIfNeeded: index >> 16))
    }

    /// Whether all RTCP indexes are used and the session must end.
    package var isRTCPExhausted: Bool { nextRTCPIndex >= Self.rtcpIndexLimit }

    /// Makes an SRTCP packet of a compound packet, in place, with the next index.
    ///
    /// - Parameters:
    ///   - packet: The compound packet and ``SRTPProfile/rtcpOverhead`` bytes of room behind it at least.
    ///   - length: Bytes of the compound packet, at least 8.
    /// - Returns: The length of the SRTCP packet; `nil` when there is no room for it, or when all 2³¹ indexes are used
    ///   and the session must end.
    package mutating func protectRTCP(_ packet: inout MutableRawSpan, length: Int) -> Int? {
        guard nextRTCPIndex < Self.rtcpIndexLimit, length >= 8, length <= packet.byteCount,
            let source = try? packet.bytes.bigEndian(UInt32.self, at: 4)
        else { return nil }
        let index = nextRTCPIndex
        nextRTCPIndex += 1  // Even if sealing fails: an index is never tried twice.
        return rtcp.cipher.sealRTCP(
            &packet, length: length, nonce: rtcp.nonce(SSRC(rawValue: source), UInt64(index)),
            indexWord: index | Self.rtcpIndexLimit)
    }
}
