/// Writes frames, each of one piece (RFC 6455 §5.2).
///
/// A server's text frame without a mask is the same for every receiver: make it once, and give it to as many
/// connections as wanted with ``WebSocketConnection/enqueue(frame:)``.
package enum FrameWriter {
    /// A whole text message; `payload` must be UTF-8.
    package static func text(_ payload: [UInt8], mask: UInt32? = nil) -> [UInt8] { frame(.text, payload, mask: mask) }

    package static func binary(_ payload: [UInt8], mask: UInt32? = nil) -> [UInt8] {
        frame(.binary, payload, mask: mask)
    }

    /// A ping; of `payload` what is beyond 125 bytes is left out.
    package static func ping(_ payload: [UInt8], mask: UInt32? = nil) -> [UInt8] {
        frame(.ping, Array(payload.prefix(125)), mask: mask)
    }

    /// The answer to a ping with that `payload`.
    package static func pong(_ payload: [UInt8], mask: UInt32? = nil) -> [UInt8] {
        frame(.pong, Array(payload.prefix(125)), mask: mask)
    }

    /// A close frame; it is empty when `code` is one that is never sent.
    package static func close(_ code: CloseCode, reason: String = "", mask: UInt32? = nil) -> [UInt8] {
        frame(.close, closePayload(code, reason: reason), mask: mask)
    }

    /// One frame.
    ///
    /// - Parameters:
    ///   - opcode: What it is.
    ///   - payload: In clear.
    ///   - mask: A client's masking key, its first byte highest; `nil` for a server's frame.
    ///   - isFinal: Whether the message ends with it.
    ///   - isCompressed: Whether it is the first of a message made by ``CompressedPayload``.
    /// - Returns: The frame as it goes on the wire.
    package static func frame(
        _ opcode: FrameOpcode, _ payload: [UInt8], mask: UInt32? = nil, isFinal: Bool = true,
        isCompressed: Bool = false
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        append(opcode, payload, mask: mask, isFinal: isFinal, isCompressed: isCompressed, to: &bytes)
        return bytes
    }

    static func append(
        _ opcode: FrameOpcode, _ payload: [UInt8], mask: UInt32?, isFinal: Bool = true, isCompressed: Bool = false,
        to bytes: inout [UInt8]
    ) {
        bytes.reserveCapacity(bytes.count + payload.count + 14)
        bytes.append((isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue)
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ...125:
            bytes.append(maskBit | UInt8(payload.count))
        case ...0xFFFF:
            bytes.append(maskBit | 126)
            append(UInt64(payload.count), bytes: 2, to: &bytes)
        default:
            bytes.append(maskBit | 127)
            append(UInt64(payload.count), bytes: 8, to: &bytes)
        }
        if let mask { append(UInt64(mask), bytes: 4, to: &bytes) }
        let start = bytes.count
        bytes.append(contentsOf: payload)
        guard let mask else { return }
        var elements = bytes.mutableSpan
        var all = unsafe elements.mutableBytes  // Unsafe only in name: any byte is a UInt8.
        Masking.apply(mask, phase: 0, to: &all, in: start..<all.byteCount)
    }

    private static func append(_ number: UInt64, bytes count: Int, to bytes: inout [UInt8]) {
        for place in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> (UInt64(place) * 8))) }
    }

    /// Code and reason, the reason cut between two characters so that both fit into 125 bytes (§5.5).
    static func closePayload(_ code: CloseCode, reason: String) -> [UInt8] {
        guard code.mayBeSent else { return [] }
        var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
        for scalar in reason.unicodeScalars {
            let encoded = UTF8.encode(scalar).map(Array.init) ?? []
            guard payload.count + encoded.count <= 125 else { break }
            payload += encoded
        }
        return payload
    }
}
