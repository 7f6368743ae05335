/// What one connection may take, and its times.
package struct WebSocketSettings: Equatable, Sendable {
    /// The longest message taken, in bytes, fragments together: 1009 closes the connection above it.
    package var messageLimit = 262_144
    /// Whether messages may come compressed, as the handshake agreed (RFC 7692); ``messageLimit`` is for them before and
    /// after decompressing.
    package var deflates = false
    /// How many times its size a compressed message may have above 16 KiB: 1009 closes the connection beyond it.
    ///
    /// `nil` for any: DEFLATE itself ends at 1,032, which lets few bytes make much work.
    package var inflationRatio: Int?
    /// Fragments without a byte in one message: 1008 closes the connection above it.
    package var emptyFragmentLimit = 256
    /// Time from one ping of ours to the next; `nil` for none.
    package var pingInterval: Duration? = .seconds(5)
    /// The connection is given up when nothing was received for so long; `nil` for never.
    package var idleLimit: Duration? = .seconds(20)
    /// How long the peer may take to answer our close frame.
    package var closeTimeout: Duration = .seconds(2)

    package init() {}
}
