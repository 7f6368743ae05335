/// Why a token is not accepted.
///
/// To a client all but ``expired`` are one thing, a wrong token: which it was is for the log.
package enum TokenError: Error, Hashable, Sendable {
    /// Not a compact JWS of at most 4 KiB whose header and claims are what ours are.
    case malformed
    /// Signed with another algorithm than ES256, or with none (RFC 8725 §3.1).
    case algorithm
    /// No key of this identifier is known.
    case unknownKey
    case badSignature
    case expired
    /// Issued, or valid only from, later than now.
    case notYetValid
    /// For another audience than this server's.
    case wrongAudience
    /// The key could not sign; only an issuer meets it.
    case signing
}
