import Testing

@testable import OpenSSL

@Suite("Digests")
struct DigestsTests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
    }

    private func array<let count: Int>(_ bytes: [count of UInt8]) -> [UInt8] { bytes.indices.map { bytes[$0] } }

    private func code(_ key: [UInt8], _ message: [UInt8]) -> String {
        hexadecimal(array(hmacSHA1(key: key.span.bytes, message.span.bytes)))
    }

    private func code(_ key: [UInt8], _ first: [UInt8], _ second: [UInt8]) -> String {
        hexadecimal(array(hmacSHA1(key: key.span.bytes, first.span.bytes, second.span.bytes)))
    }

    private func equal(_ first: String, _ second: String) -> Bool {
        constantTimeEqual(Array(first.utf8).span.bytes, Array(second.utf8).span.bytes)
    }

    @Test("SHA-256 of FIPS 180-4's examples")
    func digest() {
        let empty = sha256([UInt8]().span.bytes)
        #expect(
            hexadecimal(array(empty)) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let abc = sha256(Array("abc".utf8).span.bytes)
        #expect(hexadecimal(array(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("SHA-1 of FIPS 180-4's examples, and of RFC 6455's")
    func shorterDigest() {
        func digest(_ text: String) -> String { hexadecimal(array(sha1(Array(text.utf8).span.bytes))) }
        #expect(digest("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(digest("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
        let accept = digest("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
        #expect(accept == "b37a4f2cc0624f1690f64606cf385945b2bec4ea")
    }

    @Test("HMAC-SHA1 of RFC 2202's examples, whole and in parts")
    func codes() {
        let cases: [([UInt8], [UInt8], String)] = [
            ([UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8), "b617318655057264e28bc0b6fb378c8ef146be00"),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
            ),
            (
                [UInt8](repeating: 0xAA, count: 80),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "aa4ae5e15272d00e95705637ce8a3b55ed402112"
            ),
        ]
        for (key, message, expected) in cases {
            #expect(code(key, message) == expected)
            for cut in 0...message.count {
                #expect(code(key, Array(message[..<cut]), Array(message[cut...])) == expected)
            }
            var state = HMACSHA1(key: key.span.bytes)
            let fresh = state
            state.update(message.span.bytes)
            #expect(hexadecimal(array(state.code())) == expected)
            #expect(hexadecimal(array(state.code())) == expected, "asking changes nothing")
            #expect(hexadecimal(array(fresh.code())) != expected, "a copy goes its own way")
        }
    }

    @Test("equality in constant time is equality")
    func equality() {
        #expect(equal("secret", "secret"))
        #expect(!equal("secret", "secreu"))
        #expect(!equal("secret", "secre"))
        #expect(equal("", ""))
    }

    @Test("random numbers don't repeat")
    func random() {
        var random = SecureRandom()
        #expect(Set((0..<1_000).map { _ in random.next() }).count == 1_000)
        #expect(random.bytes(16).count == 16 && random.bytes(0).isEmpty)
        #expect(random.bytes(16) != random.bytes(16))
    }
}
