import COpenSSL

/// A P-256 private key that signs with ES256 (RFC 7518 §3.4).
package final class SigningKey: @unchecked Sendable {
    // @unchecked Sendable: the key is not changed after `init`; OpenSSL guards what it caches in it.
    private let raw: OpaquePointer
    /// The other half, for those who check what this key signed.
    package let verifyingKey: VerifyingKey

    /// A new key.
    package convenience init() throws(TLSError) {
        ERR_clear_error()
        try self.init(owning: try TLSError.check(copenssl_generate_p256(), "EVP_EC_gen"))
    }

    /// Reads the first private key of a PEM text.
    ///
    /// - Throws: ``TLSError`` when there is none, or when it is of another kind than P-256.
    package convenience init(pem: [UInt8]) throws(TLSError) {
        try self.init(owning: try PEM.privateKey(pem))
    }

    /// Reads the key from a PEM file; blocks on the disk.
    ///
    /// - Throws: ``TLSError`` with the path as its subject.
    package convenience init(file: String) throws(TLSError) {
        let text = try PEM.file(file)
        try self.init(owning: try TLSContext.naming(file) { () throws(TLSError) in try PEM.privateKey(text) })
    }

    /// Takes `raw` over, also when it fails.
    private init(owning raw: OpaquePointer) throws(TLSError) {
        EVP_PKEY_up_ref(raw)
        do throws(TLSError) {
            verifyingKey = try VerifyingKey(owning: raw)
        } catch {
            EVP_PKEY_free(raw)
            throw error
        }
        self.raw = raw
    }

    deinit { EVP_PKEY_free(raw) }

    /// The key as PEM text, not encrypted: for a file that nobody else can read.
    package func pem() throws(TLSError) -> [UInt8] { try PEM.text(ofPrivateKey: raw) }

    /// Signs the SHA-256 digest of `bytes`.
    ///
    /// - Returns: r and s, 32 bytes each, big-endian (RFC 7518 §3.4).
    package func sign(_ bytes: borrowing RawSpan) throws(TLSError) -> [UInt8] {
        ERR_clear_error()
        let context = try TLSError.check(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        defer { EVP_MD_CTX_free(context) }
        try TLSError.check(EVP_DigestSignInit(context, nil, EVP_sha256(), nil, raw), "EVP_DigestSignInit")
        var count = VerifyingKey.maximumDERSignature
        var der = [UInt8](repeating: 0, count: count)
        let result = bytes.withUnsafeBytes { input in
            EVP_DigestSign(context, &der, &count, input.baseAddress, input.count)
        }
        try TLSError.check(result, "EVP_DigestSign")
        return try Self.concatenated(der, count: count)
    }

    private static func concatenated(_ der: [UInt8], count: Int) throws(TLSError) -> [UInt8] {
        let signature = der.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return d2i_ECDSA_SIG(nil, &start, count)
        }
        guard let signature else { throw .draining("d2i_ECDSA_SIG") }
        defer { ECDSA_SIG_free(signature) }
        var both = [UInt8](repeating: 0, count: 64)
        let isWhole = both.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return false }
            return BN_bn2binpad(ECDSA_SIG_get0_r(signature), start, 32) == 32
                && BN_bn2binpad(ECDSA_SIG_get0_s(signature), start + 32, 32) == 32
        }
        guard isWhole else { throw .draining("BN_bn2binpad") }
        return both
    }
}
