/// The master key and master salt of one direction.
package struct SRTPMasterKey: Sendable {
    /// 16 bytes.
    package var key: [UInt8]
    /// 14 bytes for counter mode, 12 for GCM.
    package var salt: [UInt8]

    package init(key: [UInt8], salt: [UInt8]) {
        self.key = key
        self.salt = salt
    }
}

/// What a DTLS handshake yields for SRTP: a master key and salt for what each side sends (RFC 5764 §4.2).
package struct SRTPKeyingMaterial: Sendable {
    /// For what the DTLS client sends.
    package var client: SRTPMasterKey
    /// For what the DTLS server sends.
    package var server: SRTPMasterKey

    /// Cuts up the exporter's output: both keys, then both salts, each time the client's first.
    ///
    /// - Parameters:
    ///   - exported: ``SRTPProfile/keyingMaterialLength`` bytes of exporter `EXTRACTOR-dtls_srtp`; `nil` comes of
    ///     any other number.
    ///   - profile: The profile that the handshake chose.
    package init?(exported: [UInt8], profile: SRTPProfile) {
        guard exported.count == profile.keyingMaterialLength else { return nil }
        let (key, salt) = (SRTPProfile.keyLength, profile.saltLength)
        client = SRTPMasterKey(key: Array(exported.prefix(key)), salt: Array(exported.dropFirst(2 * key).prefix(salt)))
        server = SRTPMasterKey(key: Array(exported.dropFirst(key).prefix(key)), salt: Array(exported.suffix(salt)))
    }
}
