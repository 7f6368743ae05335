import Units

/// One admitted media resource or socket, and how alive it is.
///
/// A socket is connected when it comes: it begins live, and goes on like a media resource.
struct MediaResource: Sendable {
    enum Phase: Equatable, Sendable {
        /// Waits for the first valid ICE check.
        case checking(until: Instant)
        /// ICE has found a path; DTLS is under way.
        case handshaking(until: Instant)
        case live(lastAuthenticated: Instant)
        case silent(lastAuthenticated: Instant)
    }

    enum Event: Sendable {
        case iceConnected
        case connected
        case activity(lastAuthenticated: Instant)
        case tick
    }

    /// Ours: browsers check for longer, but whoever has no path after 15 s has none.
    static let iceLimit = Duration.seconds(15)
    static let dtlsLimit = Duration.seconds(10)
    static let silentAfter = Duration.seconds(6)
    /// As consent freshness does (RFC 7675 §5.1).
    static let absentAfter = Duration.seconds(30)

    let id: MediaResourceID
    let kind: JoinRequest.Kind
    /// Rises with each admission in the room: the order in which simultaneous things are told.
    let number: UInt64
    let session: SessionID
    let role: Role
    /// The seat; `nil` for roles without one.
    let point: PointCode?
    let token: TokenID
    let sends: Bool
    let receives: Bool
    var phase: Phase
    var media = SentMedia.nothing
    var path: String?
    /// The earliest entry that the room's agenda has for this resource; never after ``deadline``.
    var scheduled = Instant.distantFuture

    /// Whether DTLS is not done yet.
    var isPending: Bool {
        switch phase {
        case .checking, .handshaking: true
        case .live, .silent: false
        }
    }

    var isLive: Bool {
        switch phase {
        case .live: true
        case .checking, .handshaking, .silent: false
        }
    }

    /// When the last authenticated packet came; `nil` while pending.
    var lastAuthenticated: Instant? {
        switch phase {
        case .checking, .handshaking: nil
        case .live(let last), .silent(let last): last
        }
    }

    /// When ``Event/tick`` is next due.
    var deadline: Instant {
        switch phase {
        case .checking(let until), .handshaking(let until): until
        case .live(let last): last.advanced(by: Self.silentAfter)
        case .silent(let last): last.advanced(by: Self.absentAfter)
        }
    }

    /// Lets `event` happen.
    ///
    /// - Returns: Why the resource is at its end; `nil` when it goes on.
    mutating func handle(_ event: Event, at now: Instant) -> EndReason? {
        switch (phase, event) {
        case (.checking, .iceConnected):
            phase = .handshaking(until: now.advanced(by: Self.dtlsLimit))
        case (.checking, .connected), (.handshaking, .connected):
            phase = .live(lastAuthenticated: now)
        case (.checking(let until), .tick):
            return until <= now ? .iceTimeout : nil
        case (.handshaking(let until), .tick):
            return until <= now ? .dtlsTimeout : nil

        case (.live(let last), .activity(let newer)), (.silent(let last), .activity(let newer)):
            let last = max(last, min(newer, now))  // A loop's snapshot may be newer than `now`, or late.
            let isSilent = now.since(last) >= Self.silentAfter
            phase = isSilent ? .silent(lastAuthenticated: last) : .live(lastAuthenticated: last)
        case (.live(let last), .tick), (.silent(let last), .tick):
            if now.since(last) >= Self.absentAfter { return .absent }
            if now.since(last) >= Self.silentAfter { phase = .silent(lastAuthenticated: last) }

        case (.checking, .activity), (.handshaking, .activity),  // Checks prove a path, not a participant.
            (.handshaking, .iceConnected), (.live, .iceConnected), (.silent, .iceConnected),
            (.live, .connected), (.silent, .connected):
            break
        }
        return nil
    }
}
