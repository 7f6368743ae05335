package import Units

/// What a server needs to know before it starts, checked.
///
/// From weakest to strongest: the defaults below, the settings file, variables (`DIEMCAU_LISTEN`), options
/// (`--listen`). See ``load(file:environment:options:host:)``.
package struct ServerSettings: Equatable, Sendable {
    /// Folder of room files.
    package var rooms = "Rooms"
    /// Folder of certificate, keys and journal.
    package var state: String
    /// Where HTTPS is served; port 0 takes a free one.
    package var listen = SocketAddress(.loopback, port: 8_443)
    /// Where media arrives: the first loop's port, the others count on from it; port 0 takes free ones.
    package var media = SocketAddress(.loopback, port: 8_443)
    /// The addresses that clients are told to send media to; empty for ``media``'s own.
    package var announce: [IPAddress] = []
    /// Where metrics are served; `nil` for nowhere.
    package var metrics: SocketAddress?
    /// How many media loops, 1 … 64.
    package var loops: Int
    /// PEM file of the certificate chain; `nil` for `certificate.pem` in ``state``.
    package var certificate: String?
    /// PEM file of the certificate's key; `nil` for `certificate.key` in ``state``.
    package var certificateKey: String?
    /// PEM files of keys that sign tokens, beside `token.key` in ``state``: those of the organisation, or the old one
    /// while it is being replaced.
    package var tokenKeys: [String] = []
    /// What tokens must be for (`aud`).
    package var tokenAudience = "diemcau"
    /// Whether pages of other origins may use the media resource (CORS).
    package var crossOrigin = true
    /// How many connections may be open, in all and from one address.
    package var maximumConnections = 10_000
    package var maximumConnectionsPerAddress = 1_000
    /// How long a connection may take until its handshake and its first request are complete.
    package var requestTimeout = Duration.seconds(5)
    /// Bytes of a request's head and of its content.
    package var maximumHead = 16 * 1_024
    package var maximumBody = 256 * 1_024
    /// Whether each point's line is measured and judged.
    package var telemetry = true
    /// Whether metrics have series for each point that is there.
    package var metricsPerPoint = true

    package static let loopRange = 1...64

    /// The user's home folder, which `~` stands for.
    let home: String

    /// What the machine gives the settings.
    package struct Host: Equatable, Sendable {
        /// Processor cores that may be used.
        package var cores: Int
        /// The user's home folder.
        package var home: String

        package init(cores: Int, home: String) {
            self.cores = cores
            self.home = home
        }
    }

    /// The defaults on `host`: one core is left to signalling.
    package init(host: Host) {
        home = host.home
        state = "\(host.home)/.local/state/diemcau"
        loops = min(max(host.cores - 1, Self.loopRange.lowerBound), Self.loopRange.upperBound)
    }

    /// The addresses that clients are told to send media to.
    package var candidates: [IPAddress] { announce.isEmpty ? [media.address] : announce }
}
