/// Reads frames and joins them to messages, however their bytes are cut (RFC 6455 §5).
///
/// Payload goes straight from the received bytes into the message, unmasked on the way, so nothing is kept but the
/// message begun, at most ``messageLimit`` bytes, and one control frame. Text is checked as it comes: the first byte
/// that cannot be UTF-8 ends the connection, not the last of the message. A compressed message is kept as it came, and
/// decompressed when it is whole.
package struct FrameReader: Sendable {
    private let role: WebSocketRole
    /// The longest message in bytes, fragments together.
    private let messageLimit: Int
    /// Fragments without a byte in one message: the others are bounded by what they bring.
    private let emptyFragmentLimit: Int
    private let deflates: Bool
    private let inflationRatio: Int?

    private var header: FrameHeader
    /// Payload bytes that the frame begun still needs; `nil` while its header is read.
    private var remaining: Int?
    /// The payload bytes of the frame begun that have come.
    private var received = 0
    private var control: [UInt8] = []

    private var message: [UInt8] = []
    /// Text or binary while a message is begun, `nil` between two.
    private var kind: FrameOpcode?
    private var text = UTF8Check()
    private var emptyFragments = 0
    private var isCompressed = false
    /// What the messages that end within one piece of input may still be decompressed to, together: they are all there
    /// before the first is looked at.
    private var inflationLeft = 0
    private var failure: WebSocketError?

    /// - Parameters:
    ///   - role: Ours.
    ///   - messageLimit: In bytes, fragments together.
    ///   - emptyFragmentLimit: How many fragments of one message may be empty.
    ///   - deflates: Whether messages may be compressed (RFC 7692).
    ///   - inflationRatio: See ``WebSocketSettings/inflationRatio``.
    package init(
        role: WebSocketRole, messageLimit: Int = 262_144, emptyFragmentLimit: Int = 256, deflates: Bool = false,
        inflationRatio: Int? = nil
    ) {
        self.role = role
        self.deflates = deflates
        self.inflationRatio = inflationRatio
        self.messageLimit = messageLimit
        self.emptyFragmentLimit = emptyFragmentLimit
        header = FrameHeader(role: role, deflates: deflates)
    }

    /// The next message or control frame that becomes complete within `input`.
    ///
    /// Call it with the same bytes until it returns `nil`: then all of them were taken, and what they began is kept.
    ///
    /// - Parameters:
    ///   - input: What was received.
    ///   - position: Where to go on in it: 0 at first, moved behind what was taken.
    /// - Returns: `nil` when more bytes are needed.
    /// - Throws: ``WebSocketError``, the same at every call after the first.
    package mutating func next(
        in input: borrowing RawSpan, from position: inout Int
    ) throws(WebSocketError) -> WebSocketMessage? {
        if let failure { throw failure }
        if position == 0 { inflationLeft = 2 * messageLimit }
        do throws(WebSocketError) {
            return try read(input, &position)
        } catch {
            failure = error
            message = []
            control = []
            throw error
        }
    }

    private mutating func read(
        _ input: borrowing RawSpan, _ position: inout Int
    ) throws(WebSocketError) -> WebSocketMessage? {
        while position < input.byteCount {
            if remaining == nil {
                let byte = unsafe input.unsafeLoad(fromByteOffset: position, as: UInt8.self)  // In range: see above.
                position += 1
                guard try header.read(byte) else { continue }
                try begin()
            }
            if let wanted = remaining, wanted > 0 {
                let count = min(wanted, input.byteCount - position)
                try take(input.extracting(position..<(position + count)))
                position += count
                remaining = wanted - count
            }
            if remaining == 0, let message = try finishFrame() { return message }
        }
        return nil
    }

    /// A frame's header is complete: whether it may stand here and how much it may bring.
    private mutating func begin() throws(WebSocketError) {
        received = 0
        guard !header.opcode.isControl else {
            remaining = Int(clamping: header.length)
            return
        }
        if header.opcode == .continuation {
            guard kind != nil else { throw .protocolError("continuation of nothing") }
        } else {
            guard kind == nil else { throw .protocolError("message within a message") }
            kind = header.opcode
            isCompressed = header.isCompressed
        }
        guard header.length <= UInt64(max(messageLimit - message.count, 0)) else {
            throw WebSocketError(.messageTooBig, "message too big")
        }
        if header.length == 0, !header.isFinal {
            emptyFragments += 1
            guard emptyFragments <= emptyFragmentLimit else {
                throw WebSocketError(.policyViolation, "too many empty fragments")
            }
        }
        remaining = Int(clamping: header.length)
    }

    /// Appends `payload` to what it belongs to, without its mask.
    private mutating func take(_ payload: borrowing RawSpan) throws(WebSocketError) {
        if header.opcode.isControl {
            Self.append(payload, unmaskedWith: header.mask, phase: received, to: &control)
        } else {
            let start = message.count
            Self.append(payload, unmaskedWith: header.mask, phase: received, to: &message)
            if kind == .text, !isCompressed {
                var check = text
                // Unsafe only in name: any UInt8 is a byte.
                guard check.accept(unsafe message.span.bytes.extracting(start..<message.count)) else {
                    throw WebSocketError(.invalidPayload, "text is not UTF-8")
                }
                text = check
            }
        }
        received += payload.byteCount
    }

    private static func append(
        _ payload: borrowing RawSpan, unmaskedWith key: UInt32, phase: Int, to target: inout [UInt8]
    ) {
        let start = target.count
        // Unsafe only in name: the array copies the buffer before the closure returns.
        unsafe payload.withUnsafeBytes { unsafe target.append(contentsOf: $0) }
        var elements = target.mutableSpan
        var bytes = unsafe elements.mutableBytes  // Unsafe only in name: any byte is a UInt8.
        Masking.apply(key, phase: phase, to: &bytes, in: start..<bytes.byteCount)
    }

    private mutating func finishFrame() throws(WebSocketError) -> WebSocketMessage? {
        let finished = header
        header = FrameHeader(role: role, deflates: deflates)
        remaining = nil
        guard !finished.opcode.isControl else { return try finishControl(finished.opcode) }
        guard finished.isFinal, let kind else { return nil }
        guard text.isComplete else { throw WebSocketError(.invalidPayload, "text ends within a character") }
        let content = isCompressed ? try decompressed(kind) : message
        message = []
        self.kind = nil
        emptyFragments = 0
        return kind == .text ? .text(content) : .binary(content)
    }

    /// What the whole, compressed message stands for.
    private mutating func decompressed(_ kind: FrameOpcode) throws(WebSocketError) -> [UInt8] {
        let ratioLimit = inflationRatio.map { Self.freeInflation + $0 * message.count } ?? .max
        let content = try CompressedPayload.read(message, limit: min(messageLimit, ratioLimit, inflationLeft))
        inflationLeft -= content.count
        guard kind == .text else { return content }
        var check = UTF8Check()
        // Unsafe only in name: any UInt8 is a byte.
        guard check.accept(unsafe content.span.bytes), check.isComplete else {
            throw WebSocketError(.invalidPayload, "text is not UTF-8")
        }
        return content
    }

    /// Ours; what a short message may be decompressed to, whatever the ratio, in bytes.
    private static let freeInflation = 16_384

    private mutating func finishControl(_ opcode: FrameOpcode) throws(WebSocketError) -> WebSocketMessage {
        let content = control
        control = []
        return switch opcode {
        case .ping: .ping(content)
        case .pong, .continuation, .text, .binary: .pong(content)
        case .close: try Self.close(content)
        }
    }

    /// Reads a close frame: nothing, or a code and a reason (§5.5.1).
    private static func close(_ content: [UInt8]) throws(WebSocketError) -> WebSocketMessage {
        guard !content.isEmpty else { return .close(.none, "") }
        guard content.count >= 2 else { throw .protocolError("close frame of one byte") }
        let code = CloseCode(rawValue: UInt16(content[0]) << 8 | UInt16(content[1]))
        guard code.mayBeSent else { throw .protocolError("close code without meaning") }
        let reason = content.dropFirst(2)
        guard let text = String(validating: reason, as: UTF8.self) else {
            throw WebSocketError(.invalidPayload, "close reason is not UTF-8")
        }
        return .close(code, text)
    }
}
