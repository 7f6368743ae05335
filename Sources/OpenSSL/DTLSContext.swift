import COpenSSL

/// What all DTLS sessions of a process share: our certificate and policy (RFC 8827 §6.5, RFC 5764).
///
/// DTLS 1.2 only (OpenSSL 3.0 has no later). The peer must show a certificate and any is accepted: who it is, the
/// fingerprint from the session description says, which the caller compares.
package final class DTLSContext: @unchecked Sendable {
    // @unchecked Sendable: nothing is set after `init`; `SSL_new` only reads it and counts references atomically.
    let raw: OpaquePointer
    /// Whose fingerprint goes into session descriptions.
    package let certificate: Certificate

    /// AES-128 is all that the SRTP keys are worth; P-256 for RFC 8827 §6.5, X25519 because browsers prefer it.
    static let cipherList = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
    static let groups = "X25519:P-256"
    /// Best first: the server's order decides (RFC 5764 §4.1.2, RFC 7714 §14.2).
    static let profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"

    package convenience init(_ certificate: Certificate) throws(TLSError) {
        try self.init(certificate, profiles: Self.profiles)
    }

    init(_ certificate: Certificate, profiles: String?) throws(TLSError) {
        raw = try TLSContext.make(DTLS_method()) { raw throws(TLSError) in
            TLSContext.harden(raw)
            SSL_CTX_set_options(raw, copenssl_op_no_query_mtu | copenssl_op_cipher_server_preference)
            let lowest = copenssl_ctx_set_min_version(raw, DTLS1_2_VERSION)
            try TLSError.check(lowest, "SSL_CTX_set_min_proto_version")
            let highest = copenssl_ctx_set_max_version(raw, DTLS1_2_VERSION)
            try TLSError.check(highest, "SSL_CTX_set_max_proto_version")
            try TLSError.check(SSL_CTX_set_cipher_list(raw, Self.cipherList), "SSL_CTX_set_cipher_list")
            try TLSError.check(copenssl_ctx_set_groups(raw, Self.groups), "SSL_CTX_set1_groups_list")
            try TLSError.check(SSL_CTX_use_certificate(raw, certificate.raw), "SSL_CTX_use_certificate")
            try TLSError.check(SSL_CTX_use_PrivateKey(raw, certificate.key), "SSL_CTX_use_PrivateKey")
            // Answers 0 for success, unlike its neighbours.
            guard profiles.map({ SSL_CTX_set_tlsext_use_srtp(raw, $0) }) ?? 0 == 0 else {
                throw .draining("SSL_CTX_set_tlsext_use_srtp")
            }
            SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
            SSL_CTX_set_cert_verify_callback(raw, { _, _ in 1 }, nil)  // Any certificate: see the type's comment.
        }
        self.certificate = certificate
    }

    deinit { SSL_CTX_free(raw) }
}
