import COpenSSL

/// AES-128 in counter mode and HMAC-SHA1 cut to 80 bits with one pair of session keys, over SRTP and SRTCP packets
/// (RFC 3711 §4.1.1, §4.2.1).
///
/// The key schedule and the two SHA-1 states that HMAC begins with are kept; each packet sets a counter and copies the
/// states by value, so that no call allocates. (`EVP_MD_CTX_copy_ex` would once a packet, `EVP_MAC_init` twice.)
/// One object serves one direction, one loop and either RTP or RTCP. The 112-bit nonce is for the caller to make, and
/// never to use twice.
package final class CounterModePacketCipher {
    private static let tagLength = 10

    private let context: OpaquePointer
    /// SHA-1 after the key's inner block and after its outer one (RFC 2104 §4).
    private var inner: SHA_CTX
    private var outer: SHA_CTX

    /// - Parameters:
    ///   - key: 16 bytes.
    ///   - authenticationKey: 1 … 64 bytes; SRTP has 20. `nil` comes of other lengths, or when OpenSSL refuses.
    package init?(key: [UInt8], authenticationKey: [UInt8]) {
        guard key.count == 16, (1...64).contains(authenticationKey.count), let context = EVP_CIPHER_CTX_new() else {
            return nil
        }
        guard EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, key, nil) == 1 else {
            EVP_CIPHER_CTX_free(context)
            ERR_clear_error()
            return nil
        }
        self.context = context
        inner = Self.state(after: authenticationKey, padding: 0x36)
        outer = Self.state(after: authenticationKey, padding: 0x5C)
    }

    /// SHA-1 after one block: the key, filled up with zeros, xor `padding`.
    private static func state(after key: [UInt8], padding: UInt8) -> SHA_CTX {
        var block = key.map { $0 ^ padding } + Array(repeating: padding, count: 64 - key.count)
        var state = SHA_CTX()
        SHA1_Init(&state)
        SHA1_Update(&state, block, block.count)
        OPENSSL_cleanse(&block, block.count)
        return state
    }

    deinit {
        EVP_CIPHER_CTX_free(context)  // It wipes the key, too.
        OPENSSL_cleanse(&inner, MemoryLayout<SHA_CTX>.size)
        OPENSSL_cleanse(&outer, MemoryLayout<SHA_CTX>.size)
    }

    /// Encrypts `prefixLength` bytes behind the header in place, then `rest` out of its own place, and adds the tag.
    ///
    /// - Parameters:
    ///   - packet: Room for the whole packet, in which header and prefix are already there.
    ///   - headerLength: Bytes that are authenticated only.
    ///   - prefixLength: Bytes of plaintext behind the header; may be 0.
    ///   - rest: The plaintext that follows; never written to.
    ///   - nonce: 112 bits.
    ///   - rolloverCounter: Authenticated behind the packet, not sent.
    /// - Returns: The length of the SRTP packet; `nil` when there is no room for it.
    package func sealRTP(
        _ packet: inout MutableRawSpan, headerLength: Int, prefixLength: Int, rest: borrowing RawSpan,
        nonce: UInt128, rolloverCounter: UInt32
    ) -> Int? {
        let room = packet.byteCount - Self.tagLength - rest.byteCount
        guard headerLength > 0, headerLength <= room, prefixLength >= 0, prefixLength <= room - headerLength else {
            return nil
        }
        let end = headerLength + prefixLength + rest.byteCount
        let sealed = packet.withUnsafeMutableBytes { packet in
            rest.withUnsafeBytes { rest in
                guard let start = packet.baseAddress else { return false }
                let (text, middle) = (start + headerLength, start + headerLength + prefixLength)
                guard begin(nonce), crypt(text, text, prefixLength), crypt(middle, rest.baseAddress, rest.count) else {
                    return false
                }
                withUnsafeBytes(of: tag(of: start, end, followedBy: rolloverCounter)) { tag in
                    tag.copyBytes(to: start + end, count: Self.tagLength)
                }
                return true
            }
        }
        return sealed ? end + Self.tagLength : nil
    }

    /// Checks and decrypts an SRTP packet in place.
    ///
    /// - Parameters:
    ///   - packet: The packet, to its last byte; unchanged when the tag is wrong.
    ///   - headerLength: Bytes that are authenticated only.
    ///   - nonce: 112 bits.
    ///   - rolloverCounter: Authenticated behind the packet.
    /// - Returns: Where the plaintext ends; `nil` when the packet is too short or its tag wrong.
    package func openRTP(
        _ packet: inout MutableRawSpan, headerLength: Int, nonce: UInt128, rolloverCounter: UInt32
    ) -> Int? {
        let end = packet.byteCount - Self.tagLength
        guard headerLength > 0, headerLength <= end else { return nil }
        let opened = packet.withUnsafeMutableBytes { packet in
            guard let start = packet.baseAddress else { return false }
            let text = start + headerLength
            return isTag(start + end, of: start, end, followedBy: rolloverCounter)
                && begin(nonce) && crypt(text, text, end - headerLength)
        }
        return opened ? end : nil
    }

    /// Encrypts a compound packet behind its first 8 bytes; E flag, index and tag follow it (RFC 3711 §3.4).
    ///
    /// - Parameters:
    ///   - packet: The plaintext, and 14 bytes of room behind it.
    ///   - length: Bytes of plaintext, at least 8.
    ///   - nonce: 112 bits.
    ///   - indexWord: E flag and index.
    /// - Returns: The length of the SRTCP packet; `nil` when there is no room for it.
    package func sealRTCP(_ packet: inout MutableRawSpan, length: Int, nonce: UInt128, indexWord: UInt32) -> Int? {
        guard length >= 8, length <= packet.byteCount - 4 - Self.tagLength else { return nil }
        let sealed = packet.withUnsafeMutableBytes { packet in
            guard let start = packet.baseAddress, begin(nonce), crypt(start + 8, start + 8, length - 8) else {
                return false
            }
            withUnsafeBytes(of: indexWord.bigEndian) { $0.copyBytes(to: start + length, count: 4) }
            withUnsafeBytes(of: tag(of: start, length, followedBy: indexWord)) { tag in
                tag.copyBytes(to: start + length + 4, count: Self.tagLength)
            }
            return true
        }
        return sealed ? length + 4 + Self.tagLength : nil
    }

    /// Checks and decrypts an SRTCP packet in place.
    ///
    /// - Parameters:
    ///   - packet: The packet, to its last byte; unchanged when the tag is wrong.
    ///   - nonce: 112 bits.
    ///   - indexWord: E flag and index, as they stand in the packet before the tag.
    /// - Returns: Where the plaintext ends; `nil` when the packet is too short or its tag wrong.
    package func openRTCP(_ packet: inout MutableRawSpan, nonce: UInt128, indexWord: UInt32) -> Int? {
        let end = packet.byteCount - 4 - Self.tagLength
        guard end >= 8 else { return nil }
        let opened = packet.withUnsafeMutableBytes { packet in
            guard let start = packet.baseAddress else { return false }
            return isTag(start + end + 4, of: start, end, followedBy: indexWord)
                && begin(nonce) && crypt(start + 8, start + 8, end - 8)
        }
        return opened ? end : nil
    }

    // MARK: Counter mode

    private func begin(_ nonce: UInt128) -> Bool {
        withUnsafeBytes(of: (nonce << 16).bigEndian) { counter in
            EVP_EncryptInit_ex(
                context, nil, nil, nil, counter.baseAddress?.assumingMemoryBound(to: UInt8.self)) == 1
        }
    }

    private func crypt(_ output: UnsafeMutableRawPointer, _ input: UnsafeRawPointer?, _ count: Int) -> Bool {
        guard count > 0 else { return true }
        var written: Int32 = 0
        return EVP_EncryptUpdate(
            context, output.assumingMemoryBound(to: UInt8.self), &written,
            input?.assumingMemoryBound(to: UInt8.self), Int32(truncatingIfNeeded: count)) == 1
    }

    // MARK: HMAC-SHA1

    /// HMAC-SHA1's 20 bytes, as they lie in memory.
    private typealias Digest = (UInt64, UInt64, UInt32)

    /// HMAC-SHA1 over `count` bytes and a word behind them.
    private func tag(of bytes: UnsafeRawPointer, _ count: Int, followedBy word: UInt32) -> Digest {
        var digest: Digest = (0, 0, 0)
        var word = word.bigEndian
        var (inner, outer) = (inner, outer)
        withUnsafeMutableBytes(of: &digest) { digest in
            guard let start = digest.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            SHA1_Update(&inner, bytes, count)
            SHA1_Update(&inner, &word, 4)
            SHA1_Final(start, &inner)
            SHA1_Update(&outer, start, 20)
            SHA1_Final(start, &outer)
        }
        return digest
    }

    /// Whether the right tag stands at `place`; takes the same time wherever a wrong one differs.
    private func isTag(
        _ place: UnsafeRawPointer, of bytes: UnsafeRawPointer, _ count: Int, followedBy word: UInt32
    ) -> Bool {
        withUnsafeBytes(of: tag(of: bytes, count, followedBy: word)) { tag in
            CRYPTO_memcmp(tag.baseAddress, place, Self.tagLength) == 0
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Copies the first `count` bytes to `target`.
    fileprivate func copyBytes(to target: UnsafeMutableRawPointer, count: Int) {
        guard let start = baseAddress, count <= self.count else { return }
        target.copyMemory(from: start, byteCount: count)
    }
}
