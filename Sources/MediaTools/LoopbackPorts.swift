import Glibc

/// Finds ports on 127.0.0.1 for children that must be told theirs, and sees when they have taken them.
enum LoopbackPorts {
    /// A port whose next one is free as well: RTP and RTCP of a stream (RFC 3550 §11).
    ///
    /// Somebody else may take it before the child does; the child then ends at once, and another try is made.
    static func freePair() -> UInt16? {
        for _ in 0..<50 {
            guard let first = Bound(port: 0), first.port < .max else { continue }
            if Bound(port: first.port + 1) != nil { return first.port }
        }
        return nil
    }

    /// Whether somebody listens on each of `ports`; `nil` where the system does not tell.
    static func areTaken(_ ports: [UInt16]) -> Bool? {
        unread().map { unread in ports.allSatisfy { unread[$0] != nil } }
    }

    /// Whether datagrams wait to be read at one of `ports`.
    static func hasUnread(_ ports: [UInt16]) -> Bool {
        let unread = unread() ?? [:]
        return ports.contains { unread[$0, default: 0] > 0 }
    }

    /// Bytes of memory of what waits to be read at the fullest of `ports`; 0 where the system does not tell.
    static func mostUnread(_ ports: [UInt16]) -> Int {
        let unread = unread() ?? [:]
        return ports.map { unread[$0, default: 0] }.max() ?? 0
    }

    /// Bytes that wait to be read at each bound UDP port of IPv4 (proc(5), `/proc/net/udp`); `nil` where the system does
    /// not tell.
    private static func unread() -> [UInt16: Int]? {
        guard let file = fopen("/proc/net/udp", "r") else { return nil }
        defer { fclose(file) }
        var unread: [UInt16: Int] = [:]
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            // "  sl  ADDRESS:PORT  ADDRESS:PORT  st  SENDING:UNREAD  …", hexadecimal.
            let words = text.split(separator: UInt8(ascii: " "), maxSplits: 5)
            guard words.count > 4, let port = lastNumber(words[1]), let bytes = lastNumber(words[4]) else { continue }
            unread[UInt16(truncatingIfNeeded: port), default: 0] += bytes
        }
        return unread
    }

    /// The hexadecimal number behind the last colon.
    private static func lastNumber(_ word: ArraySlice<UInt8>) -> Int? {
        guard let colon = word.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        return Int(String(decoding: word[(colon + 1)...], as: UTF8.self), radix: 16)
    }

    /// A socket that holds a port for as long as it lives.
    private final class Bound {
        private let descriptor: Int32
        let port: UInt16

        init?(port wanted: UInt16) {
            let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { return nil }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = wanted.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
                }
            }
            guard result == 0 else {
                close(descriptor)
                return nil
            }
            self.descriptor = descriptor
            port = UInt16(bigEndian: address.sin_port)
        }

        deinit { close(descriptor) }
    }
}
