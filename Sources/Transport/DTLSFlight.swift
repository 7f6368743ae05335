import Units
import Wire

/// The flight that was sent last, and when to send it again (RFC 6347 §4.2.4.1).
///
/// Ours, not OpenSSL's, so that lost flights can be tried in simulated time. 100 ms at first instead of the standard's
/// second: a line of the conference is waiting.
struct DTLSFlight {
    private static let firstInterval = Duration.milliseconds(100)
    private static let longestInterval = Duration.seconds(2)

    private var datagrams: [[UInt8]] = []
    private var interval = firstInterval
    private(set) var deadline: Instant?

    /// Sends a new flight and keeps it.
    ///
    /// After a final flight nothing is expected in return: it is sent again only when the peer asks.
    mutating func send(
        _ flight: [[UInt8]], isFinal: Bool, to path: NetworkPath, at now: Instant, into outbox: inout Outbox
    ) {
        datagrams = isFinal ? [] : flight
        interval = Self.firstInterval
        deadline = isFinal ? nil : now.advanced(by: interval)
        for datagram in flight { outbox.append(datagram, to: path) }
    }

    /// Sends the kept flight again when it is due.
    mutating func advance(to now: Instant, path: NetworkPath, into outbox: inout Outbox) {
        guard let due = deadline, due <= now else { return }
        for datagram in datagrams { outbox.append(datagram, to: path) }
        interval = min(interval * 2, Self.longestInterval)
        deadline = now.advanced(by: interval)
    }

    mutating func cancel() {
        datagrams = []
        deadline = nil
    }
}
