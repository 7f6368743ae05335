import COpenSSL

/// A P-256 public key that checks ES256 signatures (RFC 7518 §3.4).
package final class VerifyingKey: @unchecked Sendable {
    // @unchecked Sendable: the key is not changed after `init`; OpenSSL guards what it caches in it.
    private let raw: OpaquePointer
    /// The point's coordinates, 32 bytes each, big-endian: `x` and `y` of a JWK (RFC 7518 §6.2.1).
    package let x: [UInt8]
    package let y: [UInt8]

    /// A sequence of two integers of 33 bytes at most, with their headers.
    static let maximumDERSignature = 72
    /// What precedes x and y in a SubjectPublicKeyInfo of this curve (RFC 5480 §2): id-ecPublicKey, prime256v1, the
    /// bit string's header, and 4 for "not compressed".
    private static let publicKeyPrefix: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
        0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ]

    /// Makes a key of a JWK's coordinates, 32 bytes each.
    ///
    /// - Throws: ``TLSError`` when they are not a point of the curve.
    package convenience init(x: [UInt8], y: [UInt8]) throws(TLSError) {
        ERR_clear_error()
        guard x.count == 32, y.count == 32 else { throw TLSError(call: "coordinates: not 32 bytes each") }
        let der = Self.publicKeyPrefix + x + y
        let raw = der.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return d2i_PUBKEY(nil, &start, buffer.count)
        }
        try self.init(owning: try TLSError.check(raw, "d2i_PUBKEY"))
    }

    /// Reads a public key from PEM text (`BEGIN PUBLIC KEY`).
    ///
    /// - Throws: ``TLSError`` when there is none, or when it is of another kind than P-256.
    package convenience init(pem: [UInt8]) throws(TLSError) {
        let raw = try PEM.reading(pem) { bio throws(TLSError) in
            try TLSError.check(PEM_read_bio_PUBKEY(bio, nil, { _, _, _, _ in 0 }, nil), "PEM_read_bio_PUBKEY")
        }
        ERR_clear_error()
        try self.init(owning: raw)
    }

    /// Takes `raw` over, also when it fails.
    init(owning raw: OpaquePointer) throws(TLSError) {
        guard let point = Self.point(of: raw) else {
            EVP_PKEY_free(raw)
            var error = TLSError.draining("key")
            error.subject = "not a P-256 key"
            throw error
        }
        x = Array(point[1..<33])
        y = Array(point[33...])
        self.raw = raw
    }

    deinit { EVP_PKEY_free(raw) }

    /// 4, x and y: 65 bytes; `nil` for a key of another kind.
    private static func point(of raw: OpaquePointer) -> [UInt8]? {
        var name = [CChar](repeating: 0, count: 32)
        guard EVP_PKEY_get_base_id(raw) == EVP_PKEY_EC,
            EVP_PKEY_get_group_name(raw, &name, name.count, nil) == 1, strcmp(name, "prime256v1") == 0
        else { return nil }
        var start: UnsafeMutablePointer<UInt8>?
        let count = EVP_PKEY_get1_encoded_public_key(raw, &start)
        defer { CRYPTO_free(start, #file, #line) }
        guard let start, count == 65, start.pointee == 4 else { return nil }
        return Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// The key as PEM text.
    package func pem() throws(TLSError) -> [UInt8] {
        try PEM.writing { bio throws(TLSError) in
            try TLSError.check(PEM_write_bio_PUBKEY(bio, raw), "PEM_write_bio_PUBKEY")
        }
    }

    /// Whether `signature`, r and s of 32 bytes each, is this key's over the SHA-256 digest of `bytes`.
    package func verify(signature: borrowing RawSpan, of bytes: borrowing RawSpan) -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let der = Self.derSignature(signature), let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, raw) == 1 else { return false }
        return bytes.withUnsafeBytes { input in
            EVP_DigestVerify(context, der, der.count, input.baseAddress, input.count) == 1
        }
    }

    /// The form that OpenSSL wants; `nil` when `signature` is not of 64 bytes.
    private static func derSignature(_ signature: borrowing RawSpan) -> [UInt8]? {
        guard signature.byteCount == 64, let pair = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(pair) }
        let isSet = signature.withUnsafeBytes { buffer in
            let start = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let r = BN_bin2bn(start, 32, nil)
            let s = BN_bin2bn(start?.advanced(by: 32), 32, nil)
            if r != nil, s != nil, ECDSA_SIG_set0(pair, r, s) == 1 { return true }
            BN_free(r)
            BN_free(s)
            return false
        }
        guard isSet else { return nil }
        let der = [UInt8](unsafeUninitializedCapacity: maximumDERSignature) { buffer, count in
            var start = buffer.baseAddress
            count = max(0, Int(i2d_ECDSA_SIG(pair, &start)))
        }
        return der.isEmpty ? nil : der
    }
}
