import CDatagrams
import CLibuv
import Glibc
import Units

extension cd_address {
    init(_ address: SocketAddress) {
        self.init(
            high: address.address.high, low: address.address.low, port: address.port, is_ipv6: address.address.isIPv6)
    }
}

extension SocketAddress {
    init(_ address: cd_address) {
        self.init(IPAddress(address), port: address.port)
    }

    /// The C form of this address.
    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>) throws(LoopError) -> Result) throws(LoopError)
        -> Result
    {
        var storage = sockaddr_storage()
        var address = cd_address(self)
        _ = cd_to_sockaddr(&address, address.is_ipv6 ? AF_INET6 : AF_INET, &storage)
        return try withUnsafePointer(to: &storage) { storage throws(LoopError) in
            try storage.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }

    /// The address that a C call gave; `nil` when it is neither IPv4 nor IPv6.
    init?(_ address: UnsafePointer<sockaddr>) {
        let family = Int32(address.pointee.sa_family)
        guard family == AF_INET || family == AF_INET6 else { return nil }
        var result = cd_address()
        cd_from_sockaddr(address, &result)
        self.init(result)
    }

    /// Which address `socket` is bound to.
    static func local(of socket: Int32) throws(LoopError) -> SocketAddress {
        var address = cd_address()
        try LoopError.check(cd_local_address(socket, &address), "getsockname")
        return SocketAddress(address)
    }

    /// Which address `socket` is connected to.
    static func remote(of socket: Int32) throws(LoopError) -> SocketAddress {
        var address = cd_address()
        try LoopError.check(cd_remote_address(socket, &address), "getpeername")
        return SocketAddress(address)
    }
}

extension IPAddress {
    /// IPv4 addresses that came in IPv6 ones have been unwrapped already.
    init(_ address: cd_address) {
        if address.is_ipv6 {
            self.init(v6: address.high, address.low)
        } else {
            self.init(v4: UInt32(truncatingIfNeeded: address.low))
        }
    }
}
