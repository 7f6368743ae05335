/// A protection profile, by its number in the `use_srtp` extension of DTLS (RFC 5764 §4.1.2, RFC 7714 §14.2).
package enum SRTPProfile: UInt16, Sendable, CaseIterable {
    /// AES-128 in counter mode, HMAC-SHA1 cut to 80 bits, for SRTP and SRTCP alike.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case aes128CMSHA1_80 = 0x0001
    /// AES-128-GCM with its full tag of 128 bits.
    case aeadAES128GCM = 0x0007

    /// Bytes of a master key, and of a session key.
    package static let keyLength = 16

    /// Bytes of a master salt, and of a session salt (RFC 3711 §8.2, RFC 7714 §12).
    package var saltLength: Int {
        switch self {
        case .aes128CMSHA1_80: 14
        case .aeadAES128GCM: 12
        }
    }

    /// Bytes of an authentication tag.
    package var tagLength: Int {
        switch self {
        case .aes128CMSHA1_80: 10
        case .aeadAES128GCM: 16
        }
    }

    /// Bytes of the session authentication key; none with an AEAD (RFC 3711 §5.2, RFC 7714 §11).
    package var authenticationKeyLength: Int {
        switch self {
        case .aes128CMSHA1_80: 20
        case .aeadAES128GCM: 0
        }
    }

    /// How many bytes an SRTP packet is longer than the RTP packet in it.
    package var rtpOverhead: Int { tagLength }

    /// How many bytes an SRTCP packet is longer than the compound packet in it: the tag, E flag and index.
    package var rtcpOverhead: Int { tagLength + 4 }

    /// Bytes to ask of the DTLS exporter `EXTRACTOR-dtls_srtp` (RFC 5764 §4.2).
    package var keyingMaterialLength: Int { 2 * (Self.keyLength + saltLength) }
}
