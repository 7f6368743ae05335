import Units
import Wire

/// An outbox that closures can share, with datagrams whose content can be checked.
final class TestOutbox {
    var outbox: Outbox

    var isEmpty: Bool { outbox.isEmpty }

    init(bytes: Int, datagrams: Int) { outbox = Outbox(capacity: bytes, datagrams: datagrams) }

    /// Appends a datagram of `length` bytes, all of them made from `number`.
    func append(_ number: Int, length: Int, to path: NetworkPath) {
        outbox.append(Self.content(number, length: length).span.bytes, to: path)
    }

    static func content(_ number: Int, length: Int) -> [UInt8] {
        (0..<length).map { index in
            UInt8(truncatingIfNeeded: index < 4 ? number >> (8 * index) : number &* 31 &+ index)
        }
    }

    static func number(of datagram: [UInt8]) -> Int {
        datagram.prefix(4).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    }
}

extension NetworkPath {
    /// To `remote`, from whatever address the kernel likes.
    init(to remote: SocketAddress) {
        self.init(remote: remote, local: SocketAddress(remote.address.isIPv6 ? .anyV6 : .anyV4, port: 0))
    }
}
