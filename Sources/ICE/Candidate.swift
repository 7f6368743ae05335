package import Units

/// An address at which an agent may be reached (RFC 8445 §5.1).
package struct Candidate: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case host
        case serverReflexive = "srflx"
        case peerReflexive = "prflx"
        case relayed = "relay"

        /// The type preference, 0 … 126 (RFC 8445 §5.1.2.2).
        package var preference: UInt32 {
            switch self {
            case .host: 126
            case .peerReflexive: 110
            case .serverReflexive: 100
            case .relayed: 0
            }
        }
    }

    /// What carries the packets; the three of TCP are its connection's direction (RFC 6544 §4.5).
    package enum Transport: String, Sendable {
        case udp
        case tcpActive = "active"
        case tcpPassive = "passive"
        case tcpSimultaneousOpen = "so"
    }

    /// Equal for candidates that fare alike (RFC 8445 §5.1.1.3): 1 … 32 ice-chars.
    package var foundation: String
    /// 1 … 256; with rtcp-mux only 1 is used.
    package var component: Int
    package var transport: Transport
    package var priority: UInt32
    package var address: SocketAddress
    package var kind: Kind

    package init(
        foundation: String, component: Int = 1, transport: Transport = .udp, priority: UInt32,
        address: SocketAddress, kind: Kind = .host
    ) {
        self.foundation = foundation
        self.component = component
        self.transport = transport
        self.priority = priority
        self.address = address
        self.kind = kind
    }

    /// A candidate's priority, 2²⁴ · type + 2⁸ · local + 256 − component (RFC 8445 §5.1.2.1).
    ///
    /// - Parameters:
    ///   - kind: Gives the type preference.
    ///   - localPreference: Sets one's own addresses in order; the highest is the best.
    ///   - component: 1 … 255.
    /// - Returns: 1 … 2³¹ − 1.
    package static func priority(_ kind: Kind, localPreference: UInt16, component: UInt8 = 1) -> UInt32 {
        kind.preference << 24 + UInt32(localPreference) << 8 + 256 - UInt32(max(component, 1))
    }

    /// The local preference of a TCP candidate, 2¹³ · direction + other (RFC 6544 §4.2).
    ///
    /// - Parameters:
    ///   - transport: Gives the direction: a host's active candidates before passive before simultaneous-open.
    ///   - other: 0 ..< 8,192; what is above is held there.
    /// - Returns: What ``priority(_:localPreference:component:)`` takes; UDP's is above all of TCP's.
    package static func localPreference(_ transport: Transport, other: UInt16) -> UInt16 {
        let direction: UInt16 =
            switch transport {
            case .udp: 7
            case .tcpActive: 6
            case .tcpPassive: 4
            case .tcpSimultaneousOpen: 2
            }
        return direction << 13 | min(other, 8_191)
    }

    /// A pair's priority, 2³² · min(G, D) + 2 · max(G, D) + (G > D ? 1 : 0) (RFC 8445 §6.1.2.3).
    package static func pairPriority(controlling: UInt32, controlled: UInt32) -> UInt64 {
        let tie: UInt64 = controlling > controlled ? 1 : 0
        return UInt64(min(controlling, controlled)) << 32 &+ 2 &* UInt64(max(controlling, controlled)) &+ tie
    }
}
