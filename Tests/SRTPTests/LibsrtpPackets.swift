import SRTP

/// What libsrtp 2 makes of the same packets with the same keys, by way of pylibsrtp.
enum LibsrtpPackets {
    struct RTP: Sendable {
        let profile: SRTPProfile
        let index: UInt64
        let plain: String
        let protected: String
    }

    /// 24 bytes: one CSRC, one word of extension.
    static let headerLength = 24

    /// Packets around the first wrap, in order.
    static let rtp: [RTP] = [
        RTP(
            profile: .aes128CMSHA1_80, index: 65_534,
            plain: "9160fffe01020304deadbeefcafebabebede0001108a000002030405060708090a0b0c0d0e0f10111213141516",
            protected: """
                9160fffe01020304deadbeefcafebabebede0001108a00008ae2f48029f9b3e68feb2432a2c6909a606fbb6952ad5a86382b60\
                60543ba8
                """),
        RTP(
            profile: .aes128CMSHA1_80, index: 65_535,
            plain: "9160ffff01020304deadbeefcafebabebede0001108a0000030405060708090a0b0c0d0e0f1011121314151617",
            protected: """
                9160ffff01020304deadbeefcafebabebede0001108a0000666215c3b0a9267d91aff5facc09b3579dd82f4ffc1ffac71afc2e\
                45419015
                """),
        RTP(
            profile: .aes128CMSHA1_80, index: 65_536,
            plain: "9160000001020304deadbeefcafebabebede0001108a0000000102030405060708090a0b0c0d0e0f1011121314",
            protected: """
                9160000001020304deadbeefcafebabebede0001108a0000525cfc0783c146958245f316bf4574279e763a537c2761a93b7f0f\
                b4925064
                """),
        RTP(
            profile: .aes128CMSHA1_80, index: 65_537,
            plain: "91e0000101020304deadbeefcafebabebede0001108a00000102030405060708090a0b0c0d0e0f101112131415",
            protected: """
                91e0000101020304deadbeefcafebabebede0001108a00009c5a4bed86ca3b2f63a60d0caf21fb5d6166dec14e6796c293064c\
                36a3c4df
                """),
        RTP(
            profile: .aeadAES128GCM, index: 65_534,
            plain: "9160fffe01020304deadbeefcafebabebede0001108a000002030405060708090a0b0c0d0e0f10111213141516",
            protected: """
                9160fffe01020304deadbeefcafebabebede0001108a0000f19ac895fe61d8e6cc4640080f96d8571a4fd0d201697b25423ab7\
                1a61d9b2cc7624b3077c
                """),
        RTP(
            profile: .aeadAES128GCM, index: 65_535,
            plain: "9160ffff01020304deadbeefcafebabebede0001108a0000030405060708090a0b0c0d0e0f1011121314151617",
            protected: """
                9160ffff01020304deadbeefcafebabebede0001108a000025eb66f7919be99f316199e8128ef5cca5764813b2d8b8b173b580\
                10150ccbd6c337c5df1d
                """),
        RTP(
            profile: .aeadAES128GCM, index: 65_536,
            plain: "9160000001020304deadbeefcafebabebede0001108a0000000102030405060708090a0b0c0d0e0f1011121314",
            protected: """
                9160000001020304deadbeefcafebabebede0001108a000099ae44a90379b6c03c07d6ba19c0f795cb6e756bec84220891bce5\
                8d952a959eee31574e1a
                """),
        RTP(
            profile: .aeadAES128GCM, index: 65_537,
            plain: "91e0000101020304deadbeefcafebabebede0001108a00000102030405060708090a0b0c0d0e0f101112131415",
            protected: """
                91e0000101020304deadbeefcafebabebede0001108a0000cd30478995b54d39c54dfdcb4ea1687be7fc0dabde83fad79fc6b6\
                47765136a419ff22953d
                """),
    ]

    static let compound = "80c90001deadbeef81ce0002deadbeefcafebabe"

    /// The same compound packet with indexes 1 and 2.
    static func protectedCompounds(_ profile: SRTPProfile) -> [String] {
        switch profile {
        case .aes128CMSHA1_80:
            [
                "80c90001deadbeef6f417b19420327ac65204ac480000001371188ae827e6e392473",
                "80c90001deadbeefcd1f026e74eeebc01a764209800000021bbb44f1503249719f8c",
            ]
        case .aeadAES128GCM:
            [
                "80c90001deadbeef0d9d3689d4dd3d003474f039fa79ec7d6ad3bdb5573a93469d00cf5380000001",
                "80c90001deadbeef3f1129be1c4c06e3748cfcc831af99e5c2e83eda9283cea40a108dc080000002",
            ]
        }
    }
}
