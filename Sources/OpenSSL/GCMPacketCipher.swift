import COpenSSL

/// AES-128-GCM with one session key, over SRTP and SRTCP packets (RFC 7714).
///
/// The key schedule is kept and each packet sets only its nonce: no call allocates. One object serves one direction,
/// one loop and either RTP or RTCP. The 96-bit nonce is for the caller to make, and never to use twice.
package final class GCMPacketCipher {
    private static let tagLength = 16

    private let context: OpaquePointer

    /// - Parameter key: 16 bytes; `nil` comes of any other number, or when OpenSSL refuses.
    package init?(key: [UInt8]) {
        guard key.count == 16, let context = EVP_CIPHER_CTX_new() else { return nil }
        guard EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, nil) == 1 else {
            EVP_CIPHER_CTX_free(context)
            ERR_clear_error()
            return nil
        }
        self.context = context
    }

    deinit { EVP_CIPHER_CTX_free(context) }  // It wipes the key, too.

    /// Encrypts `prefixLength` bytes behind the header in place, then `rest` out of its own place, and adds the tag.
    ///
    /// - Parameters:
    ///   - packet: Room for the whole packet, in which header and prefix are already there.
    ///   - headerLength: Bytes that are authenticated only.
    ///   - prefixLength: Bytes of plaintext behind the header; may be 0.
    ///   - rest: The plaintext that follows; never written to.
    ///   - nonce: 96 bits.
    ///   - rolloverCounter: Not used: it is part of the nonce.
    /// - Returns: The length of the SRTP packet; `nil` when there is no room for it.
    package func sealRTP(
        _ packet: inout MutableRawSpan, headerLength: Int, prefixLength: Int, rest: borrowing RawSpan,
        nonce: UInt128, rolloverCounter: UInt32
    ) -> Int? {
        let room = packet.byteCount - Self.tagLength - rest.byteCount
        guard headerLength > 0, headerLength <= room, prefixLength >= 0, prefixLength <= room - headerLength else {
            return nil
        }
        let sealed = packet.withUnsafeMutableBytes { packet in
            rest.withUnsafeBytes { rest in
                guard let start = packet.baseAddress else { return false }
                let (text, middle) = (start + headerLength, start + headerLength + prefixLength)
                return begin(encrypting: true, nonce: nonce) && authenticate(start, headerLength)
                    && update(text, text, prefixLength)
                    && update(middle, rest.baseAddress, rest.count)
                    && finishSealing(tag: middle + rest.count)
            }
        }
        return sealed ? headerLength + prefixLength + rest.byteCount + Self.tagLength : nil
    }

    /// Checks and decrypts an SRTP packet in place.
    ///
    /// - Parameters:
    ///   - packet: The packet, to its last byte. GCM decrypts while it authenticates: after a wrong tag what stands
    ///     behind the header is garbage.
    ///   - headerLength: Bytes that are authenticated only.
    ///   - nonce: 96 bits.
    ///   - rolloverCounter: Not used: it is part of the nonce.
    /// - Returns: Where the plaintext ends; `nil` when the packet is too short or its tag wrong.
    package func openRTP(
        _ packet: inout MutableRawSpan, headerLength: Int, nonce: UInt128, rolloverCounter: UInt32
    ) -> Int? {
        let end = packet.byteCount - Self.tagLength
        guard headerLength > 0, headerLength <= end else { return nil }
        let opened = packet.withUnsafeMutableBytes { packet in
            guard let start = packet.baseAddress else { return false }
            let text = start + headerLength
            return begin(encrypting: false, nonce: nonce) && authenticate(start, headerLength)
                && update(text, text, end - headerLength) && finishOpening(tag: start + end)
        }
        return opened ? end : nil
    }

    /// Encrypts a compound packet behind its first 8 bytes; tag, E flag and index follow it (RFC 7714 §9.2).
    ///
    /// - Parameters:
    ///   - packet: The plaintext, and 20 bytes of room behind it.
    ///   - length: Bytes of plaintext, at least 8.
    ///   - nonce: 96 bits.
    ///   - indexWord: E flag and index.
    /// - Returns: The length of the SRTCP packet; `nil` when there is no room for it.
    package func sealRTCP(_ packet: inout MutableRawSpan, length: Int, nonce: UInt128, indexWord: UInt32) -> Int? {
        let total = packet.byteCount - Self.tagLength - 4 >= length ? length + Self.tagLength + 4 : 0
        guard length >= 8, total > 0 else { return nil }
        let sealed = packet.withUnsafeMutableBytes { packet in
            guard let start = packet.baseAddress else { return false }
            var word = indexWord.bigEndian
            (start + total - 4).copyMemory(from: &word, byteCount: 4)
            return begin(encrypting: true, nonce: nonce) && authenticate(start, 8)
                && authenticate(start + total - 4, 4)
                && update(start + 8, start + 8, length - 8)
                && finishSealing(tag: start + length)
        }
        return sealed ? total : nil
    }

    /// Checks and decrypts an SRTCP packet in place.
    ///
    /// - Parameters:
    ///   - packet: The packet, to its last byte; garbage behind its first 8 bytes after a wrong tag.
    ///   - nonce: 96 bits.
    ///   - indexWord: Not used: it is read where it stands, in the packet's last 4 bytes.
    /// - Returns: Where the plaintext ends; `nil` when the packet is too short or its tag wrong.
    package func openRTCP(_ packet: inout MutableRawSpan, nonce: UInt128, indexWord: UInt32) -> Int? {
        let end = packet.byteCount - 4 - Self.tagLength
        guard end >= 8 else { return nil }
        let opened = packet.withUnsafeMutableBytes { packet in
            guard let start = packet.baseAddress else { return false }
            return begin(encrypting: false, nonce: nonce) && authenticate(start, 8)
                && authenticate(start + end + Self.tagLength, 4)
                && update(start + 8, start + 8, end - 8)
                && finishOpening(tag: start + end)
        }
        return opened ? end : nil
    }

    // MARK: EVP, step by step

    private func begin(encrypting: Bool, nonce: UInt128) -> Bool {
        var bytes = nonce.bigEndian
        return withUnsafeBytes(of: &bytes) { bytes in
            // The low 96 bits; their length is EVP's default for GCM.
            guard let nonce = bytes.baseAddress?.advanced(by: 4).assumingMemoryBound(to: UInt8.self) else {
                return false
            }
            return EVP_CipherInit_ex(context, nil, nil, nil, nonce, encrypting ? 1 : 0) == 1
        }
    }

    private func authenticate(_ bytes: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        update(nil, bytes, count)
    }

    private func update(_ output: UnsafeMutableRawPointer?, _ input: UnsafeRawPointer?, _ count: Int) -> Bool {
        guard count > 0 else { return true }
        var written: Int32 = 0
        return EVP_CipherUpdate(
            context, output?.assumingMemoryBound(to: UInt8.self), &written,
            input?.assumingMemoryBound(to: UInt8.self), Int32(truncatingIfNeeded: count)) == 1
    }

    private func finishSealing(tag: UnsafeMutableRawPointer) -> Bool {
        finish() && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagLength), tag) == 1
    }

    private func finishOpening(tag: UnsafeMutableRawPointer) -> Bool {
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagLength), tag) == 1 && finish()
    }

    private func finish() -> Bool {
        var written: Int32 = 0
        var nothing: UInt8 = 0  // GCM has no last block to write; EVP wants a place for it all the same.
        return EVP_CipherFinal_ex(context, &nothing, &written) == 1
    }
}
