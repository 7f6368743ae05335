package import Conference
package import Tokens
package import Units

/// What the control plane is told about its server once, when it starts.
package struct ControlSettings: Sendable {
    package var bridge: BridgeID
    /// For each media loop, where clients reach it over UDP, the preferred address first.
    package var candidates: [[SocketAddress]]
    /// SHA-256 of the media certificate, as `a=fingerprint` writes it.
    package var fingerprint: String
    package var verifier: TokenVerifier
    /// Names and addresses that requests may be for (`Host`), in small letters and without ports.
    package var hosts: Set<String>
    /// Whether pages of other origins may use WHIP and WHEP (they need a bearer token all the same).
    package var allowsOtherOrigins: Bool
    /// Wall clock against the loops' clock.
    package var clock: ClockPair
    /// Names this run of the server: random, so that clients notice a restart.
    package var epoch: String
    /// Whether lines are watched.
    package var telemetry: Bool
    /// The pages, by path.
    package var pages: [String: Page]

    package init(
        bridge: BridgeID = .local, candidates: [[SocketAddress]], fingerprint: String, verifier: TokenVerifier,
        hosts: Set<String>, allowsOtherOrigins: Bool, clock: ClockPair, epoch: String, telemetry: Bool = true,
        pages: [String: Page] = [:]
    ) {
        self.bridge = bridge
        self.candidates = candidates
        self.fingerprint = fingerprint
        self.verifier = verifier
        self.hosts = hosts
        self.allowsOtherOrigins = allowsOtherOrigins
        self.clock = clock
        self.epoch = epoch
        self.telemetry = telemetry
        self.pages = pages
    }
}

/// The time of one event, on both clocks.
package struct Moment: Sendable {
    package var instant: Instant
    /// Seconds since 1970, for tokens and `Date`.
    package var unixTime: Int

    package init(instant: Instant, unixTime: Int) {
        self.instant = instant
        self.unixTime = unixTime
    }
}

/// One line for the log: something happened to a media resource or a socket.
package struct ControlNote: Sendable {
    /// `joining`, `connected`, `socket`, or the code of the reason why it ended.
    package var event: String
    package var room: String
    /// The point's code, or the role of those without a seat.
    package var who: String
    /// The media resource's number on this bridge, to tell devices of one seat apart; `nil` for a socket.
    package var resource: UInt32?
}
