import COpenSSL

/// What the sessions of a listening port share: certificate, key and policy.
///
/// TLS 1.2 and 1.3 with ECDHE and AEAD only, no tickets, no renegotiation. To change the certificate make a new
/// context: sessions keep the one that they were made with.
package final class TLSServerContext: @unchecked Sendable {
    // @unchecked Sendable: nothing is set after `init`; `SSL_new` only reads it and counts references atomically.
    let raw: OpaquePointer

    /// Reads both from PEM text.
    ///
    /// - Parameters:
    ///   - certificateChain: The server's certificate, then those that lead from it to an authority.
    ///   - key: The first certificate's private key.
    /// - Throws: ``TLSError`` when either can't be read or they don't belong together.
    package convenience init(certificateChain: [UInt8], key: [UInt8]) throws(TLSError) {
        try self.init(chain: certificateChain, key: key, chainName: nil, keyName: nil)
    }

    /// Reads both from PEM files, of at most 1 MiB each; blocks on the disk.
    ///
    /// - Throws: ``TLSError``, whose subject names the file, or both where they don't belong together.
    package convenience init(certificateFile: String, keyFile: String) throws(TLSError) {
        let chain = try PEM.file(certificateFile)
        let key = try PEM.file(keyFile)
        try self.init(chain: chain, key: key, chainName: certificateFile, keyName: keyFile)
    }

    /// Serves with a certificate that is in memory already.
    package convenience init(_ certificate: Certificate) throws(TLSError) {
        try self.init(certificateChain: try certificate.pem(), key: try certificate.keyPEM())
    }

    init(
        chain: [UInt8], key: [UInt8], chainName: String?, keyName: String?,
        versions: ClosedRange<Int32> = TLSVersion.both
    ) throws(TLSError) {
        raw = try TLSContext.make(TLS_server_method()) { raw throws(TLSError) in
            try TLSContext.restrictStream(raw, versions: versions)
            SSL_CTX_set_options(raw, copenssl_op_cipher_server_preference)
            // Without this TLS 1.3 sends session ids as "stateful tickets" even though tickets are off.
            try TLSError.check(SSL_CTX_set_num_tickets(raw, 0), "SSL_CTX_set_num_tickets")
            try TLSContext.use(chain: chain, key: key, in: raw, chainName: chainName, keyName: keyName)
            SSL_CTX_set_alpn_select_cb(raw, Self.selectProtocol, nil)
        }
    }

    deinit { SSL_CTX_free(raw) }

    /// When the server's own certificate is valid, in seconds since 1970.
    package var validity: Range<Int64> { SSL_CTX_get0_certificate(raw).map(Certificate.validity(of:)) ?? 0..<0 }

    /// Answers an offer that contains `http/1.1` with it and ends the handshake otherwise (RFC 7301 §3.2).
    private static let selectProtocol:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
            UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
        ) -> Int32 = { _, chosen, chosenLength, offered, offeredLength, _ in
            let wanted = Array("http/1.1".utf8)
            var rest = UnsafeBufferPointer(start: offered, count: Int(offeredLength))[...]
            while let length = rest.popFirst().map(Int.init), length <= rest.count {
                let name = rest.prefix(length)
                if name.elementsEqual(wanted) {
                    // Into the offer itself, which is how OpenSSL wants it: the name then lives long enough.
                    chosen?.pointee = UnsafeBufferPointer(rebasing: name).baseAddress
                    chosenLength?.pointee = UInt8(wanted.count)
                    return SSL_TLSEXT_ERR_OK
                }
                rest = rest.dropFirst(length)
            }
            return SSL_TLSEXT_ERR_ALERT_FATAL
        }
}
