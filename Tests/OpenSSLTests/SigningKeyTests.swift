import Testing

@testable import OpenSSL

@Suite("SigningKey and VerifyingKey")
struct SigningKeyTests {
    /// The coordinates, input and signature of RFC 7515 Appendix A.3.1.
    static let x: [UInt8] = [
        127, 205, 206, 39, 112, 246, 196, 93, 65, 131, 203, 238, 111, 219, 75, 123, 88, 7, 51, 53, 123, 233, 239, 19,
        186, 207, 110, 60, 123, 209, 84, 69,
    ]
    static let y: [UInt8] = [
        199, 241, 68, 205, 27, 189, 155, 126, 135, 44, 223, 237, 185, 238, 185, 244, 179, 105, 93, 110, 169, 11, 36,
        173, 138, 70, 35, 40, 133, 136, 229, 173,
    ]
    static let input = Array(
        ("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
            + "Ijp0cnVlfQ").utf8)
    static let r: [UInt8] = [
        14, 209, 33, 83, 121, 99, 108, 72, 60, 47, 127, 21, 88, 7, 212, 2, 163, 178, 40, 3, 58, 249, 124, 126, 23,
        129, 154, 195, 22, 158, 166, 101,
    ]
    static let s: [UInt8] = [
        197, 10, 7, 211, 140, 60, 112, 229, 216, 241, 45, 175, 8, 74, 84, 128, 166, 101, 144, 197, 242, 147, 80, 154,
        143, 63, 127, 138, 131, 163, 84, 213,
    ]

    @Test("the signature of RFC 7515 A.3 is right, and no other is")
    func vector() throws {
        let key = try VerifyingKey(x: Self.x, y: Self.y)
        let signature = Self.r + Self.s
        #expect(key.accepts(signature, of: Self.input))
        for index in signature.indices {
            var wrong = signature
            wrong[index] ^= 1
            #expect(!key.accepts(wrong, of: Self.input))
        }
        #expect(!key.accepts(signature, of: Array(Self.input.dropLast())))
        #expect(!key.accepts((Self.s + Self.r), of: Self.input))
    }

    @Test("signatures of any other length, or of zeros or ones, are refused", arguments: 0...130)
    func odd(length: Int) throws {
        let key = try VerifyingKey(x: Self.x, y: Self.y)
        for byte in [0, 0xFF] as [UInt8] {
            let signature = [UInt8](repeating: byte, count: length)
            #expect(!key.accepts(signature, of: Self.input))
        }
        #expect(TLSError.draining("").codes.isEmpty)
    }

    @Test("what a key signs, its other half accepts; r and s keep their leading zeros")
    func roundTrip() throws {
        let key = try SigningKey()
        let other = try SigningKey()
        // One signature in 128 has an r or an s of less than 32 bytes.
        for number in 0..<300 {
            let message = Array("message \(number)".utf8)
            let signature = try key.sign(message.span.bytes)
            #expect(signature.count == 64)
            #expect(key.verifyingKey.accepts(signature, of: message))
            #expect(!other.verifyingKey.accepts(signature, of: message))
        }
        let nothing = try key.sign([UInt8]().span.bytes)
        #expect(key.verifyingKey.accepts(nothing, of: [UInt8]()))
    }

    @Test("both halves go out as PEM and come back the same")
    func pem() throws {
        let key = try SigningKey()
        let read = try SigningKey(pem: try key.pem())
        let half = try VerifyingKey(pem: try key.verifyingKey.pem())
        #expect(read.verifyingKey.x == key.verifyingKey.x && half.y == key.verifyingKey.y)
        let signature = try read.sign(([1, 2, 3] as [UInt8]).span.bytes)
        #expect(half.accepts(signature, of: [1, 2, 3]))
        #expect(throws: TLSError.self) { try SigningKey(pem: try key.verifyingKey.pem()) }
        #expect(throws: TLSError.self) { try VerifyingKey(pem: try key.pem()) }
    }

    @Test("keys of another kind or off the curve are refused")
    func otherKinds() throws {
        // openssl genpkey -algorithm ed25519
        let edwards = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            -----END PRIVATE KEY-----
            """
        let error = #expect(throws: TLSError.self) { try SigningKey(pem: Array(edwards.utf8)) }
        #expect(error?.subject == "not a P-256 key")
        #expect(throws: TLSError.self) { try VerifyingKey(x: Self.y, y: Self.x) }
        #expect(throws: TLSError.self) { try VerifyingKey(x: Self.x, y: []) }
        let missing = #expect(throws: TLSError.self) { try SigningKey(file: "/nonexistent/token.key") }
        #expect(missing?.subject == "/nonexistent/token.key")
    }
}

extension VerifyingKey {
    fileprivate func accepts(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        verify(signature: signature.span.bytes, of: bytes.span.bytes)
    }
}
