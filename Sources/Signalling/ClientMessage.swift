package import Conference

/// A message from client to server.
package enum ClientMessage: Equatable, Sendable {
    /// The first, within 5 s.
    case hello(Hello)
    /// I go for good.
    case leave
    case command(id: UInt64, CommandMessage)
}

/// How a client begins.
package struct Hello: Equatable, Sendable {
    /// The secret of an earlier 201 or `welcome`; text that can't be one counts as none.
    package var binding: BindingSecret?
    /// With `seq`: up to where the client knows the room.
    package var epoch: String?
    package var seq: UInt64?
    /// Whether to take the seat although another device sits there.
    package var takeover: Bool
    /// `vi` or `en`; others count as none.
    package var language: Language?
    /// What kind of client it is, for people: `browser`, `terminal`.
    package var device: String?

    package init(
        binding: BindingSecret? = nil, epoch: String? = nil, seq: UInt64? = nil, takeover: Bool = false,
        language: Language? = nil, device: String? = nil
    ) {
        self.binding = binding
        self.epoch = epoch
        self.seq = seq
        self.takeover = takeover
        self.language = language
        self.device = device
    }
}
