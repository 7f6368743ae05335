import SRTP
import Testing
import Transport
import Units

/// Hands out given session keys in place of derived ones, since the vectors of RFC 7714 begin there.
private struct GivenSessionKeys: PacketCipherFactory {
    var key: [UInt8]
    var salt: [UInt8]

    func makeCipher(_ profile: SRTPProfile, key: [UInt8], authenticationKey: [UInt8]) -> (any PacketCipher)? {
        PacketCiphers().makeCipher(profile, key: key, authenticationKey: authenticationKey)
    }

    func keystream(key: [UInt8], counter: UInt128, count: Int) -> [UInt8]? {
        switch UInt8(truncatingIfNeeded: counter >> 64) {  // The label: master salts here are zero.
        case 0, 3: self.key
        case 2, 5: salt
        default: nil
        }
    }
}

@Suite("Session keys and ciphers, by the vectors of the standards")
struct SessionCipherTests {
    @Test(
        "the key stream is that of RFC 3711 B.2",
        arguments: [
            (0, "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0"),
            (
                0xFEFF,
                "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44"
            ),
        ] as [(UInt128, String)])
    func keystream(block: UInt128, expected: String) {
        let key = hex("2B7E151628AED2A6ABF7158809CF4F3C")
        let counter: UInt128 = 0xF0F1_F2F3_F4F5_F6F7_F8F9_FAFB_FCFD_0000
        #expect(PacketCiphers().keystream(key: key, counter: counter + block, count: 48) == hex(expected))
    }

    /// Writes down which session keys are asked for.
    private final class Recorder: PacketCipherFactory {
        var keys: [[UInt8]] = []
        func makeCipher(_ profile: SRTPProfile, key: [UInt8], authenticationKey: [UInt8]) -> (any PacketCipher)? {
            keys += [key, authenticationKey]
            return PacketCiphers().makeCipher(profile, key: key, authenticationKey: authenticationKey)
        }
        func keystream(key: [UInt8], counter: UInt128, count: Int) -> [UInt8]? {
            let bytes = PacketCiphers().keystream(key: key, counter: counter, count: count)
            if count == 14 { keys.append(bytes ?? []) }
            return bytes
        }
    }

    @Test("session keys are derived as in RFC 3711 B.3")
    func derivation() throws {
        let master = SRTPMasterKey(
            key: hex("E1F97A0D3E018BE0D64FA32C06DE4139"), salt: hex("0EC675AD498AFEEBB6960B3AABE6"))
        let recorder = Recorder()
        _ = try makeOutbound(.aes128CMSHA1_80, master, recorder)
        #expect(
            Array(recorder.keys.prefix(3)) == [
                hex("30CBBC08863D8C85D49DB34A9AE1"), hex("C61E7A93744F39EE10734AFE3FF7A087"),
                hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"),
            ])
        #expect(Set(recorder.keys).count == 6, "RTP and RTCP have keys of their own")
    }

    private let gcm = GivenSessionKeys(
        key: hex("000102030405060708090a0b0c0d0e0f"), salt: hex("517569642070726f2071756f"))
    private let zero = SRTPMasterKey(key: Array(repeating: 0, count: 16), salt: Array(repeating: 0, count: 12))

    @Test("AEAD_AES_128_GCM protects RTP as in RFC 7714 §16.1")
    func gcmRTP() throws {
        let plain = hex(
            """
            8040f17b8041f8d35501a0b2
            47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573
            """)
        let protected = hex(
            """
            8040f17b8041f8d35501a0b2
            f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833
            899d7f27beb16a9152cf765ee4390cce
            """)
        let outbound = try makeOutbound(.aeadAES128GCM, zero, gcm)
        #expect(outbound.protect(plain, ssrc: SSRC(rawValue: 0x5501_A0B2), index: 0xF17B) == protected)
        var inbound = try makeInbound(.aeadAES128GCM, zero, gcm)
        #expect(inbound.unprotect(protected) == .packet(plain, index: 0xF17B))
    }

    @Test("AEAD_AES_128_GCM protects RTCP as in RFC 7714 §17.1")
    func gcmRTCP() throws {
        let plain = hex(
            """
            81c8000d4d617273
            4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef
            """)
        let protected = hex(
            """
            81c8000d4d617273
            63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b
            c84aa45896cf4d2fc5abf87245d9eade 800005d4
            """)
        var outbound = try makeOutbound(.aeadAES128GCM, zero, from: 0x5D4, gcm)
        #expect(outbound.protectRTCP(plain) == protected)
        var inbound = try makeInbound(.aeadAES128GCM, zero, gcm)
        #expect(inbound.unprotectRTCP(protected) == .compound(plain))
    }

    @Test("keys and salts of the wrong length are refused", arguments: SRTPProfile.allCases)
    func wrongLengths(profile: SRTPProfile) {
        for (key, salt) in [(15, profile.saltLength), (16, profile.saltLength - 1), (32, 14), (0, 0), (16, 13)] {
            let master = SRTPMasterKey(key: Array(repeating: 1, count: key), salt: Array(repeating: 2, count: salt))
            #expect(throws: Refused.self) { _ = try makeOutbound(profile, master, PacketCiphers()) }
            #expect(throws: Refused.self) { _ = try makeInbound(profile, master, PacketCiphers()) }
        }
        #expect(PacketCiphers().makeCipher(profile, key: [1], authenticationKey: Array(1...20)) == nil)
        #expect(PacketCiphers().keystream(key: [1], counter: 0, count: 16) == nil)
    }
}

@Suite("SRTPKeyingMaterial")
struct SRTPKeyingMaterialTests {
    @Test("cuts the exporter's output in the order of RFC 5764 §4.2", arguments: SRTPProfile.allCases)
    func order(profile: SRTPProfile) throws {
        let exported = (0..<UInt8(profile.keyingMaterialLength)).map { $0 }
        let material = try #require(SRTPKeyingMaterial(exported: exported, profile: profile))
        let salt = UInt8(profile.saltLength)
        #expect(material.client.key == Array(0..<16))
        #expect(material.server.key == Array(16..<32))
        #expect(material.client.salt == Array(32..<32 + salt))
        #expect(material.server.salt == Array(32 + salt..<32 + 2 * salt))
        #expect(SRTPKeyingMaterial(exported: exported.dropLast(), profile: profile) == nil)
        #expect(SRTPKeyingMaterial(exported: exported + [0], profile: profile) == nil)
    }
}
