import COpenSSL

/// Our end of one session's wire, as OpenSSL's BIO sees it: what it may read now, and what it has written.
///
/// Used instead of a memory BIO, which glues the datagrams of a DTLS flight together and never gives back memory
/// that it once grew to.
final class WireEnd {
    enum Kind { case stream, datagrams }

    /// The largest datagram that DTLS writes: what passes every path seen with room for headers and tunnels.
    static let maximumDatagram = 1_200

    private let kind: Kind
    /// What has arrived and is not read yet.
    ///
    /// Points into the caller's span, so it is empty save inside ``offering(_:to:)``.
    private var incoming = UnsafeRawBufferPointer(start: nil, count: 0)
    /// What OpenSSL wrote, for a stream.
    var written: [UInt8] = []
    /// What OpenSSL wrote, for datagrams: one write, one datagram.
    var datagrams: [[UInt8]] = []

    init(_ kind: Kind) { self.kind = kind }

    /// Makes the BIO by which `ssl` reads and writes here; this object must outlive `ssl`.
    func attach(to ssl: OpaquePointer) throws(TLSError) {
        let bio = try TLSError.check(BIO_new(WireMethod.shared.raw), "BIO_new")
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_up_ref(bio)  // One reference for each direction: `ssl` takes both.
        SSL_set0_rbio(ssl, bio)
        SSL_set0_wbio(ssl, bio)
    }

    /// Lets OpenSSL read `bytes` for the time of `body`; what it leaves is dropped.
    func offering<Result>(
        _ bytes: borrowing RawSpan, to body: () throws(TLSError) -> Result
    ) throws(TLSError) -> Result {
        try bytes.withUnsafeBytes { buffer throws(TLSError) in
            incoming = buffer
            defer { incoming = UnsafeRawBufferPointer(start: nil, count: 0) }
            return try body()
        }
    }

    /// BIO read: as much as fits of a stream, the next datagram of datagrams (its rest is lost, as on a socket).
    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, incoming.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: incoming[..<count]))
        switch kind {
        case .stream: incoming = UnsafeRawBufferPointer(rebasing: incoming[count...])
        case .datagrams: incoming = UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return count
    }

    fileprivate func write(_ buffer: UnsafeRawBufferPointer) {
        switch kind {
        case .stream: written.append(contentsOf: buffer)
        case .datagrams: datagrams.append(Array(buffer))
        }
    }

    /// BIO ctrl; 0 is OpenSSL's "not supported".
    fileprivate func control(_ command: Int32, _ number: Int) -> Int {
        switch command {
        case BIO_CTRL_FLUSH: 1
        case BIO_CTRL_PENDING: incoming.count
        // Left unanswered, OpenSSL falls back to flights of 256-byte datagrams.
        case BIO_CTRL_DGRAM_QUERY_MTU, BIO_CTRL_DGRAM_GET_FALLBACK_MTU, BIO_CTRL_DGRAM_GET_MTU: Self.maximumDatagram
        case BIO_CTRL_DGRAM_SET_MTU: number
        default: 0
        }
    }

    fileprivate static func of(_ bio: OpaquePointer?) -> WireEnd? {
        guard let bio, let data = BIO_get_data(bio) else { return nil }
        return Unmanaged<WireEnd>.fromOpaque(data).takeUnretainedValue()
    }
}

/// What BIO_clear_retry_flags, a macro, clears.
private let retryFlags = BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY

/// The `BIO_METHOD` of ``WireEnd``: one for the process, since OpenSSL has only 127 numbers for methods.
private final class WireMethod: @unchecked Sendable {
    // @unchecked Sendable: OpenSSL only reads the method, and nobody writes it after `init`.
    let raw: OpaquePointer?

    static let shared = WireMethod()

    private init() {
        raw = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "diemcau wire")
        guard let raw else { return }  // Out of memory: `BIO_new` will say so.
        BIO_meth_set_read(raw) { bio, buffer, length in
            guard let bio, let end = WireEnd.of(bio), let buffer, length > 0 else { return -1 }
            BIO_clear_flags(bio, retryFlags)
            let count = end.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(length)))
            if count > 0 { return Int32(count) }
            BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            return -1
        }
        BIO_meth_set_write(raw) { bio, bytes, length in
            guard let bio, let end = WireEnd.of(bio), let bytes, length > 0 else { return -1 }
            BIO_clear_flags(bio, retryFlags)
            end.write(UnsafeRawBufferPointer(start: bytes, count: Int(length)))
            return length
        }
        BIO_meth_set_ctrl(raw) { bio, command, number, _ in
            WireEnd.of(bio)?.control(command, number) ?? 0
        }
    }
}
