import SimulatedNetwork
import WebSocket

/// What a reader made of some bytes: the messages, then the error that ended them.
struct ReaderRun: Equatable {
    var messages: [WebSocketMessage] = []
    var error: WebSocketError?
    /// How many of the bytes were looked at when the error came.
    var position = 0

    var code: UInt16? { error?.code.rawValue }

    /// Feeds `bytes` in pieces of the sizes that `size` gives, each at least 1.
    init(
        _ bytes: [UInt8], by role: WebSocketRole = .server, limit: Int = 1_000, deflates: Bool = false,
        ratio: Int? = nil, size: () -> Int = { .max }
    ) {
        var reader = FrameReader(
            role: role, messageLimit: limit, emptyFragmentLimit: 8, deflates: deflates, inflationRatio: ratio)
        var start = 0
        while start < bytes.count {
            let piece = Array(bytes[start...].prefix(size()))
            var taken = 0
            do throws(WebSocketError) {
                while let message = try reader.next(in: piece.span.bytes, from: &taken) { messages.append(message) }
                start += piece.count
            } catch {
                self.error = error
                position = start + taken
                return
            }
        }
    }

    /// Feeds `bytes` in pieces of 1 … 9 bytes, the same for the same seed.
    static func pieces(_ bytes: [UInt8], limit: Int = 1_000, seed: UInt64) -> ReaderRun {
        var random = SplitMix64(state: seed)
        return ReaderRun(bytes, limit: limit) { Int.random(in: 1...9, using: &random) }
    }
}

/// A frame as a client sends it.
func masked(
    _ opcode: FrameOpcode, _ payload: [UInt8] = [], isFinal: Bool = true, isCompressed: Bool = false,
    key: UInt32 = 0x37FA_213D
) -> [UInt8] {
    FrameWriter.frame(opcode, payload, mask: key, isFinal: isFinal, isCompressed: isCompressed)
}

func masked(_ opcode: FrameOpcode, _ text: String, isFinal: Bool = true) -> [UInt8] {
    masked(opcode, Array(text.utf8), isFinal: isFinal)
}

/// A client's close frame with this payload.
func closing(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
    masked(.close, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
}
