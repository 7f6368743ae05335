import CLibuv

/// One end of a pipe to a ``ChildProcess``.
package final class PipeStream: LoopStream {
    init(on loop: EventLoop) throws(LoopError) {
        let storage = StreamStorage(UV_NAMED_PIPE, on: loop)
        try LoopError.check(uv_pipe_init(loop.handle, storage.handle(as: uv_pipe_t.self), 0), "uv_pipe_init")
        storage.adopt()
        super.init(storage)
    }
}
