import Units

/// A session's cipher and salt for RTP or for RTCP, derived from a master key (RFC 3711 §4.3).
struct SessionCipher {
    /// What a derived key is for; its raw value is the label of RFC 3711 §4.3.2 (§4.3.1 for RTP).
    enum Label: UInt128 {
        case rtpEncryption = 0
        case rtpAuthentication = 1
        case rtpSalt = 2
        case rtcpEncryption = 3
        case rtcpAuthentication = 4
        case rtcpSalt = 5
    }

    let cipher: any PacketCipher
    /// The session salt as a big-endian integer.
    private let salt: UInt128

    /// Derives the keys with a key derivation rate of 0, the only one that DTLS-SRTP has (RFC 5764 §4.1.2).
    ///
    /// - Returns: `nil` when a key or salt has the wrong length or `factory` refuses.
    init?(_ profile: SRTPProfile, master: SRTPMasterKey, rtcp: Bool, factory: some PacketCipherFactory) {
        func derive(_ label: Label, _ count: Int) -> [UInt8]? {
            Self.derive(label, count: count, profile, master: master, factory: factory)
        }
        guard let key = derive(rtcp ? .rtcpEncryption : .rtpEncryption, SRTPProfile.keyLength),
            let authenticationKey = derive(
                rtcp ? .rtcpAuthentication : .rtpAuthentication, profile.authenticationKeyLength),
            let salt = derive(rtcp ? .rtcpSalt : .rtpSalt, profile.saltLength),
            let cipher = factory.makeCipher(profile, key: key, authenticationKey: authenticationKey)
        else { return nil }
        self.cipher = cipher
        self.salt = Self.integer(salt)
    }

    /// The key stream under the master key at counter (label · 2⁴⁸ ⊕ master salt) · 2¹⁶.
    ///
    /// A salt of 96 bits counts as one of 112 that ends in zeros (RFC 7714 §11).
    static func derive(
        _ label: Label, count: Int, _ profile: SRTPProfile, master: SRTPMasterKey, factory: some PacketCipherFactory
    ) -> [UInt8]? {
        guard master.key.count == SRTPProfile.keyLength, master.salt.count == profile.saltLength else { return nil }
        guard count > 0 else { return [] }
        let salt = integer(master.salt) << UInt128(8 * (14 - profile.saltLength))
        return factory.keystream(key: master.key, counter: (salt ^ label.rawValue << 48) << 16, count: count)
    }

    private static func integer(_ bytes: [UInt8]) -> UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }

    /// The nonce of packet `index` of `ssrc` (RFC 3711 §4.1.1, RFC 7714 §8.1 and §9.1: one formula fits them all).
    func nonce(_ ssrc: SSRC, _ index: UInt64) -> UInt128 { salt ^ UInt128(ssrc.rawValue) << 48 ^ UInt128(index) }
}
