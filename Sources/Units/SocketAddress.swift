/// An IPv4 or IPv6 address.
package struct IPAddress: Hashable, Sendable {
    /// The first and last eight bytes in network order, read as integers; IPv4 lies in the low half of `low`.
    package var high: UInt64
    package var low: UInt64
    package var isIPv6: Bool

    package init(v4 bits: UInt32) {
        high = 0
        low = UInt64(bits)
        isIPv6 = false
    }

    package init(v6 high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
        isIPv6 = true
    }

    package static let loopback = IPAddress(v4: 0x7F00_0001)
    package static let loopbackV6 = IPAddress(v6: 0, 1)
    package static let anyV4 = IPAddress(v4: 0)
    package static let anyV6 = IPAddress(v6: 0, 0)

    /// An IPv4 address that came in an IPv6 one (::ffff:a.b.c.d, RFC 4291 §2.5.5.2) as the IPv4 address it is.
    package var unmapped: IPAddress {
        guard isIPv6, high == 0, low >> 32 == 0xFFFF else { return self }
        return IPAddress(v4: UInt32(truncatingIfNeeded: low))
    }

    package var isLoopback: Bool { isIPv6 ? self == .loopbackV6 : low >> 24 == 127 }
    package var isUnspecified: Bool { high == 0 && low == 0 }
    /// fe80::/10 (RFC 4291 §2.5.6) and 169.254/16 (RFC 3927).
    package var isLinkLocal: Bool { isIPv6 ? high >> 54 == 0xFE80 >> 6 : low >> 16 == 0xA9FE }
}

/// An address and a port: one end of a UDP path or a TCP connection.
package struct SocketAddress: Hashable, Sendable {
    package var address: IPAddress
    package var port: UInt16

    package init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// Where a datagram came from and which of our addresses it was written to; replies go back the same way.
package struct NetworkPath: Hashable, Sendable {
    package var remote: SocketAddress
    package var local: SocketAddress

    package init(remote: SocketAddress, local: SocketAddress) {
        self.remote = remote
        self.local = local
    }
}
