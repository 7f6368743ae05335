import Wire

/// The checksum of ISO 3309 that FINGERPRINT uses (RFC 8489 §14.7): polynomial 0x04C11DB7, reflected.
struct CRC32 {
    private var remainder: UInt32 = .max

    var value: UInt32 { ~remainder }

    /// Four bits at a time: a message is a hundred bytes, and sixteen words stay in the cache.
    mutating func update(_ bytes: borrowing RawSpan) {
        for index in 0..<bytes.byteCount {
            guard let byte = try? bytes.bigEndian(UInt8.self, at: index) else { return }
            update(byte)
        }
    }

    mutating func update(_ byte: UInt8) {
        remainder ^= UInt32(byte)
        remainder = remainder >> 4 ^ Self.table[Int(remainder & 15)]
        remainder = remainder >> 4 ^ Self.table[Int(remainder & 15)]
    }

    /// The remainders of 0 … 15.
    private static let table: [16 of UInt32] = [
        0x0000_0000, 0x1DB7_1064, 0x3B6E_20C8, 0x26D9_30AC, 0x76DC_4190, 0x6B6B_51F4, 0x4DB2_6158, 0x5005_713C,
        0xEDB8_8320, 0xF00F_9344, 0xD6D6_A3E8, 0xCB61_B38C, 0x9B64_C2B0, 0x86D3_D2D4, 0xA00A_E278, 0xBDBD_F21C,
    ]
}
