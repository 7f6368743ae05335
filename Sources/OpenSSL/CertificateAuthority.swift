import COpenSSL

/// The small authority of one server: who trusts it trusts every certificate that the server makes itself.
///
/// It may vouch for servers only, and only for the DNS names that it was made for and for addresses
/// (RFC 5280 §4.2.1.10): who takes its key can't speak for anybody else's name, wherever it is trusted.
struct CertificateAuthority {
    let certificate: Certificate

    /// What its name begins with; the rest tells one authority from another.
    static let namePrefix = "Diemcau authority "
    /// Ours; ten years, so that a copy is good for a third of that at least.
    static let days = 3_650
    /// What Mozilla's profile "intermediate" recommends; it allows 366.
    ///
    /// With a third left for making the next, a renewal that fails leaves a month; and it is made often enough that
    /// somebody notices.
    static let serverDays = 90

    /// - Throws: ``TLSError`` when the two don't belong together, or are no authority's.
    init(pem: [UInt8], keyPEM: [UInt8]) throws(TLSError) {
        certificate = try Certificate(pem: pem, keyPEM: keyPEM)
        guard X509_check_ca(certificate.raw) == 1 else { throw TLSError(call: "not an authority's certificate") }
    }

    private init(_ certificate: Certificate) { self.certificate = certificate }

    /// A new authority.
    ///
    /// - Parameters:
    ///   - names: The DNS names that it may vouch for.
    ///   - now: Seconds since 1970.
    ///   - keyPEM: The key of one whose certificate was lost; the new one has its name, so that copies stay good.
    /// - Throws: ``TLSError`` when `keyPEM` is no key.
    init(for names: [String], at now: Int64, keyPEM: [UInt8]? = nil) throws(TLSError) {
        let key =
            if let keyPEM {
                try PEM.privateKey(keyPEM)
            } else {
                try TLSError.check(copenssl_generate_p256(), "EVP_EC_gen")
            }
        defer { EVP_PKEY_free(key) }
        var draft = CertificateDraft(
            commonName: Self.namePrefix + (try Self.identifier(of: key)),
            validity: Certificate.validity(days: Self.days, from: now), extensions: Self.extensions)
        let permitted = names.map { "permitted;DNS:\($0)" } + ["permitted;IP:0.0.0.0/0.0.0.0", "permitted;IP:::/::"]
        draft.extensions.append((NID_name_constraints, "critical," + permitted.joined(separator: ",")))
        certificate = try draft.signed(for: key)
    }

    /// The same authority with a life that begins now: same key, same name, so that who knows either trusts both.
    func prolonged(at now: Int64) throws(TLSError) -> CertificateAuthority {
        var draft = CertificateDraft(
            commonName: Certificate.issuerName(of: certificate.raw),
            validity: Certificate.validity(days: Self.days, from: now), extensions: Self.extensions)
        draft.copied = [NID_name_constraints]
        return CertificateAuthority(try draft.signed(for: certificate.key, original: certificate))
    }

    private static let extensions: [(identifier: Int32, value: String)] = [
        (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
        (NID_key_usage, "critical,keyCertSign"),
        (NID_ext_key_usage, "serverAuth"),
        (NID_subject_key_identifier, "hash"),
    ]

    /// A server's certificate over `key`, which ends with the authority at the latest.
    func issue(
        for subjects: CertificateSubjects, key: OpaquePointer, at now: Int64
    ) throws(TLSError) -> Certificate {
        var validity = Certificate.validity(days: Self.serverDays, from: now)
        let end = min(validity.upperBound, certificate.validity.upperBound)
        validity = min(validity.lowerBound, end)..<end
        var draft = CertificateDraft(
            commonName: subjects.names.first ?? "diemcau", validity: validity,
            extensions: [
                (NID_basic_constraints, "critical,CA:FALSE"),
                (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"),
                (NID_subject_key_identifier, "hash"),
                (NID_authority_key_identifier, "keyid:always"),
            ])
        if let alternatives = try subjects.alternatives() {
            draft.extensions.append((NID_subject_alt_name, alternatives))
        }
        return try draft.signed(for: key, by: certificate)
    }

    /// What of `subjects` the authority may vouch for.
    func permitted(of subjects: CertificateSubjects) throws(TLSError) -> CertificateSubjects {
        var permitted = subjects
        permitted.names = []
        for name in subjects.names where try mayVouch(for: name) { permitted.names.append(name) }
        return permitted
    }

    private func mayVouch(for name: String) throws(TLSError) -> Bool {
        guard let found = X509_get_ext_d2i(certificate.raw, NID_name_constraints, nil, nil) else { return true }
        let constraints = found.assumingMemoryBound(to: NAME_CONSTRAINTS.self)
        defer { NAME_CONSTRAINTS_free(constraints) }
        let trial = try issue(for: CertificateSubjects(names: [name], addresses: []), key: certificate.key, at: 0)
        defer { ERR_clear_error() }
        // Makes OpenSSL read the extensions, which NAME_CONSTRAINTS_check takes as read.
        guard X509_check_purpose(trial.raw, -1, 0) == 1 else { throw .draining("X509_check_purpose", subject: name) }
        return NAME_CONSTRAINTS_check(trial.raw, constraints) == X509_V_OK
    }

    /// 8 hexadecimal digits that follow from the public key.
    private static func identifier(of key: OpaquePointer) throws(TLSError) -> String {
        var start: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(key, &start)
        defer { CRYPTO_free(start, #file, #line) }
        guard let start, count > 0 else { throw .draining("i2d_PUBKEY") }
        let digest = sha256(UnsafeRawBufferPointer(start: start, count: Int(count)).bytes)
        return (0..<4).map { Certificate.hexadecimal(digest[$0]) }.joined()
    }
}
