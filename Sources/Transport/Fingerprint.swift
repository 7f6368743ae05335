/// A certificate's fingerprint as a session description carries it (RFC 8122 §5).
package struct Fingerprint: Hashable, Sendable {
    /// In small letters, such as `sha-256`.
    package var algorithm: String
    /// Upper-case hexadecimal bytes with colons between.
    package var value: String

    package init(algorithm: String, value: String) {
        self.algorithm = algorithm
        self.value = value
    }
}
