/// What a client offers and a server agrees to: permessage-deflate (RFC 7692 §7.1), each message on its own.
///
/// We keep no history from message to message, and don't read what was compressed with one: a history is 32 KiB for each
/// connection and direction, and nothing could be shared.
package struct DeflateOffer: Equatable, Sendable {
    static let name = "permessage-deflate"
    private static let serverForgets = "server_no_context_takeover"
    private static let clientForgets = "client_no_context_takeover"
    private static let serverWindow = "server_max_window_bits"
    private static let clientWindow = "client_max_window_bits"

    /// Whether the client named our window's size, the greatest there is: then the answer does, too.
    var namesWindow = false

    /// The first offer that a server can accept, of those in `extensions`; `nil` when there is none.
    ///
    /// Declined are parameters that don't exist, stand twice or have a bad value, and windows below 32 KiB for us: what
    /// is shared was compressed with one of 32 (§5.1, §7.1).
    init?(in extensions: [ExtensionItem]) {
        let offer = extensions.lazy.compactMap(DeflateOffer.init(accepting:)).first
        guard let offer else { return nil }
        self = offer
    }

    private init?(accepting item: ExtensionItem) {
        guard item.name == Self.name, item.hasEachParameterOnce else { return nil }
        for parameter in item.parameters {
            switch (parameter.name, parameter.value) {
            case (Self.serverForgets, nil), (Self.clientForgets, nil), (Self.clientWindow, nil): break
            case (Self.clientWindow, let bits?) where Self.isWindow(bits): break
            case (Self.serverWindow, "15"): namesWindow = true
            default: return nil
            }
        }
    }

    /// What a server answers.
    var answer: String {
        let window = namesWindow ? "; \(Self.serverWindow)=15" : ""
        return "\(Self.name); \(Self.serverForgets); \(Self.clientForgets)\(window)"
    }

    // MARK: The client's side

    /// What our clients offer; they need not be told to forget, since they send nothing compressed.
    static let request = "\(name); \(serverForgets)"

    /// Whether `extensions` is an answer to ``request`` that we can live with: that alone, and the server forgets.
    static func isAccepted(by extensions: [ExtensionItem]) -> Bool {
        guard extensions.count == 1, let item = extensions.first, item.name == name, item.hasEachParameterOnce else {
            return false
        }
        let areKnown = item.parameters.allSatisfy { parameter in
            switch (parameter.name, parameter.value) {
            case (serverForgets, nil), (clientForgets, nil): true
            case (serverWindow, let bits?): isWindow(bits)
            default: false
            }
        }
        return areKnown && item.parameters.contains { $0.name == serverForgets }
    }

    /// A number of bits without leading zeros (§7.1.2).
    private static func isWindow(_ bits: String) -> Bool { (8...15).contains { bits == "\($0)" } }
}
