import Conference
import HTTP1
import HTTPTypes
import OpenSSL
import Signalling
import Units
import WebSocket

/// One connection of a socket: the upgrade, then text messages both ways (RFC 6455).
struct SocketWire {
    enum Event {
        /// Messages may be sent.
        case opened
        /// The server refused the upgrade.
        case refused(RefusalNotice)
        /// UTF-8.
        case text([UInt8])
        /// The last event; the reason is for people.
        case closed(String)
    }

    private enum State {
        case upgrading(ClientHandshake, ResponseParser)
        case open(WebSocketConnection)
        case closed
    }

    static let subprotocol = "diemcau.v1"
    /// Ours: the server pings every 5 s.
    static let idleLimit = Duration.seconds(12)

    private var state: State
    private var request: [UInt8]

    /// Begins the upgrade; `nil` when the settings can't be written into a request.
    init?(_ settings: SocketSettings, random: inout some RandomNumberGenerator) {
        let handshake = ClientHandshake(
            subprotocols: [Self.subprotocol], offersDeflate: true, random: &random)
        guard
            var request = try? handshake.request(
                authority: settings.server.authority, path: "/v1/rooms/\(settings.room.percentEncoded)/socket",
                authorization: "Bearer \(settings.token)")
        else { return nil }
        request.head.headerFields[.acceptLanguage] = settings.language.rawValue
        var parser = ResponseParser()
        parser.expect(.get)
        self.request = request.serialized
        state = .upgrading(handshake, parser)
    }

    var deadline: Instant? {
        switch state {
        case .open(let connection): connection.deadline
        case .upgrading, .closed: nil
        }
    }

    /// What is to be sent.
    mutating func takeOutput(random: inout some RandomNumberGenerator) -> [UInt8] {
        var output = request
        request = []
        guard case .open(var connection) = state else { return output }
        state = .closed  // Lets go of the connection's buffers, which are then changed in place.
        output += connection.takeOutput(masking: &random)
        state = .open(connection)
        return output
    }

    mutating func receive(_ bytes: borrowing RawSpan, at now: Instant) -> [Event] {
        switch state {
        case .closed: return []
        case .upgrading(let handshake, var parser):
            state = .closed
            parser.append(bytes)
            return upgrade(handshake, &parser, at: now)
        case .open(var connection):
            state = .closed
            let events = connection.receive(bytes, at: now)
            state = .open(connection)
            return take(events)
        }
    }

    private mutating func upgrade(
        _ handshake: ClientHandshake, _ parser: inout ResponseParser, at now: Instant
    ) -> [Event] {
        do throws(HTTPError) {
            while let event = try parser.next() {
                guard case .response(let response, _) = event else { continue }
                return finish(handshake, response, parser.takeRemainder(), at: now)
            }
        } catch {
            return [.closed("the server does not speak HTTP: \(error)")]
        }
        state = .upgrading(handshake, parser)
        return []
    }

    private mutating func finish(
        _ handshake: ClientHandshake, _ response: Response, _ rest: [UInt8], at now: Instant
    ) -> [Event] {
        let agreement: ClientHandshake.Agreement
        do throws(ClientHandshake.Failure) {
            agreement = try handshake.verify(response) { bytes in
                let digest = sha1(unsafe bytes.span.bytes)  // Unsafe only in name: any byte is a UInt8.
                return digest.indices.map { digest[$0] }
            }
        } catch {
            guard case .status(let status) = error, status.kind != .successful else {
                return [.closed("the server's answer is no WebSocket's")]
            }
            return [.refused(RefusalNotice(response))]
        }
        var settings = WebSocketSettings()
        settings.messageLimit = ServerMessage.sizeLimit
        settings.deflates = agreement.deflates
        settings.pingInterval = nil  // The server's pings are enough for both.
        settings.idleLimit = Self.idleLimit
        var connection = WebSocketConnection(role: .client, settings: settings, at: now)
        let events = rest.isEmpty ? [] : connection.receive(unsafe rest.span.bytes, at: now)
        state = .open(connection)
        return [.opened] + take(events)
    }

    private mutating func take(_ events: [WebSocketEvent]) -> [Event] {
        events.map { event in
            switch event {
            case .text(let text): .text(text)
            case .binary: .closed("the server sent what is no text")
            case .closed(let code, let reason, _): .closed(Self.text(code, reason))
            }
        }
    }

    private static func text(_ code: CloseCode, _ reason: String) -> String {
        guard code != .abnormal else { return "the server does not answer" }
        let said = reason.isEmpty ? "" : ": \(reason.prefix(125))"
        return "the server closed the socket (\(code.rawValue)\(said))"
    }

    mutating func advance(to now: Instant) -> [Event] {
        guard case .open(var connection) = state else { return [] }
        state = .closed
        let events = connection.advance(to: now)
        state = .open(connection)
        return take(events)
    }

    mutating func send(_ text: [UInt8]) {
        guard case .open(var connection) = state else { return }
        state = .closed
        connection.send(text: text)
        state = .open(connection)
    }
}
