import LibUV
import Units

/// Why a server can't start or go on, in one line for whoever started it.
package struct ServerError: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }

    /// Which address could not be had, and what to do.
    static func address(_ address: SocketAddress, _ error: LoopError, option: String) -> ServerError {
        let advice = error.name == "EADDRINUSE" ? "; another program has that port: choose one with \(option)" : ""
        return ServerError("\(address): \(error)\(advice)")
    }
}
