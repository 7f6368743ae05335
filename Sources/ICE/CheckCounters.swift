/// Why a datagram that looked like STUN was left without an answer and without effect.
package enum CheckFault: Int, CaseIterable, Sendable {
    /// Not a STUN message, cut short, or its FINGERPRINT is wrong.
    case malformed
    /// A class or method that an agent in this role does not expect.
    case unexpected
    /// ICE demands a FINGERPRINT in each of its messages (RFC 8445 §7.1).
    case noFingerprint
    /// No USERNAME, or one that is not this session's.
    case unknownUser
    case noIntegrity
    case wrongIntegrity
    /// A response to nothing that we asked, or that we asked too long ago.
    case unknownTransaction
    /// A response from elsewhere than the request went to (RFC 8445 §7.2.5.2.1).
    case wrongAddress
    /// A response that lacks XOR-MAPPED-ADDRESS or has attributes that must be understood and are not.
    case incomprehensible
}

/// What became of the messages that one agent was given, since it was made.
package struct CheckCounters: Sendable {
    /// Requests answered, or valid responses received.
    package internal(set) var answered: UInt64 = 0
    /// Requests answered with an error, or errors received.
    package internal(set) var refused: UInt64 = 0
    private var ignored: [9 of UInt64] = [0, 0, 0, 0, 0, 0, 0, 0, 0]

    package subscript(fault: CheckFault) -> UInt64 { ignored[fault.rawValue] }

    mutating func count(_ fault: CheckFault) { ignored[fault.rawValue] &+= 1 }

    package var allIgnored: UInt64 { CheckFault.allCases.reduce(0) { $0 &+ self[$1] } }
}
