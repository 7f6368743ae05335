import FuzzSupport
import OpenSSL
import Tokens
import Wire

/// A first byte that chooses, then a token as it is (even), or header and claims that we sign (odd): the claims are
/// read only behind a right signature, which a fuzzer does not guess.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    if input.byte() & 1 == 0 {
        let text = String(decoding: input.rest(), as: UTF8.self)
        expect((try? verifier.verify(text, at: now)) == nil, "a token that nobody signed")
    } else {
        verifySigned(header: input.piece(), payload: input.rest())
    }
    return 0
}

private let now = 1_800_000_000
private let key: SigningKey = {
    guard let key = try? SigningKey() else { fatalError("no key") }
    return key
}()
private let verifier = TokenVerifier(keys: ["k": key.verifyingKey])

private func verifySigned(header: [UInt8], payload: [UInt8]) {
    let input = Base64URL.encode(header) + "." + Base64URL.encode(payload)
    guard let signature = try? key.sign(Array(input.utf8).span.bytes) else { return expect(false, "signing") }
    guard let claims = try? verifier.verify(input + "." + Base64URL.encode(signature), at: now) else { return }
    expect(claims.expires > now, "not expired")
    expect(claims.audience == TokenClaims.defaultAudience && claims.keyID == "k", "for us")
}
