/// Why a media resource ended.
package enum EndReason: Hashable, Sendable {
    /// How a participant goes of its own accord, or its transport under it.
    package enum Departure: String, CaseIterable, Sendable {
        /// DELETE on the resource.
        case deleted
        /// DTLS close_notify.
        case closed
        /// The transport failed: DTLS alert, forged certificate, spent packet indexes.
        case failed
    }

    /// A newer resource has the seat. Final: the device does not come back by itself.
    case replaced
    /// No ICE check within 15 s.
    case iceTimeout
    /// No DTLS handshake within 10 s of the first ICE check.
    case dtlsTimeout
    /// Nothing authenticated for 30 s.
    case absent
    case left(Departure)
    /// The server is going down.
    case shutDown

    /// Stable, for programs.
    package var code: String {
        switch self {
        case .replaced: "replaced"
        case .iceTimeout: "ice-timeout"
        case .dtlsTimeout: "dtls-timeout"
        case .absent: "absent"
        case .left(let departure): departure.rawValue
        case .shutDown: "shutdown"
        }
    }
}
