package import Units

/// What was sent of one source, for its SRs (RFC 3550 §6.4.1).
package struct SenderStatistics: Equatable, Sendable {
    package private(set) var packets: UInt64 = 0
    /// Payload bytes, without headers and padding.
    package private(set) var octets: UInt64 = 0

    package init() {}

    /// Counts a packet.
    ///
    /// - Parameter payloadSize: In bytes, without header and padding.
    package mutating func send(payloadSize: Int) {
        packets &+= 1
        octets &+= UInt64(clamping: payloadSize)
    }

    /// The SR's part about the source; its counters are modulo 2³².
    ///
    /// - Parameters:
    ///   - ntp: Wall-clock time now.
    ///   - rtpTimestamp: The same moment on the source's clock.
    /// - Returns: What ``RTCPWriter/senderReport(ssrc:info:to:)`` takes.
    package func info(ntp: NTPTime, rtpTimestamp: UInt32) -> SenderInfo {
        SenderInfo(
            ntp: ntp, rtpTimestamp: rtpTimestamp, packetCount: UInt32(truncatingIfNeeded: packets),
            octetCount: UInt32(truncatingIfNeeded: octets))
    }
}
