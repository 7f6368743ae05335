import OpenSSL
import STUN

/// OpenSSL's HMAC-SHA1, for STUN.
struct StunAuthenticator: MessageAuthenticator {
    func hmacSHA1(key: borrowing RawSpan, head: borrowing RawSpan, body: borrowing RawSpan) -> [20 of UInt8] {
        OpenSSL.hmacSHA1(key: key, head, body)
    }
}
