import CLibuv

/// The memory of one libuv request, retained by libuv from ``start(_:_:)`` until its callback has run.
class LoopRequest {
    let loop: EventLoop
    private let memory: UnsafeMutableRawPointer

    init(_ type: uv_req_type, on loop: EventLoop) {
        loop.checkIsolated()
        self.loop = loop
        memory = .allocate(byteCount: uv_req_size(type), alignment: 16)
    }

    deinit { memory.deallocate() }

    final func request<Request>(as type: Request.Type) -> UnsafeMutablePointer<Request> {
        memory.assumingMemoryBound(to: Request.self)
    }

    /// Makes the call that starts the request; where it fails there will be no callback, so nothing stays behind.
    final func start(_ name: StaticString, _ call: () -> Int32) throws(LoopError) {
        request(as: uv_req_t.self).pointee.data = Unmanaged.passRetained(self).toOpaque()
        loop.openRequests += 1
        let result = call()
        guard result >= 0 else {
            _ = Self.finish(request(as: uv_req_t.self))
            throw LoopError(call: name, code: result)
        }
    }

    /// The object behind a callback's request, which libuv has now done with.
    final class func finish<Request>(_ request: UnsafeMutablePointer<Request>?) -> Self {
        guard let data = UnsafeMutableRawPointer(request)?.assumingMemoryBound(to: uv_req_t.self).pointee.data else {
            preconditionFailure("a request without its object")
        }
        let object = Unmanaged<Self>.fromOpaque(data).takeRetainedValue()
        object.loop.openRequests -= 1
        return object
    }
}
