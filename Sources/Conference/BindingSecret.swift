/// What joins the media resources and the socket of one session, known to its device and the server only.
///
/// 128 random bits, written as 32 hexadecimal digits. Comparing takes the same time whatever differs.
package struct BindingSecret: Hashable, Sendable {
    private let bits: Random128

    package init(using random: inout some RandomNumberGenerator) { bits = Random128(using: &random) }

    package init?(_ text: String) {
        guard let bits = Random128(text[...]) else { return nil }
        self.bits = bits
    }

    /// The secret in clear, for its own device only: never for a log, a roster or a metric.
    package var text: String { bits.description }
}

extension BindingSecret: CustomStringConvertible {
    /// Does not give the secret away.
    package var description: String { "(secret)" }
}
