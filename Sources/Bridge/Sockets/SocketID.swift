/// One WebSocket of this server, while it lives; never used twice.
package struct SocketID: Hashable, Sendable {
    let number: UInt64
}
