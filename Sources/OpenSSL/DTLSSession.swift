import COpenSSL

/// One DTLS association without a socket or a clock: datagrams in, flights of datagrams out (RFC 6347).
///
/// OpenSSL's own timer is out of reach, so nothing is ever resent on account of time: the owner keeps the flight that
/// it sent last and sends those datagrams again when it finds that due, until ``isConnected``. After that only the peer
/// may lack something, and when it repeats itself ``receive(_:)`` makes the answer. Confined to one loop.
package final class DTLSSession {
    package enum Role: Sendable {
        /// Waits for the peer's ClientHello: `setup:passive`.
        case server
        /// Begins: `setup:active`.
        case client
    }

    /// The keys of the SRTP streams that follow (RFC 5764 §4.2).
    package struct ExportedKeys: Equatable, Sendable {
        /// The number of the protection profile: 1 is AES128_CM_SHA1_80, 7 is AEAD_AES_128_GCM.
        package var profile: UInt16
        /// 16 bytes each.
        package var clientKey: [UInt8]
        package var serverKey: [UInt8]
        /// 14 bytes each for AES128_CM_SHA1_80, 12 for AEAD_AES_128_GCM.
        package var clientSalt: [UInt8]
        package var serverSalt: [UInt8]
    }

    package let role: Role
    private let raw: OpaquePointer
    private let wire = WireEnd(.datagrams)
    private var failure: TLSError?
    /// Whether the handshake is done; it stays so after a close.
    package private(set) var isConnected = false
    /// Whether the peer's close_notify came: it has left.
    package private(set) var isClosed = false
    /// The handshake's last flight where it was ours, about 80 bytes, for a peer that lost it.
    private var lastFlight: [[UInt8]] = []

    package init(_ context: DTLSContext, role: Role) throws(TLSError) {
        ERR_clear_error()
        let raw = try TLSError.check(SSL_new(context.raw), "SSL_new")
        do throws(TLSError) {
            try wire.attach(to: raw)
        } catch {
            SSL_free(raw)
            throw error
        }
        _ = copenssl_set_mtu(raw, WireEnd.maximumDatagram)
        DTLS_set_timer_cb(raw) { _, _ in 3_600_000_000 }  // One hour, in µs: no handshake lives as long.
        switch role {
        case .server: SSL_set_accept_state(raw)
        case .client: SSL_set_connect_state(raw)
        }
        self.role = role
        self.raw = raw
    }

    deinit { SSL_free(raw) }

    /// Begins the handshake as the client: its first flight is in ``takeFlight()`` then.
    ///
    /// A server has nothing to begin.
    package func start() throws(TLSError) {
        guard role == .client, !isConnected else { return }
        if let failure { throw failure }
        try handshake()
    }

    /// Takes one whole datagram of the peer.
    ///
    /// What is not DTLS of this association is ignored. Once connected, a repeat of the peer's last flight puts ours
    /// into ``takeFlight()`` again (RFC 6347 §4.2.4).
    ///
    /// - Throws: ``TLSError`` when the handshake failed or the peer ended the association with a fatal alert. Every
    ///   further call throws the same; an alert that says why is in ``takeFlight()``.
    package func receive(_ datagram: borrowing RawSpan) throws(TLSError) {
        if let failure { throw failure }
        guard !isClosed, datagram.byteCount > 0 else { return }
        try wire.offering(datagram) { () throws(TLSError) in
            if !isConnected { try handshake() }
            guard isConnected else { return }
            let isRepeat = !lastFlight.isEmpty && wire.datagrams.isEmpty && Self.isPlainHandshake(datagram)
            try drain()
            // OpenSSL answers a repeat by itself if its records are numbered anew, as they should be. It takes one that
            // was sent again byte by byte, as our own client does, for a duplicate that the network made.
            if isRepeat, wire.datagrams.isEmpty { wire.datagrams = lastFlight }
        }
        releaseBuffers()
    }

    /// The datagrams to send now, at most ``maximumDatagram`` bytes each; none most of the time.
    ///
    /// When there are any they are a flight: keep them for resending until the peer's next one has come.
    package func takeFlight() -> [[UInt8]] {
        let flight = wire.datagrams
        wire.datagrams = []
        return flight
    }

    /// The largest datagram of a flight, in bytes.
    package static let maximumDatagram = WireEnd.maximumDatagram

    /// The certificate that the peer showed and proved to own, as `a=fingerprint` writes it (RFC 8122 §5).
    ///
    /// `nil` until connected. It must be compared before anything is sent or believed.
    package func peerFingerprint(_ hash: FingerprintHash) -> String? {
        guard isConnected, let certificate = SSL_get1_peer_certificate(raw) else { return nil }
        defer { X509_free(certificate) }
        return Certificate.fingerprint(of: certificate, hash)
    }

    /// The SRTP keys of this association.
    ///
    /// - Throws: ``TLSError`` when not connected, or when the peer agreed to no protection profile.
    package func exportedKeys() throws(TLSError) -> ExportedKeys {
        guard isConnected else { throw TLSError(call: "exportedKeys: not connected") }
        guard let profile = SSL_get_selected_srtp_profile(raw)?.pointee.id else {
            throw TLSError(call: "SSL_get_selected_srtp_profile: none agreed")
        }
        let keyLength = 16
        let saltLength = profile == UInt(SRTP_AES128_CM_SHA1_80) ? 14 : 12
        let label = "EXTRACTOR-dtls_srtp"
        var material = [UInt8](repeating: 0, count: 2 * (keyLength + saltLength))
        let result = SSL_export_keying_material(raw, &material, material.count, label, label.utf8.count, nil, 0, 0)
        try TLSError.check(result, "SSL_export_keying_material")
        defer { OPENSSL_cleanse(&material, material.count) }
        var rest = material[...]
        func take(_ count: Int) -> [UInt8] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        // Client key, server key, client salt, server salt: the order of RFC 5764 §4.2.
        return ExportedKeys(
            profile: UInt16(truncatingIfNeeded: profile), clientKey: take(keyLength), serverKey: take(keyLength),
            clientSalt: take(saltLength), serverSalt: take(saltLength))
    }

    /// Says goodbye: close_notify is in ``takeFlight()`` afterwards, unless there is no association yet.
    package func close() {
        guard failure == nil, isConnected else { return }
        // The read brings back the buffers that `releaseBuffers` gave away: OpenSSL's DTLS writes without looking,
        // through a null pointer. Once the peer has said goodbye a read does nothing, but they are there still.
        if !isClosed { try? drain() }
        guard failure == nil else { return }
        ERR_clear_error()
        _ = SSL_shutdown(raw)
        ERR_clear_error()
    }

    private func handshake() throws(TLSError) {
        ERR_clear_error()
        let result = SSL_do_handshake(raw)
        if result == 1 {
            isConnected = true
            if role == .server { lastFlight = wire.datagrams }
        } else if SSL_get_error(raw, result) != SSL_ERROR_WANT_READ {
            throw fail("SSL_do_handshake")
        }
    }

    /// Lets OpenSSL see alerts and repeated messages; application data (data channels, which we refuse) is dropped.
    private func drain() throws(TLSError) {
        while true {
            ERR_clear_error()
            var count = 0
            let result = withUnsafeTemporaryAllocation(byteCount: 2_048, alignment: 1) { buffer in
                SSL_read_ex(raw, buffer.baseAddress, buffer.count, &count)
            }
            if result == 1 { continue }
            switch SSL_get_error(raw, result) {
            case SSL_ERROR_WANT_READ: return
            case SSL_ERROR_ZERO_RETURN:
                isClosed = true
                return
            default: throw fail("SSL_read_ex")
            }
        }
    }

    /// Whether `datagram` begins with a handshake record of epoch 0 (RFC 6347 §4.1).
    private static func isPlainHandshake(_ datagram: borrowing RawSpan) -> Bool {
        datagram.withUnsafeBytes { $0.count >= 25 && $0[0] == 22 && $0[3] == 0 && $0[4] == 0 }
    }

    /// Gives back OpenSSL's two record buffers, 34 KiB, once connected; `SSL_MODE_RELEASE_BUFFERS` skips DTLS.
    private func releaseBuffers() {
        if isConnected, !isClosed { SSL_free_buffers(raw) }
    }

    private func fail(_ call: StaticString) -> TLSError {
        let error = TLSError.draining(call)
        failure = error
        return error
    }
}
