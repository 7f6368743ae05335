import Participant

/// The connection to the server that a client has at present: one at a time, or none.
///
/// A class, because a connection that begins may tell at once that it failed, and is closed then.
final class SignallingLink {
    private var connection: SignallingConnection?

    /// Connects anew; what a connection before this one has to say is not told any more.
    func open(
        to server: ServerAddress, on shared: ClientLoop, tell: @escaping (SignallingConnection.Event) -> Void
    ) {
        connection?.close()
        let connection = SignallingConnection(to: server, context: shared.tls, on: shared.loop, tell: tell)
        self.connection = connection
        connection.start()
    }

    func close() {
        connection?.close()
        connection = nil
    }

    /// - Returns: Why it could not be sent; `nil` also where there is no connection.
    func send(_ bytes: [UInt8]) -> SignallingConnection.Problem? { connection?.send(bytes) }

    func pauseReading() { connection?.pauseReading() }
}
