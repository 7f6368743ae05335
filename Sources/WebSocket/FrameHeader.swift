/// What a frame is (RFC 6455 §11.8).
package enum FrameOpcode: UInt8, Sendable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    var isControl: Bool { rawValue & 8 != 0 }
}

/// Which end of the connection this is: a client masks what it sends, a server does not (RFC 6455 §5.1).
package enum WebSocketRole: Equatable, Sendable {
    case server
    case client
}

/// The head of one frame, read byte by byte and refused at the first byte that is wrong (RFC 6455 §5.2).
///
///      0               1               2               3
///     |F|R|R|R| opcode|M| length, 7  | length, 16 or 64 bits, when the 7 say 126 or 127
///     |masking key, 32 bits, when M
struct FrameHeader: Sendable {
    private(set) var isFinal = false
    /// Whether the message that begins here is compressed: RSV1 (RFC 7692 §6).
    private(set) var isCompressed = false
    private(set) var opcode = FrameOpcode.continuation
    /// The payload's length in bytes.
    private(set) var length: UInt64 = 0
    /// In network order, its first byte highest; 0 without a mask.
    private(set) var mask: UInt32 = 0
    /// Bytes read so far, and of these how many are the length.
    private var count = 0
    private var lengthBytes = 0
    private let demandsMask: Bool
    private let deflates: Bool

    /// - Parameters:
    ///   - role: Ours; the peer's frames must be masked when we are the server, and must not when we are the client.
    ///   - deflates: Whether messages may be compressed.
    init(role: WebSocketRole, deflates: Bool = false) {
        demandsMask = role == .server
        self.deflates = deflates
    }

    /// Takes the next byte.
    ///
    /// - Returns: Whether the head is complete.
    /// - Throws: 1002 for reserved bits, RSV1 where no compressed message begins (RFC 7692 §6.1), opcodes without meaning, a mask that is missing or not wanted, control frames in
    ///   parts or above 125 bytes, a length not in its shortest form or with the top bit set.
    mutating func read(_ byte: UInt8) throws(WebSocketError) -> Bool {
        let index = count
        count += 1
        switch index {
        case 0: try readOpcode(byte)
        case 1: try readLength(byte)
        case ..<(2 + lengthBytes): try extendLength(byte, isLast: count == 2 + lengthBytes)
        default: mask = mask << 8 | UInt32(byte)
        }
        return count >= 2 && count == 2 + lengthBytes + (demandsMask ? 4 : 0)
    }

    private mutating func readOpcode(_ byte: UInt8) throws(WebSocketError) {
        guard byte & (deflates ? 0x30 : 0x70) == 0 else { throw .protocolError("reserved bits") }
        guard let opcode = FrameOpcode(rawValue: byte & 0x0F) else { throw .protocolError("reserved opcode") }
        isCompressed = byte & 0x40 != 0
        guard !isCompressed || opcode == .text || opcode == .binary else { throw .protocolError("reserved bits") }
        isFinal = byte & 0x80 != 0
        guard isFinal || !opcode.isControl else { throw .protocolError("control frame in parts") }
        self.opcode = opcode
    }

    private mutating func readLength(_ byte: UInt8) throws(WebSocketError) {
        guard (byte & 0x80 != 0) == demandsMask else {
            throw .protocolError(demandsMask ? "frame without a mask" : "frame with a mask")
        }
        length = UInt64(byte & 0x7F)
        guard length >= 126 else { return }
        guard !opcode.isControl else { throw .protocolError("control frame too long") }
        lengthBytes = length == 126 ? 2 : 8
        length = 0
    }

    private mutating func extendLength(_ byte: UInt8, isLast: Bool) throws(WebSocketError) {
        guard lengthBytes == 2 || count > 3 || byte < 0x80 else { throw .protocolError("length above 63 bits") }
        length = length << 8 | UInt64(byte)
        guard isLast else { return }
        guard length > (lengthBytes == 2 ? 125 : 0xFFFF) else {
            throw .protocolError("length not in its shortest form")
        }
    }
}
