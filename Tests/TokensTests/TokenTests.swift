import Conference
import OpenSSL
import Testing
import Tokens

private let now = 1_800_000_000

@Suite("Token")
struct TokenTests {
    private let key: SigningKey
    private let issuer: TokenIssuer
    private let verifier: TokenVerifier
    private var claims: TokenClaims

    init() throws {
        key = try SigningKey()
        issuer = TokenIssuer(key: key)
        verifier = TokenVerifier(keys: [key.verifyingKey])
        claims = TokenClaims(
            keyID: issuer.keyID, tokenID: try #require(TokenID("t-1")), issuedAt: now - 10, expires: now + 3_600,
            room: try #require(RoomID("hcmc-168")), point: PointCode("25747"), role: .point)
    }

    private func error(_ token: String, _ verifier: TokenVerifier? = nil, at time: Int = now) -> TokenError? {
        do throws(TokenError) {
            _ = try (verifier ?? self.verifier).verify(token, at: time)
            return nil
        } catch {
            return error
        }
    }

    /// A token signed by our key with whatever header and claims.
    private func signed(header: String, payload: String) throws -> String {
        let input = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
        return input + "." + Base64URL.encode(try key.sign(Array(input.utf8).span.bytes))
    }

    private var header: String { #"{"alg":"ES256","kid":"\#(issuer.keyID)"}"# }
    private let payload = #""jti":"t","aud":"diemcau","iat":1,"exp":9000000000,"room":"r""#

    @Test("says what it was made to say, for every role", arguments: Role.allCases)
    func roundTrip(role: Role) throws {
        var claims = claims
        claims.role = role
        if !role.holdsSeat { claims.point = nil }
        if role == .observer { claims.maximumReceivers = 500 }
        let token = try issuer.token(for: claims)
        #expect(try verifier.verify(token, at: now) == claims)
        #expect(token.utf8.count < CompactJWS.maximumSize / 4)
    }

    @Test("changed in any one bit it is refused; unchanged it is accepted")
    func bitFlips() throws {
        let token = try issuer.token(for: claims)
        let bytes = Array(token.utf8)
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                // A flipped top bit is no UTF-8: it reaches the verifier as U+FFFD.
                #expect(error(String(decoding: changed, as: UTF8.self)) != nil, "byte \(index), bit \(bit)")
            }
        }
        #expect(error(token) == nil)
    }

    @Test("cut off at any length it is malformed or badly signed")
    func truncation() throws {
        let token = try issuer.token(for: claims)
        for length in 0..<token.utf8.count {
            let error = error(String(decoding: token.utf8.prefix(length), as: UTF8.self))
            #expect(error == .malformed || error == .badSignature)
        }
        #expect(error(token + "A") == .badSignature, "65 bytes")
        #expect(error(token + ".") == .malformed)
        #expect(error(token + "=") == .malformed)
        #expect(error(String(repeating: "A", count: 5_000)) == .malformed)
    }

    @Test("counts from the second it was issued, give or take a minute, to the second it expires")
    func times() throws {
        let token = try issuer.token(for: claims)
        #expect(error(token, at: claims.expires - 1) == nil)
        #expect(error(token, at: claims.expires) == .expired)
        #expect(error(token, at: claims.issuedAt - TokenVerifier.leeway) == nil)
        #expect(error(token, at: claims.issuedAt - TokenVerifier.leeway - 1) == .notYetValid)
        let later = try signed(header: header, payload: #"{\#(payload),"role":"point","nbf":1800000100}"#)
        #expect(error(later, at: now) == .notYetValid)
        #expect(error(later, at: now + 100) == nil)
    }

    @Test("old and new key are valid together, a stranger's key is not")
    func keys() throws {
        let next = try SigningKey()
        let both = TokenVerifier(keys: [key.verifyingKey, next.verifyingKey])
        let tokens = [try issuer.token(for: claims), try TokenIssuer(key: next).token(for: claims)]
        for token in tokens { #expect(error(token, both) == nil) }
        #expect(error(tokens[1]) == .unknownKey)
        let pretender = TokenIssuer(key: next, keyID: issuer.keyID)
        #expect(error(try pretender.token(for: claims)) == .badSignature)
        let outside = TokenVerifier(keys: ["2026-1": next.verifyingKey])
        #expect(error(try TokenIssuer(key: next, keyID: "2026-1").token(for: claims), outside) == nil)
    }

    @Test("the audience must be ours, alone or among others")
    func audience() throws {
        var other = claims
        other.audience = "another"
        #expect(error(try issuer.token(for: other)) == .wrongAudience)
        let list = #"{"jti":"t","aud":["x","diemcau"],"iat":1,"exp":9000000000,"room":"r","role":"observer"}"#
        #expect(error(try signed(header: header, payload: list)) == nil)
        #expect(error(try signed(header: header, payload: list.replacing("diemcau", with: "y"))) == .wrongAudience)
    }

    @Test("no other algorithm is taken, whatever it is called")
    func algorithms() throws {
        let sound = #"{\#(payload),"role":"observer"}"#
        #expect(error(try signed(header: header, payload: sound)) == nil, "control")
        for name in ["none", "None", "HS256", "ES384", "RS256", "es256", ""] {
            let token = try signed(header: header.replacing("ES256", with: name), payload: sound)
            #expect(error(token) == .algorithm, "\(name)")
            let unsigned = token.split(separator: ".").prefix(2).joined(separator: ".") + "."
            #expect(error(unsigned) == .algorithm, "\(name) without a signature")
        }
    }

    @Test("headers and claims of another shape are malformed")
    func shapes() throws {
        let sound = #"{\#(payload),"role":"observer","receivers":3,"extra":{"a":[1]}}"#
        #expect(error(try signed(header: header, payload: sound)) == nil, "control: unknown claims are ignored")
        let kid = issuer.keyID
        for header in [
            "", "[]", "{}", #"{"alg":"ES256"}"#, #"{"alg":"ES256","kid":1}"#, #"{"alg":["ES256"],"kid":"\#(kid)"}"#,
            #"{"alg":"ES256","kid":"\#(kid)","crit":["b64"],"b64":false}"#,
            #"{"alg":"ES256","alg":"none","kid":"\#(kid)"}"#,
            #"{"alg":"none","\u0061lg":"ES256","kid":"\#(kid)"}"#, #"{"alg":"ES256","kid":"\#(kid)""#,
            #"{"alg":"ES256","kid":"\#(kid)","x":[[[[1]]]]}"#, #"{"alg":"ES256","kid":"\#(kid)"} x"#,
        ] {
            #expect(error(try signed(header: header, payload: sound)) == .malformed, "\(header)")
        }
        for change in [
            (#""observer""#, #""king""#), (#""t""#, #""""#), (#""t""#, #""a b""#), (#""r""#, #""a/b""#),
            ("9000000000", "1e400"),
            ("9000000000", #""soon""#), ("9000000000", "1e30"), (":3", ":0"), (":3", ":20001"), (":3", ":1.5"),
            (#""jti":"t","#, ""), (#""role""#, #""rôle""#), (#""receivers":3"#, #""point":"a b""#),
            (#""receivers":3"#, #""role":"chair""#), ("[1]", "[[[1]]]"),
        ] {
            let token = try signed(header: header, payload: sound.replacing(change.0, with: change.1))
            #expect(error(token) == .malformed, "\(change)")
        }
    }
}

@Suite("CompactJWS")
struct CompactJWSTests {
    /// RFC 7515 appendix A.3, ES256.
    private let example = """
        eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q
        """

    private func key() throws -> VerifyingKey {
        try VerifyingKey(
            x: try #require(Base64URL.decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU".utf8)),
            y: try #require(Base64URL.decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0".utf8)))
    }

    @Test("the example of RFC 7515 A.3 is read and its signature holds")
    func appendixA3() throws {
        let jws = try CompactJWS(parsing: example.utf8)
        #expect(jws.header == Array(#"{"alg":"ES256"}"#.utf8))
        let claims = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"
        #expect(jws.payload == Array(claims.utf8))
        #expect(try key().verify(signature: jws.signature.span.bytes, of: jws.signingInput.span.bytes))
        var changed = jws.signingInput
        changed[3] ^= 1
        #expect(try !key().verify(signature: jws.signature.span.bytes, of: changed.span.bytes))
    }

    @Test("and is no token of ours, because it names no key")
    func notOurs() throws {
        let verifier = TokenVerifier(keys: [try key()])
        #expect(throws: TokenError.malformed) { try verifier.verify(example, at: 1_300_819_000) }
    }
}

@Suite("Base64URL")
struct Base64URLTests {
    @Test("the vectors of RFC 4648 §10 and RFC 7515 appendix C, both ways")
    func vectors() {
        let pairs = [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ]
        for (plain, text) in pairs {
            #expect(Base64URL.encode(Array(plain.utf8)) == text)
            #expect(Base64URL.decode(text.utf8) == Array(plain.utf8))
        }
        #expect(Base64URL.encode([3, 236, 255, 224, 193]) == "A-z_4ME")
        #expect(Base64URL.decode("A-z_4ME".utf8) == [3, 236, 255, 224, 193])
    }

    @Test(
        "takes one text for each sequence of bytes",
        arguments: [
            "Zg==", "Zg=", "Zh", "Zm9", "A", "Z", "AAAAA", "A+z/4ME", "Zm 9", "Zm9v\n", "Zm8\u{E9}",
        ])
    func strict(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
