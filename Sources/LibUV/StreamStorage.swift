import CLibuv

/// The `uv_stream_t` behind a ``LoopStream``.
final class StreamStorage: HandleStorage {
    var onRead: ((borrowing RawSpan) -> Void)?
    var onEnd: ((LoopStream.End) -> Void)?
    var onDrain: (() -> Void)?
    var closesWhenDrained = false
    private(set) var failure: LoopError?

    var stream: UnsafeMutablePointer<uv_stream_t> { handle(as: uv_stream_t.self) }

    override func close() {
        super.close()
        dropCallbacks()
    }

    func dropCallbacks() {
        onRead = nil
        onEnd = nil
        onDrain = nil
    }

    // MARK: Reading

    func received(_ count: Int) {
        if count > 0 {
            guard let memory = loop.readBuffer.memory.baseAddress else { return }
            onRead?(RawSpan(_unsafeStart: memory, byteCount: count))
        } else if count == Int(UV_EOF.rawValue) {
            end(.finished)
        } else if count < 0 {
            uv_read_stop(stream)
            fail(LoopError(call: "read", code: Int32(count)))
        }  // 0: libuv found nothing to read after all.
    }

    /// Keeps the first failure and tells the owner, who is told of one end at most.
    func fail(_ error: LoopError) {
        guard !isClosing else { return }
        if failure == nil { failure = error }
        if closesWhenDrained { return close() }
        end(.failed(error))
    }

    private func end(_ end: LoopStream.End) {
        let onEnd = onEnd
        self.onEnd = nil
        onEnd?(end)
    }

    // MARK: Writing

    func write(_ bytes: borrowing RawSpan, limit: Int) throws(LoopError) {
        loop.checkIsolated()
        if let failure { throw failure }
        guard !isClosing, !closesWhenDrained else { throw LoopError(call: "write", code: UV_EPIPE.rawValue) }
        let total = bytes.byteCount
        guard total > 0 else { return }
        guard total <= limit - uv_stream_get_write_queue_size(stream) else {
            throw LoopError(call: "write", code: UV_ENOBUFS.rawValue)
        }
        var written = 0
        if uv_stream_get_write_queue_size(stream) == 0 {
            let result = tryWrite(bytes)
            guard result >= 0 || result == UV_EAGAIN.rawValue else {
                let error = LoopError(call: "uv_try_write", code: result)
                failure = error  // Not told to `onEnd` from in here; reading will meet the same.
                throw error
            }
            written = max(0, Int(result))
        }
        guard written < total else { return }
        try WriteRequest(copying: bytes.extracting(written..<total), of: self).start()
    }

    private func tryWrite(_ bytes: borrowing RawSpan) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
            var buffer = uv_buf_init(start, UInt32(clamping: bytes.count))
            return uv_try_write(stream, &buffer, 1)
        }
    }

    func finishWriting() throws(LoopError) {
        loop.checkIsolated()
        if let failure { throw failure }
        guard !isClosing else { throw LoopError(call: "uv_shutdown", code: UV_EPIPE.rawValue) }
        let shutdown = ShutdownRequest(UV_SHUTDOWN, on: loop)
        shutdown.stream = self
        try shutdown.start("uv_shutdown") {
            uv_shutdown(shutdown.request(as: uv_shutdown_t.self), stream) { request, status in
                let finished = ShutdownRequest.finish(request)
                if status < 0 { finished.stream?.fail(LoopError(call: "shutdown", code: status)) }
            }
        }
    }

    fileprivate func wrote(status: Int32) {
        guard !isClosing else { return }
        guard status >= 0 else { return fail(LoopError(call: "write", code: status)) }
        guard uv_stream_get_write_queue_size(stream) == 0 else { return }
        if closesWhenDrained { return close() }
        onDrain?()
    }
}

/// `uv_shutdown`, under way.
private final class ShutdownRequest: LoopRequest {
    var stream: StreamStorage?
}

/// Bytes that wait for the kernel, in memory of their own.
private final class WriteRequest: LoopRequest {
    private let stream: StreamStorage
    private let bytes: UnsafeMutableRawBufferPointer

    init(copying source: borrowing RawSpan, of stream: StreamStorage) {
        self.stream = stream
        bytes = .allocate(byteCount: source.byteCount, alignment: 1)
        super.init(UV_WRITE, on: stream.loop)
        source.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }

    deinit { bytes.deallocate() }

    func start() throws(LoopError) {
        try start("uv_write") {
            var buffer = uv_buf_init(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(clamping: bytes.count))
            return uv_write(request(as: uv_write_t.self), stream.stream, &buffer, 1) { request, status in
                WriteRequest.finish(request).stream.wrote(status: status)
            }
        }
    }
}
