package import OpenSSL
package import Units

/// What all sessions of a process share.
package struct SessionResources: Sendable {
    package var dtls: DTLSContext
    /// Wall-clock time, for sender reports.
    package var clock: ClockPair

    package init(dtls: DTLSContext, clock: ClockPair) {
        self.dtls = dtls
        self.clock = clock
    }
}
