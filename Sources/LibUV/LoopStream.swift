import CLibuv

/// A stream of bytes on one loop, both ways: what ``TCPStream`` and ``PipeStream`` have in common.
///
/// Reading copies nothing and allocates nothing: the bytes lie in the loop's one read buffer. Writing goes to the kernel
/// at once where it can; the rest is queued, up to ``writeLimit``. Dropping the stream closes it; what was queued is lost.
package class LoopStream {
    /// Why nothing more can be read.
    package enum End: Equatable, Sendable {
        /// The peer has finished; writing may go on.
        case finished
        /// The connection is gone; all that is left is to close it.
        case failed(LoopError)
    }

    let storage: StreamStorage

    /// Bytes that ``write(_:)-(RawSpan)`` queues at most.
    package var writeLimit = 1 << 20

    /// Called each time the last queued byte has gone to the kernel.
    package var onDrain: (() -> Void)? {
        get { storage.onDrain }
        set { storage.onDrain = newValue }
    }

    /// The first error, of a write too; nothing can be written after one.
    package var failure: LoopError? { storage.failure }
    package var isClosed: Bool { storage.isClosing }

    init(_ storage: StreamStorage) { self.storage = storage }

    deinit { storage.close() }

    // MARK: Reading

    /// Starts reading.
    ///
    /// - Parameters:
    ///   - onRead: Gets the next bytes, valid only during the call. It may stop, write to and close the stream.
    ///   - onEnd: Called once at most: when the peer has finished or the connection failed, for reading or writing.
    /// - Throws: The stream's ``failure``, or `ENOTCONN` when it is not connected yet.
    package func startReading(
        onRead: @escaping (borrowing RawSpan) -> Void, onEnd: @escaping (End) -> Void
    ) throws(LoopError) {
        storage.loop.checkIsolated()
        if let failure = storage.failure { throw failure }
        storage.onRead = onRead
        storage.onEnd = onEnd
        try resumeReading()
    }

    /// Lets the peer's bytes wait in the kernel, which in the end makes the peer wait.
    package func pauseReading() {
        storage.loop.checkIsolated()
        uv_read_stop(storage.stream)
    }

    /// Goes on after ``pauseReading()``.
    package func resumeReading() throws(LoopError) {
        storage.loop.checkIsolated()
        guard !storage.isClosing else { throw LoopError(call: "uv_read_start", code: UV_EBADF.rawValue) }
        let result = uv_read_start(
            storage.stream,
            { handle, _, buffer in
                let memory = StreamStorage.of(handle).loop.readBuffer.memory
                buffer?.pointee = uv_buf_init(
                    memory.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(memory.count))
            },
            { handle, count, _ in StreamStorage.of(handle).received(count) })
        // Already reading is as good.
        if result != UV_EALREADY.rawValue { try LoopError.check(result, "uv_read_start") }
    }

    // MARK: Writing

    /// Bytes that the kernel has not taken yet.
    package var queuedBytes: Int { storage.isClosing ? 0 : uv_stream_get_write_queue_size(storage.stream) }

    /// Writes `bytes` behind everything written before.
    ///
    /// - Throws: `ENOBUFS` when ``writeLimit`` would be passed (nothing is written then; whether to close or to wait is
    ///   the caller's to decide), the stream's ``failure``, or what the kernel says.
    package func write(_ bytes: borrowing RawSpan) throws(LoopError) { try storage.write(bytes, limit: writeLimit) }

    package func write(_ bytes: [UInt8]) throws(LoopError) { try storage.write(bytes.span.bytes, limit: writeLimit) }

    /// Tells the peer, once everything queued has gone, that nothing more comes; reading goes on.
    package func finishWriting() throws(LoopError) { try storage.finishWriting() }

    /// Closes at once: what is queued is lost, nothing is called back after this.
    package func close() { storage.close() }

    /// Closes as soon as everything queued has gone to the kernel; nothing is called back after this.
    ///
    /// A peer that never reads would keep the stream for ever: hold a timer against that and ``close()``.
    package func closeWhenWritten() {
        storage.loop.checkIsolated()
        storage.dropCallbacks()
        guard queuedBytes > 0, storage.failure == nil else { return storage.close() }
        uv_read_stop(storage.stream)
        storage.closesWhenDrained = true
    }
}
