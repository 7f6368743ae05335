import COpenSSL

/// Certificates and keys as text (RFC 7468), and files that hold them.
enum PEM {
    /// The largest file that is read, in bytes: a bundle of all public authorities has about 250 KiB.
    static let maximumFileSize = 1 << 20

    /// The whole of the file at `path`.
    ///
    /// - Throws: ``TLSError`` with the path as its subject when the file can't be read or is too large.
    static func file(_ path: String) throws(TLSError) -> [UInt8] {
        ERR_clear_error()
        guard let bio = BIO_new_file(path, "rb") else { throw .draining("open", subject: path) }
        defer { BIO_free(bio) }
        let bytes = [UInt8](unsafeUninitializedCapacity: maximumFileSize + 1) { buffer, count in
            while count < buffer.count {
                let read = BIO_read(bio, buffer.baseAddress?.advanced(by: count), Int32(buffer.count - count))
                guard read > 0 else { break }
                count += Int(read)
            }
        }
        guard bytes.count <= maximumFileSize else { throw TLSError(call: "read: file too large", subject: path) }
        guard !bytes.isEmpty else { throw .draining("read: nothing in it", subject: path) }
        return bytes
    }

    /// Calls `body` with a BIO that reads `bytes`.
    static func reading<Result>(
        _ bytes: [UInt8], _ body: (OpaquePointer) throws(TLSError) -> Result
    ) throws(TLSError) -> Result {
        ERR_clear_error()
        let bio = try TLSError.check(BIO_new(BIO_s_mem()), "BIO_new")
        defer { BIO_free(bio) }
        guard bytes.count <= maximumFileSize, BIO_write(bio, bytes, Int32(bytes.count)) == Int32(bytes.count) else {
            throw .draining("BIO_write")
        }
        return try body(bio)
    }

    /// What `body` wrote to the BIO that it is given.
    static func writing(_ body: (OpaquePointer) throws(TLSError) -> Void) throws(TLSError) -> [UInt8] {
        let bio = try TLSError.check(BIO_new(BIO_s_mem()), "BIO_new")
        defer { BIO_free(bio) }
        try body(bio)
        var start: UnsafeMutablePointer<CChar>?
        let count = copenssl_bio_memory(bio, &start)
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The first private key of `pem`, which the caller must free.
    static func privateKey(_ pem: [UInt8]) throws(TLSError) -> OpaquePointer {
        try reading(pem) { bio throws(TLSError) in
            // Without a callback of ours OpenSSL would ask for a passphrase on the terminal.
            guard let key = PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil) else {
                throw .draining("PEM_read_bio_PrivateKey")
            }
            ERR_clear_error()
            return key
        }
    }

    /// `key` in PKCS #8, not encrypted.
    static func text(ofPrivateKey key: OpaquePointer) throws(TLSError) -> [UInt8] {
        try writing { bio throws(TLSError) in
            try TLSError.check(PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil), "PEM_write_bio")
        }
    }

    /// Every certificate of `pem` in its order, at least one; the caller must free each.
    static func certificates(_ pem: [UInt8]) throws(TLSError) -> [OpaquePointer] {
        try reading(pem) { bio throws(TLSError) in
            var certificates: [OpaquePointer] = []
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) { certificates.append(certificate) }
            let end = TLSError.draining("PEM_read_bio_X509")
            // "No start line" is how OpenSSL says that the text is at its end; anything else is a broken block.
            let isAtEnd = end.codes.last.map { ERR_GET_REASON($0) == PEM_R_NO_START_LINE } ?? true
            guard isAtEnd, !certificates.isEmpty else {
                for certificate in certificates { X509_free(certificate) }
                throw end
            }
            return certificates
        }
    }
}
