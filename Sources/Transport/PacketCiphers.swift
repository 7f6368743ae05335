package import OpenSSL
package import SRTP

extension GCMPacketCipher: PacketCipher {}
extension CounterModePacketCipher: PacketCipher {}

/// OpenSSL's ciphers, for SRTP.
package struct PacketCiphers: PacketCipherFactory {
    package init() {}

    package func makeCipher(
        _ profile: SRTPProfile, key: [UInt8], authenticationKey: [UInt8]
    ) -> (any PacketCipher)? {
        switch profile {
        case .aes128CMSHA1_80: CounterModePacketCipher(key: key, authenticationKey: authenticationKey)
        case .aeadAES128GCM: GCMPacketCipher(key: key)
        }
    }

    package func keystream(key: [UInt8], counter: UInt128, count: Int) -> [UInt8]? {
        AESKeystream.bytes(key: key, counter: counter, count: count)
    }
}
