package import HTTP1
import HTTPTypes
import LibUV
package import OpenSSL
package import Participant
import Units

/// One HTTPS request on a connection of its own, for commands that ask one thing and end.
package enum SingleRequest {
    /// Sends `request` and waits for its response, ten seconds at most.
    ///
    /// - Throws: ``ClientError`` when the server can't be reached, is not trusted, or doesn't answer in time.
    package static func send(
        _ request: Request, to server: ServerAddress, trust: TLSClientContext.Trust
    ) async throws(ClientError) -> Response {
        let thread: LoopThread
        do throws(LoopError) { thread = try LoopThread(name: "request") } catch { throw ClientError("\(error)") }
        let result = await Requester(thread).send(request, to: server, trust: trust)
        thread.loop.stop()
        do throws(LoopError) { try await thread.finished() } catch { throw ClientError("\(error)") }
        return try result.get()
    }
}

private actor Requester {
    private static let limit = Duration.seconds(10)
    /// Ours; more than the roster of a room of 5,000 points has, or the figures of their lines.
    private static let bodyLimit = 4 << 20

    private let thread: LoopThread
    private var connection: SignallingConnection?
    private var timer: LoopTimer?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.loop.asUnownedSerialExecutor() }

    init(_ thread: LoopThread) { self.thread = thread }

    func send(
        _ request: Request, to server: ServerAddress, trust: TLSClientContext.Trust
    ) async -> Result<Response, ClientError> {
        let result = await withCheckedContinuation { continuation in
            let answer = Answer(continuation)
            do {
                let context = try TLSClientContext(trust: trust)
                var limits = MessageLimits()
                limits.body = Self.bodyLimit
                var parser = ResponseParser(limits: limits)
                parser.expect(request.method)
                let connection = SignallingConnection(to: server, context: context, on: thread.loop) { event in
                    answer.take(event, parser: &parser) { self.connection?.send(request.serialized) }
                }
                let timer = try LoopTimer(on: thread.loop) { answer.give(.failure(ClientError("no answer in time"))) }
                try timer.start(after: Self.limit)
                self.timer = consume timer
                self.connection = connection
                connection.start()
            } catch {
                answer.give(.failure(ClientError("\(error)")))
            }
        }
        connection?.close()
        connection = nil
        timer = nil
        return result
    }
}

/// Gives one answer, however often it is asked to.
private final class Answer {
    private var continuation: CheckedContinuation<Result<Response, ClientError>, Never>?

    init(_ continuation: CheckedContinuation<Result<Response, ClientError>, Never>) {
        self.continuation = continuation
    }

    func take(
        _ event: SignallingConnection.Event, parser: inout ResponseParser,
        write: () -> SignallingConnection.Problem?
    ) {
        switch event {
        case .opened:
            if let problem = write() { give(.failure(ClientError(problem.text))) }
        case .received(let bytes):
            parser.append(bytes.span.bytes)
            do throws(HTTPError) {
                while let event = try parser.next() {
                    if case .response(let response, _) = event { give(.success(response)) }
                }
            } catch {
                give(.failure(ClientError("the server broke the protocol: \(error)")))
            }
        case .failed(let problem):
            give(.failure(ClientError(problem.text)))
        }
    }

    func give(_ result: Result<Response, ClientError>) {
        continuation?.resume(returning: result)
        continuation = nil
    }
}
