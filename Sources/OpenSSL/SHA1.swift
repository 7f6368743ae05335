import COpenSSL

/// SHA-1 of `bytes` (FIPS 180-4): not for security, but WebSocket's handshake is written with it (RFC 6455 §4.2.2).
package func sha1(_ bytes: borrowing RawSpan) -> [20 of UInt8] {
    var digest = [20 of UInt8](repeating: 0)
    bytes.withUnsafeBytes { input in
        var output = digest.mutableSpan
        output.withUnsafeMutableBufferPointer { output in
            _ = SHA1(input.baseAddress, input.count, output.baseAddress)
        }
    }
    return digest
}
