package import Units
import Wire

/// Checks and decrypts what the other side of a session sends (RFC 3711, RFC 7714).
///
/// Only authenticated packets change anything: a forged one leaves rollover counters, replay windows and the list of
/// sources as they were. Not copyable: a copy would accept replays of what the other has seen.
package struct InboundContext: ~Copyable {
    /// One packet that was what it should be.
    package struct OpenedRTP: Equatable, Sendable {
        /// Bytes of the RTP packet, header included: the tag is behind it.
        package var length: Int
        /// 2¹⁶ × rollover counter + sequence number.
        package var index: UInt64
    }

    package let profile: SRTPProfile
    private let rtp: SessionCipher
    private let rtcp: SessionCipher
    private var rtpSources: SourceTable
    private var rtcpSources: SourceTable

    /// Derives the session keys; `nil` when a key or salt has the wrong length or `factory` refuses.
    ///
    /// - Parameters:
    ///   - profile: What the handshake chose.
    ///   - master: The key for what the other side sends.
    ///   - maximumSources: How many SSRCs it may use, each for RTP and for RTCP; we chose 64, eight sections with three
    ///     layers and their RTX being 48.
    ///   - factory: Makes the ciphers.
    package init?(
        _ profile: SRTPProfile, master: SRTPMasterKey, maximumSources: Int = 64, factory: some PacketCipherFactory
    ) {
        guard let rtp = SessionCipher(profile, master: master, rtcp: false, factory: factory),
            let rtcp = SessionCipher(profile, master: master, rtcp: true, factory: factory)
        else { return nil }
        self.profile = profile
        self.rtp = rtp
        self.rtcp = rtcp
        rtpSources = SourceTable(limit: maximumSources)
        rtcpSources = SourceTable(limit: maximumSources)
    }

    /// How many sources have authenticated RTP packets so far.
    package var rtpSourceCount: Int { rtpSources.count }

    /// Checks and decrypts an SRTP packet in place, reading what it needs of the header itself.
    ///
    /// - Parameter datagram: The packet, to its last byte.
    /// - Returns: The length of the RTP packet, ready to be parsed, and its index.
    /// - Throws: Why it is to be dropped.
    package mutating func unprotectRTP(_ datagram: inout MutableRawSpan) throws(SRTPDrop) -> OpenedRTP {
        guard let flags = try? datagram.bytes.bigEndian(UInt8.self, at: 0), flags >> 6 == 2,
            let sequenceNumber = try? datagram.bytes.bigEndian(UInt16.self, at: 2),
            let ssrc = try? datagram.bytes.bigEndian(UInt32.self, at: 8)
        else { throw .malformed }
        var headerLength = 12 + 4 * Int(flags & 0x0F)
        if flags & 0x10 != 0 {
            guard let words = try? datagram.bytes.bigEndian(UInt16.self, at: headerLength + 2) else { throw .malformed }
            headerLength += 4 + 4 * Int(words)
        }
        return try unprotectRTP(
            &datagram, headerLength: headerLength, ssrc: SSRC(rawValue: ssrc),
            sequenceNumber: SequenceNumber(rawValue: sequenceNumber))
    }

    /// Checks and decrypts an SRTP packet in place.
    ///
    /// A source's first packet is taken to have rollover counter 0: that is why senders start below 2¹⁵.
    /// Allocates nothing, but for the first packet of a new source.
    ///
    /// - Parameters:
    ///   - datagram: The packet, to its last byte. When the tag is wrong, what stands behind the header is unspecified
    ///     afterwards: GCM decrypts while it authenticates.
    ///   - headerLength: Bytes of the RTP header with its extension, at least 12.
    ///   - ssrc: As in the header.
    ///   - sequenceNumber: As in the header.
    /// - Returns: The length of the RTP packet and its index. Padding is part of that length and can be read only now.
    /// - Throws: Why it is to be dropped; nothing but the datagram's bytes has changed then.
    package mutating func unprotectRTP(
        _ datagram: inout MutableRawSpan, headerLength: Int, ssrc: SSRC, sequenceNumber: SequenceNumber
    ) throws(SRTPDrop) -> OpenedRTP {
        guard headerLength >= 12, headerLength <= datagram.byteCount - profile.tagLength else { throw .malformed }
        let window = try rtpSources.window(of: ssrc)
        let index = window.newest?.nearestIndex(of: sequenceNumber) ?? UInt64(sequenceNumber.rawValue)
        guard index < OutboundContext.rtpIndexLimit else { throw .exhausted }
        guard window.isNew(index) else { throw .replayed }
        let length = rtp.cipher.openRTP(
            &datagram, headerLength: headerLength, nonce: rtp.nonce(ssrc, index),
            rolloverCounter: UInt32(truncatingIfNeeded: index >> 16))
        guard let length else { throw .badTag }
        rtpSources.insert(index, of: ssrc)
        return OpenedRTP(length: length, index: index)
    }

    /// Checks and decrypts an SRTCP packet in place.
    ///
    /// - Parameter datagram: The packet, to its last byte; unspecified behind its first 8 bytes after a wrong tag.
    /// - Returns: The length of the compound packet.
    /// - Throws: Why it is to be dropped; nothing but the datagram's bytes has changed then.
    package mutating func unprotectRTCP(_ datagram: inout MutableRawSpan) throws(SRTPDrop) -> Int {
        guard datagram.byteCount >= 8 + profile.rtcpOverhead,
            let flags = try? datagram.bytes.bigEndian(UInt8.self, at: 0), flags >> 6 == 2,
            let source = try? datagram.bytes.bigEndian(UInt32.self, at: 4),
            let word = try? datagram.bytes.bigEndian(UInt32.self, at: indexWordOffset(datagram.byteCount)),
            word >> 31 == 1
        else { throw .malformed }
        let (ssrc, index) = (SSRC(rawValue: source), UInt64(word & 0x7FFF_FFFF))
        guard try rtcpSources.window(of: ssrc).isNew(index) else { throw .replayed }
        guard let length = rtcp.cipher.openRTCP(&datagram, nonce: rtcp.nonce(ssrc, index), indexWord: word) else {
            throw .badTag
        }
        rtcpSources.insert(index, of: ssrc)
        return length
    }

    /// Where E flag and index stand: before the tag in counter mode, behind it in GCM (RFC 7714 §9.2).
    private func indexWordOffset(_ count: Int) -> Int {
        switch profile {
        case .aes128CMSHA1_80: count - 4 - profile.tagLength
        case .aeadAES128GCM: count - 4
        }
    }
}
