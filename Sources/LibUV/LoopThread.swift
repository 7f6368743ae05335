import CDatagrams
import Glibc

/// A named thread that runs one loop until the loop is stopped, and then closes it.
package final class LoopThread: Sendable {
    private struct Outcome {
        var result: Result<Void, LoopError>?
        var waiting: [CheckedContinuation<Result<Void, LoopError>, Never>] = []
    }

    package let loop: EventLoop
    private let name: String
    private let outcome = Guarded(Outcome())

    /// Makes the loop and starts the thread.
    ///
    /// - Parameter name: What `top -H` and debuggers show; Linux keeps 15 bytes of it.
    /// - Throws: What libuv or the system refuses.
    package init(name: String) throws(LoopError) {
        loop = try EventLoop()
        self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let error = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<LoopThread>.fromOpaque(context).takeRetainedValue().main()
                return nil
            },
            context.toOpaque())
        guard error == 0 else {
            context.release()
            try loop.close()
            throw LoopError(call: "pthread_create", code: -error)
        }
        pthread_detach(thread)
    }

    private func main() {
        cd_name_thread(name)
        loop.run()
        let result = Result { () throws(LoopError) in try loop.close() }
        let waiting = outcome.withLock { outcome in
            outcome.result = result
            defer { outcome.waiting = [] }
            return outcome.waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }

    /// Waits until the loop has been stopped and closed.
    ///
    /// - Throws: What ``EventLoop/close()`` threw on the thread.
    package func finished() async throws(LoopError) {
        let result = await withCheckedContinuation { continuation in
            let known = outcome.withLock { outcome in
                if outcome.result == nil { outcome.waiting.append(continuation) }
                return outcome.result
            }
            if let known { continuation.resume(returning: known) }
        }
        try result.get()
    }
}
