import COpenSSL
package import Units

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
    private init(owning raw: OpaquePointer, key: OpaquePointer) throws(TLSError) {
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

    private static func hexadecimal(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "0" + text : text
    }

    /// A new P-256 key and a certificate that it has signed itself.
    ///
    /// - Parameters:
    ///   - commonName: The subject's and issuer's name; cut after 64 characters (RFC 5280 Appendix A.1).
    ///   - names: DNS names that it is for; letters, digits, `-`, `.`, `_` and `*` only.
    ///   - addresses: IP addresses that it is for.
    ///   - days: How long it is valid from now. One day before now is included, for peers whose clocks are slow.
    /// - Returns: The certificate with its key, for servers and clients, P-256 and SHA-256.
    /// - Throws: ``TLSError``, whose subject is the name where one is not a DNS name.
    package static func selfSigned(
        commonName: String, names: [String] = [], addresses: [IPAddress] = [], days: Int
    ) throws(TLSError) -> Certificate {
        for name in names where name.isEmpty || !name.utf8.allSatisfy(isAllowedInName(_:)) {
            throw TLSError(call: "subjectAltName: not a DNS name", subject: name)
        }
        ERR_clear_error()
        let key = try TLSError.check(copenssl_generate_p256(), "EVP_EC_gen")
        guard let raw = X509_new() else {
            EVP_PKEY_free(key)
            throw .draining("X509_new")
        }
        do throws(TLSError) {
            try fillIn(raw, commonName: commonName, days: days)
            try TLSError.check(X509_set_pubkey(raw, key), "X509_set_pubkey")
            try addExtensions(to: raw, names: names, addresses: addresses)
            guard X509_sign(raw, key, EVP_sha256()) > 0 else { throw .draining("X509_sign") }
        } catch {
            X509_free(raw)
            EVP_PKEY_free(key)
            throw error
        }
        return try Certificate(owning: raw, key: key)
    }

    /// For the signalling port: ten years, so that a machine nobody tends keeps working.
    package static func forServer(names: [String], addresses: [IPAddress]) throws(TLSError) -> Certificate {
        try selfSigned(commonName: names.first ?? "diemcau", names: names, addresses: addresses, days: 3_650)
    }

    /// For DTLS: its fingerprint is all that counts, and a process makes a new one each time it starts.
    package static func forMedia() throws(TLSError) -> Certificate {
        try selfSigned(commonName: "diemcau", days: 30)
    }
}

// MARK: - Making one

extension Certificate {
    private static func fillIn(_ raw: OpaquePointer, commonName: String, days: Int) throws(TLSError) {
        try TLSError.check(X509_set_version(raw, 2), "X509_set_version")  // 2 is version 3 (RFC 5280 §4.1.2.1).
        // Positive, at most 20 bytes, unlike any other (§4.1.2.2): 127 random bits.
        let serial = try TLSError.check(BN_new(), "BN_new")
        defer { BN_free(serial) }
        try TLSError.check(BN_rand(serial, 127, 0, 0), "BN_rand")
        guard BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(raw)) != nil else { throw .draining("serial number") }
        let day = 86_400
        guard X509_gmtime_adj(X509_getm_notBefore(raw), -day) != nil,
            X509_gmtime_adj(X509_getm_notAfter(raw), day * max(1, min(days, 36_500))) != nil
        else { throw .draining("X509_gmtime_adj") }
        let subject = X509_get_subject_name(raw)
        let text = Array(String(commonName.prefix(64)).utf8)
        try TLSError.check(
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, Int32(text.count), -1, 0),
            "X509_NAME_add_entry_by_txt")
        try TLSError.check(X509_set_issuer_name(raw, subject), "X509_set_issuer_name")
    }

    private static func addExtensions(
        to raw: OpaquePointer, names: [String], addresses: [IPAddress]
    ) throws(TLSError) {
        try add(NID_basic_constraints, "critical,CA:FALSE", to: raw)
        try add(NID_key_usage, "critical,digitalSignature", to: raw)
        try add(NID_ext_key_usage, "serverAuth,clientAuth", to: raw)
        try add(NID_subject_key_identifier, "hash", to: raw)
        let alternatives = names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        if !alternatives.isEmpty {
            try add(NID_subject_alt_name, alternatives.joined(separator: ","), to: raw)
        }
    }

    /// Nothing that would mean something in OpenSSL's configuration language, which ``add(_:_:to:)`` speaks.
    private static func isAllowedInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "*"): true
        default: false
        }
    }

    private static func add(_ identifier: Int32, _ value: String, to raw: OpaquePointer) throws(TLSError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, raw, raw, nil, nil, 0)
        guard let made = X509V3_EXT_conf_nid(nil, &context, identifier, value) else {
            throw .draining("X509V3_EXT_conf_nid", subject: value)
        }
        defer { X509_EXTENSION_free(made) }
        try TLSError.check(X509_add_ext(raw, made, -1), "X509_add_ext")
    }
}
