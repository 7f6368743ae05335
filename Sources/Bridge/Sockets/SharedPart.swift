import WebSocket

/// Part of a message that many sockets send, as a continuation frame (RFC 6455 §5.4): made once in clear, and once
/// compressed (RFC 7692), when the first of them wants it so.
final class SharedPart {
    /// Ours, in bytes; up to it messages stay as they are: compressing them is not worth its while.
    static let compressionThreshold = 1_024

    private let content: [UInt8]
    private let isLast: Bool
    private lazy var plainFrame = FrameWriter.frame(.continuation, content, isFinal: isLast)
    private lazy var compressedFrame = FrameWriter.frame(
        .continuation, isLast ? CompressedPayload.lastPart(content) : CompressedPayload.part(content), isFinal: isLast)

    /// - Parameters:
    ///   - content: In clear.
    ///   - isLast: Whether the message ends with it.
    init(_ content: [UInt8], isLast: Bool = false) {
        self.content = content
        self.isLast = isLast
    }

    /// The frames of one socket's message.
    ///
    /// - Parameters:
    ///   - head: What stands in front of this part: never compressed, since it may be secret.
    ///   - tail: What stands behind it, not compressed either; left out when this is the last part.
    ///   - deflates: Whether the socket takes compressed messages.
    /// - Returns: All of them; to be sent with nothing in between.
    func frames(behind head: [UInt8], tail: [UInt8] = [], deflates: Bool) -> [[UInt8]] {
        let isCompressed = deflates && content.count > Self.compressionThreshold
        let first = isCompressed ? CompressedPayload.storedPart(head) : head
        var frames = [
            FrameWriter.frame(.text, first, isFinal: false, isCompressed: isCompressed),
            isCompressed ? compressedFrame : plainFrame,
        ]
        guard !isLast else { return frames }
        let last = isCompressed ? CompressedPayload.lastStoredPart(tail) : tail
        frames.append(FrameWriter.frame(.continuation, last))
        return frames
    }
}
