import COpenSSL

/// SHA-256 of `bytes` (FIPS 180-4).
package func sha256(_ bytes: borrowing RawSpan) -> [32 of UInt8] {
    var digest = [32 of UInt8](repeating: 0)
    bytes.withUnsafeBytes { input in
        var output = digest.mutableSpan
        output.withUnsafeMutableBufferPointer { output in
            _ = SHA256(input.baseAddress, input.count, output.baseAddress)
        }
    }
    return digest
}

/// HMAC-SHA1 (RFC 2104), in parts: what STUN's MESSAGE-INTEGRITY is (RFC 8489 §14.5).
///
/// Both SHA-1 states are kept inline, and copying one is copying a struct: nothing is allocated. Make one per key and
/// copy it for each message.
package struct HMACSHA1: Sendable {
    private var inner: SHA_CTX
    private var outer: SHA_CTX

    /// - Parameter key: Of any length; one longer than 64 bytes is hashed first (RFC 2104 §2).
    package init(key: borrowing RawSpan) {
        var block = [64 of UInt8](repeating: 0)
        if key.byteCount > 64 {
            let digest = Self.digest(of: key)
            for index in digest.indices { block[index] = digest[index] }
        } else {
            for index in 0..<key.byteCount {
                block[index] = unsafe key.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            }
        }
        inner = Self.state(over: block, mask: 0x36)
        outer = Self.state(over: block, mask: 0x5C)
    }

    /// Goes on with `part` of the message.
    package mutating func update(_ part: borrowing RawSpan) {
        part.withUnsafeBytes { _ = SHA1_Update(&inner, $0.baseAddress, $0.count) }
    }

    /// The code over all the parts so far; the state stays as it is.
    package func code() -> [20 of UInt8] {
        var inner = inner
        var outer = outer
        let digest = Self.finish(&inner)
        digest.span.withUnsafeBufferPointer { _ = SHA1_Update(&outer, $0.baseAddress, $0.count) }
        return Self.finish(&outer)
    }

    private static func digest(of bytes: borrowing RawSpan) -> [20 of UInt8] {
        var state = SHA_CTX()
        SHA1_Init(&state)
        bytes.withUnsafeBytes { _ = SHA1_Update(&state, $0.baseAddress, $0.count) }
        return finish(&state)
    }

    private static func state(over key: [64 of UInt8], mask: UInt8) -> SHA_CTX {
        var block = key
        for index in block.indices { block[index] ^= mask }
        var state = SHA_CTX()
        SHA1_Init(&state)
        block.span.withUnsafeBufferPointer { _ = SHA1_Update(&state, $0.baseAddress, $0.count) }
        return state
    }

    private static func finish(_ state: inout SHA_CTX) -> [20 of UInt8] {
        var digest = [20 of UInt8](repeating: 0)
        var output = digest.mutableSpan
        output.withUnsafeMutableBufferPointer { _ = SHA1_Final($0.baseAddress, &state) }
        return digest
    }
}

/// HMAC-SHA1 of one message in one part.
package func hmacSHA1(key: borrowing RawSpan, _ message: borrowing RawSpan) -> [20 of UInt8] {
    var state = HMACSHA1(key: key)
    state.update(message)
    return state.code()
}

/// HMAC-SHA1 of one message in two parts.
package func hmacSHA1(
    key: borrowing RawSpan, _ first: borrowing RawSpan, _ second: borrowing RawSpan
) -> [20 of UInt8] {
    var state = HMACSHA1(key: key)
    state.update(first)
    state.update(second)
    return state.code()
}

/// Whether both are equal, in a time that depends on their lengths only.
package func constantTimeEqual(_ first: borrowing RawSpan, _ second: borrowing RawSpan) -> Bool {
    guard first.byteCount == second.byteCount else { return false }
    guard first.byteCount > 0 else { return true }
    return first.withUnsafeBytes { first in
        second.withUnsafeBytes { second in CRYPTO_memcmp(first.baseAddress, second.baseAddress, first.count) == 0 }
    }
}
