/// The name of one bridge among several: 1 … 16 letters and digits.
package struct BridgeID: Hashable, Sendable, LosslessStringConvertible {
    package let rawValue: String

    /// Takes `text` as it is; `nil` when it is too long or holds other characters.
    package init?(_ text: String) {
        guard CodeText.isValid(text, length: 1...16, extra: "") else { return nil }
        rawValue = text
    }

    package var description: String { rawValue }

    /// A bridge that stands alone.
    package static let local = BridgeID(known: "local")

    private init(known: String) { rawValue = known }
}

/// One device in one room, named by the server; public, as opposed to its ``BindingSecret``.
///
/// Written `BRIDGE-` and 32 hexadecimal digits: the bridge is part of it, so that several can share a conference.
package struct SessionID: Hashable, Sendable, LosslessStringConvertible {
    package let bridge: BridgeID
    private let bits: Random128

    package init(bridge: BridgeID, using random: inout some RandomNumberGenerator) {
        self.bridge = bridge
        bits = Random128(using: &random)
    }

    package init?(_ text: String) {
        guard text.utf8.count <= 49, let dash = text.lastIndex(of: "-"),
            let bridge = BridgeID(String(text[..<dash])), let bits = Random128(text[text.index(after: dash)...])
        else { return nil }
        self.bridge = bridge
        self.bits = bits
    }

    package var description: String { "\(bridge)-\(bits)" }
}
