import COpenSSL

/// Settings that every kind of context shares, as functions over an `SSL_CTX`.
enum TLSContext {
    /// Forward secrecy and authenticated encryption, nothing else; TLS 1.3 has only such suites (RFC 9325 §4.2).
    static let cipherList = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ].joined(separator: ":")

    /// Key exchange over these curves alone, as Mozilla's profile "intermediate" (5.7) has it.
    static let groups = "X25519:P-256:P-384"

    /// The one application protocol, in ALPN's own form: a length and the name (RFC 7301 §3.1).
    static let protocols = [8] + Array("http/1.1".utf8)

    /// A context of `method` that `configure` has set up; the caller must free it.
    static func make(
        _ method: OpaquePointer?, _ configure: (OpaquePointer) throws(TLSError) -> Void
    ) throws(TLSError) -> OpaquePointer {
        ERR_clear_error()
        let raw = try TLSError.check(SSL_CTX_new(method), "SSL_CTX_new")
        do throws(TLSError) {
            try configure(raw)
        } catch {
            SSL_CTX_free(raw)
            throw error
        }
        return raw
    }

    /// No renegotiation, no compression, no resumption: each has a record of attacks, and none is needed here.
    static func harden(_ raw: OpaquePointer) {
        SSL_CTX_set_options(
            raw, copenssl_op_no_renegotiation | copenssl_op_no_compression | copenssl_op_no_ticket)
        _ = copenssl_ctx_disable_session_cache(raw)
        // Thousands of sessions are quiet nearly always: they hold buffers only while a record is under way.
        _ = copenssl_ctx_set_mode(raw, Int(SSL_MODE_RELEASE_BUFFERS))
    }

    /// TLS 1.2 or 1.3 over a stream with the suites of ``cipherList`` and the curves of ``groups``.
    static func restrictStream(
        _ raw: OpaquePointer, ciphers: String = cipherList, versions: ClosedRange<Int32> = TLSVersion.both
    ) throws(TLSError) {
        harden(raw)
        let lowest = copenssl_ctx_set_min_version(raw, versions.lowerBound)
        try TLSError.check(lowest, "SSL_CTX_set_min_proto_version")
        let highest = copenssl_ctx_set_max_version(raw, versions.upperBound)
        try TLSError.check(highest, "SSL_CTX_set_max_proto_version")
        try TLSError.check(SSL_CTX_set_cipher_list(raw, ciphers), "SSL_CTX_set_cipher_list", subject: ciphers)
        try TLSError.check(copenssl_ctx_set_groups(raw, groups), "SSL_CTX_set1_groups_list", subject: groups)
    }

    /// Gives `raw` the certificates of `chain`, the server's own first, and the key of that one.
    static func use(
        chain: [UInt8], key: [UInt8], in raw: OpaquePointer, chainName: String?, keyName: String?
    ) throws(TLSError) {
        let certificates = try naming(chainName) { () throws(TLSError) in try PEM.certificates(chain) }
        defer { for certificate in certificates { X509_free(certificate) } }
        let key = try naming(keyName) { () throws(TLSError) in try PEM.privateKey(key) }
        defer { EVP_PKEY_free(key) }
        for (index, certificate) in certificates.enumerated() {
            if index == 0 {
                let result = SSL_CTX_use_certificate(raw, certificate)
                try TLSError.check(result, "SSL_CTX_use_certificate", subject: chainName)
            } else {
                let result = copenssl_ctx_add_chain_certificate(raw, certificate)
                try TLSError.check(result, "SSL_CTX_add1_chain_cert", subject: chainName)
            }
        }
        let pair = chainName.map { "\($0) and \(keyName ?? "its key")" }
        try TLSError.check(SSL_CTX_use_PrivateKey(raw, key), "SSL_CTX_use_PrivateKey", subject: pair)
        try TLSError.check(SSL_CTX_check_private_key(raw), "SSL_CTX_check_private_key", subject: pair)
    }

    /// Adds `name` as the subject of an error that has none.
    static func naming<Result>(
        _ name: String?, _ body: () throws(TLSError) -> Result
    ) throws(TLSError) -> Result {
        do throws(TLSError) {
            return try body()
        } catch {
            var error = error
            error.subject = error.subject ?? name
            throw error
        }
    }
}

/// Protocol versions as OpenSSL numbers them.
enum TLSVersion {
    static let both = TLS1_2_VERSION...TLS1_3_VERSION
    static let only12 = TLS1_2_VERSION...TLS1_2_VERSION
    static let only13 = TLS1_3_VERSION...TLS1_3_VERSION
}
