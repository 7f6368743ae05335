import Units

/// Makes the names and numbers of one session: none twice, and none that the other side already uses.
struct IdentityMaker {
    private var used: Set<SSRC>

    init(avoiding descriptions: SessionDescription? = nil) {
        used = Set(descriptions?.media.flatMap(\.namedSSRCs) ?? [])
    }

    /// An SSRC that is not 0 and not used, however bad the generator.
    mutating func ssrc(using random: inout some RandomNumberGenerator) -> SSRC {
        var ssrc = SSRC(rawValue: UInt32(truncatingIfNeeded: random.next()))
        while ssrc.rawValue == 0 || !used.insert(ssrc).inserted { ssrc.rawValue &+= 1 }
        return ssrc
    }

    /// A CNAME, also used as stream id: 63 random bits (RFC 7022 §4.2 wants no fewer than 96 where they come from
    /// many hosts; ours only have to differ within a session).
    static func name(using random: inout some RandomNumberGenerator) -> String {
        String(random.next() | 1 << 63, radix: 16)
    }

    /// An `o=` line; the address tells nothing (RFC 9429 §5.2.1).
    static func origin(using random: inout some RandomNumberGenerator) -> String {
        "- \(random.next() >> 2) 1 IN IP4 0.0.0.0"
    }
}
