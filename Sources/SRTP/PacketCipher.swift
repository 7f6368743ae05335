/// One session key at work on packets: what SRTP needs of a cryptographic library.
///
/// One object serves one direction of one session, for RTP or for RTCP, and one loop only. Nothing here allocates.
/// A nonce is 96 bits for GCM and 112 for counter mode, which appends the 16-bit number of the block (RFC 7714 §8.1,
/// RFC 3711 §4.1.1); the same one never comes twice with different plaintext.
package protocol PacketCipher: AnyObject {
    /// Encrypts and authenticates one RTP packet (RFC 3711 §3.1).
    ///
    /// - Parameters:
    ///   - packet: Room for the whole packet: the header, then `prefixLength` bytes of plaintext are already there,
    ///     the ciphertext and the tag are written behind the header.
    ///   - headerLength: Bytes that are authenticated and stay readable.
    ///   - prefixLength: Bytes of plaintext behind the header, encrypted in place; may be 0.
    ///   - rest: The plaintext that follows the prefix; it is read, never written; may be empty.
    ///   - nonce: Session salt ⊕ SSRC · 2⁴⁸ ⊕ index.
    ///   - rolloverCounter: Authenticated by counter mode behind the packet; GCM has it in its nonce.
    /// - Returns: The length of the SRTP packet; `nil` when `packet` has no room for it.
    func sealRTP(
        _ packet: inout MutableRawSpan, headerLength: Int, prefixLength: Int, rest: borrowing RawSpan,
        nonce: UInt128, rolloverCounter: UInt32
    ) -> Int?

    /// Authenticates and decrypts one SRTP packet in place.
    ///
    /// - Parameters:
    ///   - packet: The packet, to its last byte.
    ///   - headerLength: Bytes that are authenticated only.
    ///   - nonce: As for sealing.
    ///   - rolloverCounter: As for sealing.
    /// - Returns: Where the plaintext ends; `nil` when the packet is too short or the tag is wrong: what stands
    ///   behind the header is then unspecified (GCM decrypts while it authenticates).
    func openRTP(_ packet: inout MutableRawSpan, headerLength: Int, nonce: UInt128, rolloverCounter: UInt32) -> Int?

    /// Encrypts and authenticates one compound RTCP packet in place (RFC 3711 §3.4, RFC 7714 §9).
    ///
    /// - Parameters:
    ///   - packet: The plaintext and, behind it, room for tag, E flag and index.
    ///   - length: Bytes of plaintext, at least 8; the first 8 stay readable.
    ///   - nonce: Session salt ⊕ SSRC · 2⁴⁸ ⊕ index.
    ///   - indexWord: The E flag (always set) and the 31-bit index, as they go into the packet.
    /// - Returns: The length of the SRTCP packet; `nil` when `packet` has no room for it.
    func sealRTCP(_ packet: inout MutableRawSpan, length: Int, nonce: UInt128, indexWord: UInt32) -> Int?

    /// Authenticates and decrypts one SRTCP packet in place.
    ///
    /// - Parameters:
    ///   - packet: The packet, to its last byte.
    ///   - nonce: As for sealing.
    ///   - indexWord: The E flag and index, as they stand in the packet.
    /// - Returns: Where the plaintext ends; `nil` as for ``openRTP(_:headerLength:nonce:rolloverCounter:)``.
    func openRTCP(_ packet: inout MutableRawSpan, nonce: UInt128, indexWord: UInt32) -> Int?
}

/// Makes ciphers, and the bytes that session keys are derived from; called when a session begins, never per packet.
package protocol PacketCipherFactory {
    /// A cipher with its session key.
    ///
    /// - Parameters:
    ///   - profile: What to make.
    ///   - key: ``SRTPProfile/keyLength`` bytes.
    ///   - authenticationKey: ``SRTPProfile/authenticationKeyLength`` bytes.
    /// - Returns: `nil` when the library refuses.
    func makeCipher(_ profile: SRTPProfile, key: [UInt8], authenticationKey: [UInt8]) -> (any PacketCipher)?

    /// The AES-128 counter-mode key stream (RFC 3711 §4.1.1).
    ///
    /// - Parameters:
    ///   - key: 16 bytes.
    ///   - counter: The first block's counter, as a big-endian integer.
    ///   - count: How many bytes.
    /// - Returns: `nil` when the library refuses.
    func keystream(key: [UInt8], counter: UInt128, count: Int) -> [UInt8]?
}
