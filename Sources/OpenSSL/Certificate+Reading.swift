import COpenSSL

/// What a certificate says.
extension Certificate {
    /// When it is valid, in seconds since 1970 (RFC 5280 §4.1.2.5).
    package var validity: Range<Int64> { Self.validity(of: raw) }

    /// Whether it is time for another one: less than a third of its life is left, or it has not begun.
    ///
    /// A third is ours; of 90 days it leaves a month in which making another one may fail. One that has not begun was
    /// made while the clock was wrong.
    package func isDue(at now: Int64) -> Bool { Self.isDue(validity, at: now) }

    package static func isDue(_ validity: Range<Int64>, at now: Int64) -> Bool {
        now < validity.lowerBound || validity.upperBound - now < Int64(validity.count / 3)
    }

    /// Such as `Feb 20 06:05:24 2027 GMT`; for logs.
    package var end: String { Self.end(of: raw) }

    static func end(of raw: OpaquePointer) -> String {
        let text = try? PEM.writing { bio throws(TLSError) in
            try TLSError.check(ASN1_TIME_print(bio, X509_get0_notAfter(raw)), "ASN1_TIME_print")
        }
        return String(decoding: text ?? [], as: UTF8.self)
    }

    /// Empty when its times can't be read.
    static func validity(of raw: OpaquePointer) -> Range<Int64> {
        guard let begin = seconds(of: X509_get0_notBefore(raw)), let end = seconds(of: X509_get0_notAfter(raw)),
            begin <= end
        else { return 0..<0 }
        return begin..<end + 1
    }

    /// The system's clock, in seconds since 1970.
    static func systemTime() throws(TLSError) -> Int64 {
        guard let now = seconds(of: nil) else { throw .draining("ASN1_TIME_diff") }
        return now
    }

    /// Seconds since 1970 of `time`, of now where it is `nil`.
    private static func seconds(of time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        guard let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_STRING_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
            ERR_clear_error()
            return nil
        }
        return Int64(days) * day + Int64(seconds)
    }

    /// Whether `raw` is for exactly `subjects`, in their order.
    static func isFor(_ subjects: CertificateSubjects, _ raw: OpaquePointer) throws(TLSError) -> Bool {
        let place = X509_get_ext_by_NID(raw, NID_subject_alt_name, -1)
        guard let alternatives = try subjects.alternatives(), place >= 0 else { return false }
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, raw, raw, nil, nil, 0)
        guard let wanted = X509V3_EXT_conf_nid(nil, &context, NID_subject_alt_name, alternatives) else {
            throw .draining("X509V3_EXT_conf_nid", subject: alternatives)
        }
        defer { X509_EXTENSION_free(wanted) }
        let found = X509_EXTENSION_get_data(X509_get_ext(raw, place))
        return ASN1_STRING_cmp(found, X509_EXTENSION_get_data(wanted)) == 0
    }

    /// Whether the name and key of `issuer` stand behind `raw`; of itself for one that is self-signed.
    static func isSigned(_ raw: OpaquePointer, by issuer: OpaquePointer) -> Bool {
        defer { ERR_clear_error() }
        return X509_NAME_cmp(X509_get_issuer_name(raw), X509_get_subject_name(issuer)) == 0
            && X509_verify(raw, X509_get0_pubkey(issuer)) == 1
    }

    /// The common name of whoever signed `raw`.
    static func issuerName(of raw: OpaquePointer) -> String {
        var text = [CChar](repeating: 0, count: 256)
        let count = X509_NAME_get_text_by_NID(X509_get_issuer_name(raw), NID_commonName, &text, Int32(text.count))
        return String(decoding: text.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
