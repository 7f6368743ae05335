/// Why a protected packet was dropped.
package enum SRTPDrop: Error, Equatable, Sendable {
    /// Too short, not RTP or RTCP version 2, or RTCP sent without encryption.
    case malformed
    /// Not made with our key, or changed on its way.
    case badTag
    /// Seen already, or too old to tell.
    case replayed
    /// A source more than the session may have.
    case tooManySources
    /// Past 2⁴⁸ packets of one source: the session must end.
    case exhausted
}
