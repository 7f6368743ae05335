import COpenSSL

/// A hash that names a certificate in a session description; raw values as in RFC 8122 §5.
package enum FingerprintHash: String, CaseIterable, Sendable {
    case sha256 = "sha-256"
    case sha384 = "sha-384"
    case sha512 = "sha-512"
}

/// A certificate together with its private key.
package final class Certificate: @unchecked Sendable {
    // @unchecked Sendable: neither object is changed after `init`, and OpenSSL counts references atomically.
    let raw: OpaquePointer
    let key: OpaquePointer
    /// SHA-256 of the DER form, in upper-case hex with colons: what `a=fingerprint:sha-256` carries (RFC 8122 §5).
    package let sha256Fingerprint: String

    /// Takes over both handles, also when it fails.
    init(owning raw: OpaquePointer, key: OpaquePointer) throws(TLSError) {
        guard let fingerprint = Self.fingerprint(of: raw, .sha256) else {
            X509_free(raw)
            EVP_PKEY_free(key)
            throw .draining("X509_digest")
        }
        sha256Fingerprint = fingerprint
        self.raw = raw
        self.key = key
    }

    deinit {
        X509_free(raw)
        EVP_PKEY_free(key)
    }

    /// Reads the first certificate of one PEM text and the key of another.
    ///
    /// - Throws: ``TLSError`` when either can't be read, or when they don't belong together.
    package convenience init(pem: [UInt8], keyPEM: [UInt8]) throws(TLSError) {
        let key = try PEM.privateKey(keyPEM)
        let raw: OpaquePointer
        do throws(TLSError) {
            raw = try Self.first(of: pem, belongingTo: key)
        } catch {
            EVP_PKEY_free(key)
            throw error
        }
        try self.init(owning: raw, key: key)
    }

    private static func first(of pem: [UInt8], belongingTo key: OpaquePointer) throws(TLSError) -> OpaquePointer {
        let chain = try PEM.certificates(pem)
        defer { for certificate in chain { X509_free(certificate) } }
        guard let raw = chain.first else { throw TLSError(call: "PEM_read_bio_X509") }
        try TLSError.check(X509_check_private_key(raw, key), "X509_check_private_key")
        X509_up_ref(raw)
        return raw
    }

    /// The certificate as PEM text.
    package func pem() throws(TLSError) -> [UInt8] {
        try PEM.writing { bio throws(TLSError) in
            try TLSError.check(PEM_write_bio_X509(bio, raw), "PEM_write_bio_X509")
        }
    }

    /// The private key as PEM text, not encrypted: for a file that nobody else can read.
    package func keyPEM() throws(TLSError) -> [UInt8] { try PEM.text(ofPrivateKey: key) }

    /// The fingerprint of any certificate handle, in the form of ``sha256Fingerprint``.
    static func fingerprint(of raw: OpaquePointer, _ hash: FingerprintHash) -> String? {
        let algorithm =
            switch hash {
            case .sha256: EVP_sha256()
            case .sha384: EVP_sha384()
            case .sha512: EVP_sha512()
            }
        var count: UInt32 = 0
        let digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, initialized in
            if X509_digest(raw, algorithm, buffer.baseAddress, &count) == 1 { initialized = Int(count) }
        }
        return digest.isEmpty ? nil : digest.map(Self.hexadecimal(_:)).joined(separator: ":")
    }

    static func hexadecimal(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "0" + text : text
    }
}
