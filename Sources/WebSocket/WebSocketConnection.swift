package import Units

/// One WebSocket connection behind its handshake, without socket and clock (RFC 6455 §5–7).
///
/// Received bytes go in, events come out; what is to be sent waits for ``takeOutput()``. Pings are answered, and sent,
/// without the owner. Call ``advance(to:)`` at ``deadline``, and take the output after every call.
package struct WebSocketConnection: Sendable {
    private enum State: Sendable {
        case open
        /// Our close frame is sent or about to be; the peer's is awaited until then.
        case closing(CloseCode, reason: String, until: Instant)
        case closed
    }

    package let role: WebSocketRole
    private let settings: WebSocketSettings
    private var state: State = .open
    private var reader: FrameReader
    /// Frames to be sent; a client's have the masking key 0 until they are taken.
    private var output: [UInt8] = []
    /// How much of ``output`` are pongs, and the newest ping that found no room there any more.
    private var pongBytes = 0
    private var unansweredPing: [UInt8]?
    /// What our close frame holds while it waits to be the last one in the next output.
    private var farewell: [UInt8]?
    private var lastReceived: Instant
    private var nextPing: Instant?
    private var pings: UInt64 = 0
    private var lastPing: Instant?

    /// How long the peer took to answer the last ping that it answered; `nil` before the first.
    package private(set) var roundTrip: Duration?

    /// - Parameters:
    ///   - role: Ours.
    ///   - settings: Limits and times.
    ///   - now: When the handshake was done.
    package init(role: WebSocketRole, settings: WebSocketSettings = WebSocketSettings(), at now: Instant) {
        self.role = role
        self.settings = settings
        reader = FrameReader(
            role: role, messageLimit: settings.messageLimit, emptyFragmentLimit: settings.emptyFragmentLimit,
            deflates: settings.deflates, inflationRatio: settings.inflationRatio)
        lastReceived = now
        nextPing = settings.pingInterval.map { now.advanced(by: $0) }
    }

    /// Whether messages can be sent.
    package var isOpen: Bool {
        if case .open = state { true } else { false }
    }

    /// Whether the end was told; nothing happens any more.
    package var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// Bytes that wait to be taken.
    package var outputCount: Int {
        let heads = role == .client ? 6 : 2
        return [unansweredPing, farewell].reduce(output.count) { $0 + ($1.map { $0.count + heads } ?? 0) }
    }

    /// Whether frames still go out: until the close frame has its place among them.
    private var isSending: Bool { isOpen || farewell != nil }

    // MARK: Receiving

    /// Takes received bytes.
    ///
    /// - Returns: What they brought, in order. A peer that breaks the protocol is told so in a close frame, and the
    ///   connection is closed; what is sent before the output is taken, in answer to the messages in front of that,
    ///   still goes out before the close frame. After our own close frame messages are dropped.
    package mutating func receive(_ bytes: borrowing RawSpan, at now: Instant) -> [WebSocketEvent] {
        guard !isClosed else { return [] }
        lastReceived = now
        var events: [WebSocketEvent] = []
        var position = 0
        do throws(WebSocketError) {
            while !isClosed, let message = try reader.next(in: bytes, from: &position) {
                if let event = take(message, at: now) { events.append(event) }
            }
        } catch {
            events.append(fail(error))
        }
        return events
    }

    /// The transport ended: nothing more will come.
    package mutating func finish() -> [WebSocketEvent] {
        switch state {
        case .open: [end(.abnormal, reason: "", by: .peer)]
        case .closing(let code, let reason, _): [end(code, reason: reason, by: .local)]
        case .closed: []
        }
    }

    private mutating func take(_ message: WebSocketMessage, at now: Instant) -> WebSocketEvent? {
        switch (state, message) {
        case (.open, .text(let content)): return .text(content)
        case (.open, .binary(let content)): return .binary(content)
        case (.open, .ping(let content)):
            answer(content)
            return nil
        case (.open, .pong(let content)), (.closing, .pong(let content)):
            measure(content, at: now)
            return nil
        case (.open, .close(let code, let reason)):
            farewell = FrameWriter.closePayload(code, reason: "")
            return end(code, reason: reason, by: .peer)
        case (.closing(let code, let reason, _), .close):
            return end(code, reason: reason, by: .local)
        case (.closing, .text), (.closing, .binary), (.closing, .ping), (.closed, _):
            return nil
        }
    }

    /// Answers a ping; of very many at once only the first and the last (§5.5.3 allows it).
    private mutating func answer(_ ping: [UInt8]) {
        guard pongBytes < Self.mostPongBytes else {
            unansweredPing = ping
            return
        }
        let before = output.count
        write(.pong, ping)
        pongBytes += output.count - before
    }

    private mutating func measure(_ pong: [UInt8], at now: Instant) {
        guard let lastPing, pong == pingPayload else { return }
        roundTrip = now.since(lastPing)
        self.lastPing = nil
    }

    /// Ours: far more than anybody needs, far less than a write queue.
    private static let mostPongBytes = 4_096

    // MARK: Sending

    /// Sends a text message, `payload` being UTF-8; nothing once the close frame is sent.
    package mutating func send(text payload: [UInt8]) { send(.text, payload) }

    package mutating func send(binary payload: [UInt8]) { send(.binary, payload) }

    /// Sends a frame made by ``FrameWriter``; nothing once the close frame is sent.
    ///
    /// - Parameter frame: A whole data message without a mask: only a server may send it.
    package mutating func enqueue(frame: [UInt8]) {
        precondition(role == .server, "a client's frames have masks of their own")
        guard isSending else { return }
        if output.isEmpty { output = frame } else { output += frame }
    }

    /// Closes the connection: sends a close frame and waits for the peer's, up to the settings' time.
    ///
    /// - Parameters:
    ///   - code: One that ``CloseCode/mayBeSent``; another sends an empty close frame.
    ///   - reason: What is beyond 123 bytes is left out.
    ///   - now: The time now.
    package mutating func close(_ code: CloseCode, reason: String = "", at now: Instant) {
        guard isOpen else { return }
        write(.close, FrameWriter.closePayload(code, reason: reason))
        state = .closing(code, reason: reason, until: now.advanced(by: settings.closeTimeout))
    }

    private mutating func send(_ opcode: FrameOpcode, _ payload: [UInt8]) {
        guard isSending else { return }
        write(opcode, payload)
    }

    private mutating func write(_ opcode: FrameOpcode, _ payload: [UInt8]) {
        FrameWriter.append(opcode, payload, mask: role == .client ? 0 : nil, to: &output)
    }

    // MARK: Time

    /// When ``advance(to:)`` is to be called; `nil` for never.
    package var deadline: Instant? {
        switch state {
        case .open: nextPing.earlier(settings.idleLimit.map { lastReceived.advanced(by: $0) })
        case .closing(_, _, let until): until
        case .closed: nil
        }
    }

    /// The time is now: sends a ping that is due, and gives up a peer that was silent for too long.
    package mutating func advance(to now: Instant) -> [WebSocketEvent] {
        switch state {
        case .open:
            if let limit = settings.idleLimit, now >= lastReceived.advanced(by: limit) {
                farewell = FrameWriter.closePayload(.goingAway, reason: "silent")
                return [end(.abnormal, reason: "silent", by: .local)]
            }
            if let nextPing, let interval = settings.pingInterval, now >= nextPing {
                pings &+= 1
                lastPing = now
                write(.ping, pingPayload)
                self.nextPing = now.advanced(by: interval)
            }
            return []
        case .closing(let code, let reason, let until):
            return now >= until ? [end(code, reason: reason, by: .local)] : []
        case .closed:
            return []
        }
    }

    /// The number of the last ping, which tells its pong from others.
    private var pingPayload: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: pings >> (56 - 8 * $0)) } }

    // MARK: Ending

    private mutating func fail(_ error: WebSocketError) -> WebSocketEvent {
        let reason = "\(error.reason)"
        if isOpen { farewell = FrameWriter.closePayload(error.code, reason: reason) }
        return end(error.code, reason: reason, by: .local)
    }

    private mutating func end(_ code: CloseCode, reason: String, by side: WebSocketEvent.Side) -> WebSocketEvent {
        state = .closed
        return .closed(code, reason: reason, by: side)
    }

    // MARK: Output

    /// What a server has to send; empty when there is nothing.
    package mutating func takeOutput() -> [UInt8] {
        precondition(role == .server, "a client needs masking keys")
        return takeFrames()
    }

    /// What is to be sent, a client's frames each masked with a key of its own.
    ///
    /// - Parameter random: Of cryptographic quality (§10.3).
    /// - Returns: Whole frames; empty when there is nothing.
    package mutating func takeOutput(masking random: inout some RandomNumberGenerator) -> [UInt8] {
        var frames = takeFrames()
        if role == .client { OutgoingMasks.fill(in: &frames, from: &random) }
        return frames
    }

    private mutating func takeFrames() -> [UInt8] {
        if let unansweredPing { write(.pong, unansweredPing) }
        if let farewell { write(.close, farewell) }
        unansweredPing = nil
        farewell = nil
        pongBytes = 0
        let frames = output
        output = []
        return frames
    }
}
