import Bridge
import LibUV
import Units

/// The open connections of the signalling port, within limits in all and for each address.
struct ConnectionTable {
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var byAddress: [IPAddress: Int] = [:]
    private var bySocket: [SocketID: ServerConnection] = [:]
    private let limit: Int
    private let limitPerAddress: Int
    /// Connections turned away because there were too many.
    private(set) var refused: UInt64 = 0
    /// Connections closed because they took too long.
    private(set) var timedOut: UInt64 = 0

    init(limit: Int, limitPerAddress: Int) {
        self.limit = limit
        self.limitPerAddress = limitPerAddress
    }

    var count: Int { connections.count }

    /// Whether one more from `address` may come.
    mutating func admits(_ address: IPAddress) -> Bool {
        guard connections.count < limit, byAddress[address, default: 0] < limitPerAddress else {
            refused &+= 1
            return false
        }
        return true
    }

    mutating func insert(_ connection: ServerConnection) {
        connections[ObjectIdentifier(connection)] = connection
        byAddress[connection.peer.address, default: 0] += 1
    }

    /// Notes that a connection has become a socket.
    mutating func setSocket(of connection: ServerConnection) {
        guard let socket = connection.socket else { return }
        bySocket[socket] = connection
    }

    func connection(of socket: SocketID) -> ServerConnection? { bySocket[socket] }

    var socketCount: Int { bySocket.count }

    mutating func remove(_ connection: ServerConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        if let socket = connection.socket { bySocket[socket] = nil }
        let address = connection.peer.address
        let rest = byAddress[address, default: 1] - 1
        byAddress[address] = rest == 0 ? nil : rest
    }

    /// Those that have taken too long; to be closed by the caller.
    mutating func overdue(at now: Instant) -> [ServerConnection] {
        let late = connections.values.filter { $0.isOverdue(at: now) }
        timedOut &+= UInt64(late.count)
        return late
    }

    var all: [ServerConnection] { Array(connections.values) }
}
