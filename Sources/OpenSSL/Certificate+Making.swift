import COpenSSL
package import Units

/// The names and addresses that a server's certificate is for (RFC 5280 §4.2.1.6).
package struct CertificateSubjects: Equatable, Sendable {
    /// DNS names; letters, digits, `-`, `.`, `_` and `*` only.
    package var names: [String]
    package var addresses: [IPAddress]

    package init(names: [String], addresses: [IPAddress]) {
        self.names = names
        self.addresses = addresses
    }

    /// In the language of OpenSSL's configuration files; `nil` when there are none.
    ///
    /// - Throws: ``TLSError``, whose subject is the name where one is not a DNS name.
    func alternatives() throws(TLSError) -> String? {
        for name in names where name.isEmpty || !name.utf8.allSatisfy(Self.isAllowedInName(_:)) {
            throw TLSError(call: "subjectAltName: not a DNS name", subject: name)
        }
        let all = names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        return all.isEmpty ? nil : all.joined(separator: ",")
    }

    /// Nothing that would mean something in OpenSSL's configuration language.
    private static func isAllowedInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "*"): true
        default: false
        }
    }
}

/// What a certificate is to say, until it is signed.
struct CertificateDraft {
    /// The subject's name; cut after 64 characters (RFC 5280 Appendix A.1).
    var commonName: String
    /// Seconds since 1970.
    var validity: Range<Int64>
    /// By OpenSSL's numbers, in the language of its configuration files.
    var extensions: [(identifier: Int32, value: String)] = []
    /// Taken over as they stand.
    var copied: [Int32] = []

    /// The certificate for `key`, signed by `issuer`, or by `key` itself where there is none.
    ///
    /// - Parameters:
    ///   - key: A handle that stays the caller's.
    ///   - issuer: Whose name and key stand behind it.
    ///   - original: Where the extensions ``copied`` come from.
    /// - Returns: The certificate, and `key` with it.
    /// - Throws: ``TLSError`` when OpenSSL refuses a value.
    func signed(
        for key: OpaquePointer, by issuer: Certificate? = nil, original: Certificate? = nil
    ) throws(TLSError) -> Certificate {
        ERR_clear_error()
        let raw = try TLSError.check(X509_new(), "X509_new")
        do throws(TLSError) {
            try fillIn(raw, issuer: issuer)
            try TLSError.check(X509_set_pubkey(raw, key), "X509_set_pubkey")
            for (identifier, value) in extensions { try add(identifier, value, to: raw, issuer: issuer) }
            for identifier in copied { try copy(identifier, from: original, to: raw) }
            guard X509_sign(raw, issuer?.key ?? key, EVP_sha256()) > 0 else { throw .draining("X509_sign") }
        } catch {
            X509_free(raw)
            throw error
        }
        EVP_PKEY_up_ref(key)
        return try Certificate(owning: raw, key: key)
    }

    private func fillIn(_ raw: OpaquePointer, issuer: Certificate?) throws(TLSError) {
        try TLSError.check(X509_set_version(raw, 2), "X509_set_version")  // 2 is version 3 (RFC 5280 §4.1.2.1).
        // Positive, at most 20 bytes, unlike any other (§4.1.2.2): 127 random bits.
        let serial = try TLSError.check(BN_new(), "BN_new")
        defer { BN_free(serial) }
        try TLSError.check(BN_rand(serial, 127, 0, 0), "BN_rand")
        guard BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(raw)) != nil else { throw .draining("serial number") }
        guard ASN1_TIME_set(X509_getm_notBefore(raw), Int(validity.lowerBound)) != nil,
            // The last second belongs to it (§4.1.2.5).
            ASN1_TIME_set(X509_getm_notAfter(raw), Int(validity.upperBound) - 1) != nil
        else { throw .draining("ASN1_TIME_set") }
        let subject = X509_get_subject_name(raw)
        let text = Array(String(commonName.prefix(64)).utf8)
        try TLSError.check(
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, Int32(text.count), -1, 0),
            "X509_NAME_add_entry_by_txt")
        let name = issuer.map { X509_get_subject_name($0.raw) } ?? subject
        try TLSError.check(X509_set_issuer_name(raw, name), "X509_set_issuer_name")
    }

    private func add(
        _ identifier: Int32, _ value: String, to raw: OpaquePointer, issuer: Certificate?
    ) throws(TLSError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer?.raw ?? raw, raw, nil, nil, 0)
        guard let made = X509V3_EXT_conf_nid(nil, &context, identifier, value) else {
            throw .draining("X509V3_EXT_conf_nid", subject: value)
        }
        defer { X509_EXTENSION_free(made) }
        try TLSError.check(X509_add_ext(raw, made, -1), "X509_add_ext")
    }

    private func copy(_ identifier: Int32, from original: Certificate?, to raw: OpaquePointer) throws(TLSError) {
        guard let original else { return }
        let place = X509_get_ext_by_NID(original.raw, identifier, -1)
        guard place >= 0 else { return }
        try TLSError.check(X509_add_ext(raw, X509_get_ext(original.raw, place), -1), "X509_add_ext")
    }
}

extension Certificate {
    static let day: Int64 = 86_400

    /// From a day before `now`, for peers whose clocks are slow, to `days` after it.
    static func validity(days: Int, from now: Int64) -> Range<Int64> {
        now - day..<now + day * Int64(max(1, min(days, 36_500)))
    }

    /// A new P-256 key and a certificate that it has signed itself.
    ///
    /// - Parameters:
    ///   - commonName: The subject's and issuer's name; cut after 64 characters (RFC 5280 Appendix A.1).
    ///   - names: DNS names that it is for; letters, digits, `-`, `.`, `_` and `*` only.
    ///   - addresses: IP addresses that it is for.
    ///   - days: How long it is valid from now. One day before now is included, for peers whose clocks are slow.
    ///   - now: Seconds since 1970; the system's clock where none is given.
    /// - Returns: The certificate with its key, for servers and clients, P-256 and SHA-256.
    /// - Throws: ``TLSError``, whose subject is the name where one is not a DNS name.
    package static func selfSigned(
        commonName: String, names: [String] = [], addresses: [IPAddress] = [], days: Int, at now: Int64? = nil
    ) throws(TLSError) -> Certificate {
        let alternatives = try CertificateSubjects(names: names, addresses: addresses).alternatives()
        let begin = if let now { now } else { try Self.systemTime() }
        var draft = CertificateDraft(
            commonName: commonName, validity: validity(days: days, from: begin),
            extensions: [
                (NID_basic_constraints, "critical,CA:FALSE"),
                (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth,clientAuth"),
                (NID_subject_key_identifier, "hash"),
            ])
        if let alternatives { draft.extensions.append((NID_subject_alt_name, alternatives)) }
        let key = try TLSError.check(copenssl_generate_p256(), "EVP_EC_gen")
        defer { EVP_PKEY_free(key) }
        return try draft.signed(for: key)
    }

    /// For DTLS: its fingerprint is all that counts, and a process makes a new one each time it starts.
    package static func forMedia() throws(TLSError) -> Certificate {
        try selfSigned(commonName: "diemcau", days: 30)
    }
}
