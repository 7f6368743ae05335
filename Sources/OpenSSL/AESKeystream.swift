import COpenSSL

/// The key stream of AES-128 in counter mode: what SRTP derives its session keys from (RFC 3711 §4.1.1).
package enum AESKeystream {
    /// Makes the first bytes of a key stream.
    ///
    /// Not for packets: it sets up the key each time.
    ///
    /// - Parameters:
    ///   - key: 16 bytes.
    ///   - counter: The first block's counter, as a big-endian integer.
    ///   - count: How many bytes, 0 or more.
    /// - Returns: The bytes; `nil` when the key has the wrong length or OpenSSL refuses.
    package static func bytes(key: [UInt8], counter: UInt128, count: Int) -> [UInt8]? {
        guard key.count == 16, count >= 0, let length = Int32(exactly: count), let context = EVP_CIPHER_CTX_new() else {
            return nil
        }
        defer { EVP_CIPHER_CTX_free(context) }
        let first = withUnsafeBytes(of: counter.bigEndian) { Array($0) }
        var stream = [UInt8](repeating: 0, count: count)
        var written: Int32 = 0
        guard EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, key, first) == 1,
            EVP_EncryptUpdate(context, &stream, &written, [UInt8](repeating: 0, count: count), length) == 1
        else {
            ERR_clear_error()
            return nil
        }
        return stream
    }
}
