/// What one session of a device wants: which room, as whom, and what it sends and receives.
package struct SessionSettings: Sendable {
    package var server: ServerAddress
    /// The room's id; put into the path percent-encoded.
    package var room: String
    package var token: String
    /// Of what the server writes for people: a language tag (RFC 9110 §12.5.4); `nil` leaves it to the server.
    package var language: String?
    package var sendsMicrophone = false
    /// What the camera is coded in; `nil` sends no picture.
    package var camera: StreamCodec?
    /// The names of the camera's simulcast layers in the order in which ``OutgoingPacket/layer`` counts them; empty for
    /// a single one.
    package var layers: [String] = []
    package var audioSlots = 0
    package var pictureSlots = 0
    /// What can be received, in the order of preference.
    package var receivedCodecs: [StreamCodec] = [.vp8, .h264]
    /// Whether to take the seat from another device that is in the room as the same point.
    package var takesOver = false
    /// Bytes of sent pictures that are kept for each layer, to send again what got lost: half a second is plenty.
    package var resendBytes = 256 << 10

    package init(server: ServerAddress, room: String, token: String) {
        self.server = server
        self.room = room
        self.token = token
    }
}

/// Where the signalling is spoken, out of a URL such as `https://[::1]:8443`.
package struct ServerAddress: Hashable, Sendable, LosslessStringConvertible {
    /// A name or an address, without brackets.
    package var host: String
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `https://HOST[:PORT][/]`; without a port it is 443 (RFC 9110 §4.2.2).
    package init?(_ text: String) {
        guard text.lowercased().hasPrefix("https://") else { return nil }
        var rest = text.dropFirst("https://".count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        var portText: Substring?
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            let tail = rest[rest.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else if let colon = rest.firstIndex(of: ":") {
            host = String(rest[..<colon])
            portText = rest[rest.index(after: colon)...]
        } else {
            host = String(rest)
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }) else {
            return nil
        }
        guard let portText else {
            port = 443
            return
        }
        guard let number = UInt16(portText), number > 0 else { return nil }
        port = number
    }

    /// Host and port as `Host` has them.
    package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    package var description: String { "https://\(authority)" }
}
