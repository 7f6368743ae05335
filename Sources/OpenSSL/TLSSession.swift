import COpenSSL
import Units

/// One TLS connection without a socket: bytes from the peer in, bytes for the peer out, plaintext on the other side.
///
/// After each ``receive(_:)``, whether it threw or not, send what ``takeOutput(into:)`` gives (an alert that says why
/// is there too) and read what ``read(into:)`` gives. Confined to one loop; it allocates as OpenSSL does.
package final class TLSSession {
    /// Plaintext that may wait for ``read(into:)``, in bytes; ours to choose: four times a full HTTP body here.
    package static let maximumUnread = 1 << 20

    private let raw: OpaquePointer
    private let wire = WireEnd(.stream)
    private var plaintext: [UInt8] = []
    /// Why the connection can't go on; OpenSSL must not be asked again after that.
    private var failure: TLSError?
    /// Whether the peer's close_notify came: nothing more will arrive (RFC 8446 §6.1).
    package private(set) var isClosed = false

    /// The server's side of a connection that has just been accepted.
    package convenience init(accepting context: TLSServerContext) throws(TLSError) {
        try self.init(context.raw) { raw throws(TLSError) in SSL_set_accept_state(raw) }
    }

    /// The client's side; its first message is in ``takeOutput(into:)`` at once.
    ///
    /// - Parameters:
    ///   - context: Whom to trust.
    ///   - host: The DNS name or IP address that the server's certificate must be for (RFC 9525 §6), without brackets.
    ///     A name also goes out as SNI, an address doesn't (RFC 6066 §3).
    /// - Throws: ``TLSError`` with the host as its subject when it is no name that can be asked for.
    package convenience init(connecting context: TLSClientContext, to host: String) throws(TLSError) {
        try self.init(context.raw) { raw throws(TLSError) in
            SSL_set_connect_state(raw)
            let parameters = SSL_get0_param(raw)
            if IPAddress(host) != nil {
                let result = X509_VERIFY_PARAM_set1_ip_asc(parameters, host)
                try TLSError.check(result, "X509_VERIFY_PARAM_set1_ip_asc", subject: host)
            } else {
                X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
                try TLSError.check(SSL_set1_host(raw, host), "SSL_set1_host", subject: host)
                try TLSError.check(copenssl_set_server_name(raw, host), "SSL_set_tlsext_host_name", subject: host)
            }
        }
        try handshake()
    }

    private init(
        _ context: OpaquePointer, _ configure: (OpaquePointer) throws(TLSError) -> Void
    ) throws(TLSError) {
        ERR_clear_error()
        let raw = try TLSError.check(SSL_new(context), "SSL_new")
        do throws(TLSError) {
            try wire.attach(to: raw)
            try configure(raw)
        } catch {
            SSL_free(raw)
            throw error
        }
        self.raw = raw
    }

    deinit { SSL_free(raw) }

    package var isHandshakeDone: Bool { SSL_is_init_finished(raw) == 1 }
    /// Such as `TLSv1.3`; for logs.
    package var version: String { String(cString: SSL_get_version(raw)) }
    /// The cipher suite in OpenSSL's spelling, for logs.
    ///
    /// `nil` before the handshake.
    package var cipher: String? { SSL_get_current_cipher(raw).map { String(cString: SSL_CIPHER_get_name($0)) } }
    /// Bytes that wait for ``takeOutput(into:)``.
    package var pendingOutput: Int { wire.written.count }

    /// Takes bytes from the peer, any number of them and cut anywhere.
    ///
    /// - Throws: ``TLSError`` when the peer broke the protocol, was refused, or more than ``maximumUnread`` bytes of
    ///   plaintext wait. The session has failed then, and every further call throws the same.
    package func receive(_ bytes: borrowing RawSpan) throws(TLSError) {
        if let failure { throw failure }
        try wire.offering(bytes) { () throws(TLSError) in
            if !isHandshakeDone { try handshake() }
            if isHandshakeDone, !isClosed { try drain() }
        }
    }

    /// Moves the plaintext received so far to the end of `buffer`.
    package func read(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: plaintext)
        plaintext = []
    }

    /// Encrypts `bytes` for the peer; bound what waits by ``pendingOutput``.
    ///
    /// - Throws: ``TLSError`` when the handshake is not done, the session has failed or ``close()`` was called.
    package func write(_ bytes: borrowing RawSpan) throws(TLSError) {
        if let failure { throw failure }
        guard isHandshakeDone else { throw TLSError(call: "SSL_write: before the handshake was done") }
        guard bytes.byteCount > 0 else { return }
        ERR_clear_error()
        let result = bytes.withUnsafeBytes { buffer in
            var written = 0
            return SSL_write_ex(raw, buffer.baseAddress, buffer.count, &written)
        }
        guard result == 1 else { throw fail("SSL_write_ex") }
    }

    /// Moves what is to be sent to the end of `buffer`.
    package func takeOutput(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: wire.written)
        wire.written = []
    }

    /// Says goodbye: close_notify is in ``takeOutput(into:)`` afterwards, unless the handshake was not done.
    package func close() {
        guard failure == nil, isHandshakeDone else { return }
        ERR_clear_error()
        _ = SSL_shutdown(raw)
        ERR_clear_error()
    }

    private func handshake() throws(TLSError) {
        ERR_clear_error()
        let result = SSL_do_handshake(raw)
        guard result != 1, SSL_get_error(raw, result) != SSL_ERROR_WANT_READ else { return }
        throw fail("SSL_do_handshake")
    }

    /// Decrypts until nothing is left of what was offered.
    private func drain() throws(TLSError) {
        while true {
            ERR_clear_error()
            var count = 0
            let result = withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { buffer in
                let result = SSL_read_ex(raw, buffer.baseAddress, buffer.count, &count)
                if result == 1 { plaintext.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                return result
            }
            if result == 1 {
                guard plaintext.count <= Self.maximumUnread else { throw fail("SSL_read_ex: too much unread") }
                continue
            }
            switch SSL_get_error(raw, result) {
            case SSL_ERROR_WANT_READ: return
            case SSL_ERROR_ZERO_RETURN:
                isClosed = true
                return
            default: throw fail("SSL_read_ex")
            }
        }
    }

    private func fail(_ call: StaticString) -> TLSError {
        let verdict = SSL_get_verify_result(raw)
        let refused = verdict != X509_V_OK && SSL_get_verify_mode(raw) != SSL_VERIFY_NONE
        let reason = refused ? String(cString: X509_verify_cert_error_string(verdict)) : nil
        let error = TLSError.draining(call, subject: reason)
        failure = error
        return error
    }
}
