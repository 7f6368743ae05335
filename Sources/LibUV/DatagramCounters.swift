/// What went through one ``DatagramSocket`` so far; monotonic.
package struct DatagramCounters: Equatable, Sendable {
    package var received: UInt64 = 0
    package var receivedBytes: UInt64 = 0
    /// System calls that received something.
    package var receiveBatches: UInt64 = 0
    /// Datagrams longer than a slot of the receive buffer: dropped, because their end is missing.
    package var truncated: UInt64 = 0
    /// Errors of receiving and polling.
    package var receiveErrors: UInt64 = 0
    /// Datagrams that the kernel dropped because the receive queue was full, as told with the latest datagram.
    package var queueOverflows: UInt64 = 0

    package var sent: UInt64 = 0
    package var sentBytes: UInt64 = 0
    /// System calls that sent something.
    package var sendBatches: UInt64 = 0
    /// Runs of more than one datagram that left as one message (`UDP_SEGMENT`).
    package var segmentedRuns: UInt64 = 0
    /// Datagrams dropped because the kernel took no more and the backlog was full.
    package var sendDrops: UInt64 = 0
    /// Datagrams that the kernel refused (no route, forbidden, too long), one by one.
    package var sendErrors: UInt64 = 0

    package init() {}
}
