package import HTTP1
import HTTPTypes
package import Units

/// One connection's requests and responses, in order; plaintext in, plaintext out.
package struct HTTPConnection {
    /// How long a connection may be idle between requests.
    private static let idleLimit = Duration.seconds(60)
    /// Ours; after so many answers, or so many bytes of them, requests that came behind wait: one client that asks for a
    /// hundred things at once must not keep all others waiting.
    package static let answersAtOnce = 16
    package static let outputAtOnce = 64 << 10

    private var parser: RequestParser
    private let requestTimeout: Duration
    /// When to close it: the request under way has taken too long, or nobody has asked anything for a while.
    package private(set) var deadline: Instant
    /// Whether everything has been answered that will be: close when it is written.
    package private(set) var isFinished = false
    /// Whether requests wait behind those that were answered: call ``receive(_:at:answer:)`` once more, maybe without
    /// bytes, when others have had their turn and the answers have left.
    package private(set) var holdsRequests = false
    /// The socket that goes on where HTTP has ended.
    package private(set) var socket: SocketID?

    package init(limits: MessageLimits, requestTimeout: Duration, at now: Instant) {
        parser = RequestParser(limits: limits)
        self.requestTimeout = requestTimeout
        deadline = now.advanced(by: requestTimeout)
    }

    /// Takes what the client sent and answers each request that is complete.
    ///
    /// - Parameters:
    ///   - bytes: Plaintext.
    ///   - moment: When it came.
    ///   - answer: Answers one request.
    /// - Returns: What to send back. When ``socket`` is set afterwards, ``takeRemainder()`` is that socket's.
    package mutating func receive(
        _ bytes: borrowing RawSpan, at moment: Moment, answer: (Request) -> Reply
    ) -> [UInt8] {
        guard !isFinished else { return [] }
        var beginsRequest = parser.isIdle || holdsRequests
        parser.append(bytes)
        var output: [UInt8] = []
        var answers = 0
        holdsRequests = false
        let date = HTTPDate.text(unixSeconds: moment.unixTime)
        do throws(HTTPError) {
            while socket == nil {
                holdsRequests = answers >= Self.answersAtOnce || output.count >= Self.outputAtOnce
                guard !holdsRequests, let event = try parser.next() else { break }
                switch event {
                case .continueExpected:
                    output += Response.continueBytes
                case .request(let request):
                    let reply = answer(request)
                    output += reply.response.serialized(for: request.method, date: date, keepsAlive: request.keepsAlive)
                    socket = reply.socket
                    isFinished = !request.keepsAlive
                    answers += 1
                    beginsRequest = true
                    deadline = moment.instant.advanced(by: Self.idleLimit)
                }
            }
        } catch {
            let problem = ProblemDocument(error.status.code, "bad-request", error.reason.description)
            output += problem.response.serialized(for: nil, date: date, keepsAlive: false)
            isFinished = true
        }
        holdsRequests = holdsRequests && !isFinished && socket == nil && !parser.isIdle
        if beginsRequest, !parser.isIdle, !holdsRequests { deadline = moment.instant.advanced(by: requestTimeout) }
        return output
    }

    /// What came behind the request that opened ``socket``.
    package mutating func takeRemainder() -> [UInt8] { parser.takeRemainder() }
}

/// What one request is answered with.
package struct Reply {
    package var response: Response
    /// The socket that begins behind a 101.
    package var socket: SocketID?

    package init(_ response: Response, socket: SocketID? = nil) {
        self.response = response
        self.socket = socket
    }
}
