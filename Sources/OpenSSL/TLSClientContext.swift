import COpenSSL

/// What a client's sessions share: whom it trusts, and policy.
package final class TLSClientContext: @unchecked Sendable {
    // @unchecked Sendable: nothing is set after `init`; `SSL_new` only reads it and counts references atomically.

    /// Whose certificates are believed.
    package enum Trust: Equatable, Sendable {
        /// The authorities that the system came with.
        case system
        /// The certificates of one PEM file and no others; the `certificate.pem` of a server's state folder will do.
        case file(String)
        /// The same as PEM text.
        case certificates([UInt8])
        /// Any certificate for any name. Gives no protection against somebody in the middle.
        case anything
    }

    let raw: OpaquePointer
    let verifiesPeer: Bool

    /// - Throws: ``TLSError``, whose subject names the file where `trust` is one that can't be read.
    package convenience init(trust: Trust) throws(TLSError) {
        try self.init(trust: trust, at: nil)
    }

    /// Judges certificates as of `now`, in seconds since 1970; as of the system's clock where none is given.
    init(
        trust: Trust, ciphers: String = TLSContext.cipherList, versions: ClosedRange<Int32> = TLSVersion.both,
        protocols: [UInt8] = TLSContext.protocols, at now: Int64? = nil
    ) throws(TLSError) {
        raw = try TLSContext.make(TLS_client_method()) { raw throws(TLSError) in
            try TLSContext.restrictStream(raw, ciphers: ciphers, versions: versions)
            // Answers 0 for success, unlike its neighbours.
            guard SSL_CTX_set_alpn_protos(raw, protocols, UInt32(protocols.count)) == 0 else {
                throw .draining("SSL_CTX_set_alpn_protos")
            }
            try Self.apply(trust, to: raw)
            if let now { X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(raw), Int(now)) }
        }
        verifiesPeer = trust != .anything
    }

    deinit { SSL_CTX_free(raw) }

    private static func apply(_ trust: Trust, to raw: OpaquePointer) throws(TLSError) {
        SSL_CTX_set_verify(raw, trust == .anything ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nil)
        switch trust {
        case .system:
            try TLSError.check(SSL_CTX_set_default_verify_paths(raw), "SSL_CTX_set_default_verify_paths")
        case .file(let path):
            let text = try PEM.file(path)
            try TLSContext.naming(path) { () throws(TLSError) in try addAuthorities(text, to: raw) }
        case .certificates(let text):
            try addAuthorities(text, to: raw)
        case .anything:
            break
        }
    }

    private static func addAuthorities(_ pem: [UInt8], to raw: OpaquePointer) throws(TLSError) {
        let authorities = try PEM.certificates(pem)
        defer { for authority in authorities { X509_free(authority) } }
        let store = SSL_CTX_get_cert_store(raw)
        for authority in authorities {
            try TLSError.check(X509_STORE_add_cert(store, authority), "X509_STORE_add_cert")
        }
        // What the user names is trusted as it stands, also where it is not the top of a chain.
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(raw), UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }
}
