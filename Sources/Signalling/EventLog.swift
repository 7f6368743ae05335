package import Conference

/// Who an event is for.
package enum EventAudience: Hashable, Sendable {
    case everyone
    /// Chair, operators, technicians.
    case staff
    /// Everyone but staff.
    case others
    /// Every device of one point.
    case point(PointCode)
    /// One device.
    case session(SessionID)

    var isForMany: Bool {
        switch self {
        case .everyone, .staff, .others: true
        case .point, .session: false
        }
    }
}

/// Who reads a room's events, and so which.
package struct EventViewer: Hashable, Sendable {
    package var session: SessionID
    package var point: PointCode?
    package var isStaff: Bool

    package init(session: SessionID, role: Role, point: PointCode?) {
        self.session = session
        self.point = point
        isStaff = role.isStaff
    }
}

/// One room's last events, encoded once and kept for slow readers and for those who come back.
///
/// The server keeps one number for each socket, the `seq` of the last event that it wrote, and asks for the next
/// whenever the socket has drained: no queue of its own for anybody. A reader whose next event is gone gets a
/// snapshot. What concerns one point or one session is kept apart, so that thousands of private events (each
/// session's slots, in a full room) push nobody's roster changes out.
package struct EventLog: Sendable {
    /// One kept event.
    package struct Entry: Equatable, Sendable {
        package let seq: UInt64
        /// The whole message; shared by all that hold it.
        package let bytes: [UInt8]
        /// The same, compressed, where that was worth its while.
        package let compressed: [UInt8]?

        /// What it takes of a log's room.
        var size: Int { bytes.count + (compressed?.count ?? 0) }
    }

    package struct Limits: Equatable, Sendable {
        package var events: Int
        package var bytes: Int

        package init(events: Int, bytes: Int) {
            self.events = events
            self.bytes = bytes
        }

        /// For what is for many: at five roster changes a second over three minutes; ours.
        package static let shared = Limits(events: 1_024, bytes: 1 << 20)
        /// For what is for one: a session has one slots event and a few messages; ours.
        package static let own = Limits(events: 64, bytes: 1 << 15)
    }

    /// What a reader does next.
    package enum Step: Equatable, Sendable {
        case send(Entry)
        /// There is nothing more; the cursor may move up to `seq`.
        case upToDate(seq: UInt64)
        /// Something that it had to see is gone: a snapshot, whose `seq` is ``EventLog/lastSeq``.
        case tooOld
    }

    private enum Recipient: Hashable {
        case point(PointCode)
        case session(SessionID)
    }

    /// The `seq` of the newest event; 0 before the first.
    package private(set) var lastSeq: UInt64
    private var shared: EventRing
    private var own: [Recipient: EventRing] = [:]
    private let ownLimits: Limits
    private let compress: @Sendable ([UInt8]) -> [UInt8]?

    /// - Parameters:
    ///   - lastSeq: Where to go on from.
    ///   - limits: For events that are for many.
    ///   - ownLimits: For those of one point or one session.
    ///   - compress: Called once for each event that is for many; `nil` where it is not worth its while.
    package init(
        lastSeq: UInt64 = 0, limits: Limits = .shared, ownLimits: Limits = .own,
        compress: @escaping @Sendable ([UInt8]) -> [UInt8]? = { _ in nil }
    ) {
        self.lastSeq = lastSeq
        self.ownLimits = ownLimits
        self.compress = compress
        shared = EventRing(limits)
    }

    /// Encodes `event` and keeps it.
    ///
    /// - Returns: Its `seq`.
    @discardableResult
    package mutating func append(_ event: ServerEvent, to audience: EventAudience) -> UInt64 {
        lastSeq += 1
        let bytes = ServerMessage.event(seq: lastSeq, event).encoded
        let entry = Entry(seq: lastSeq, bytes: bytes, compressed: audience.isForMany ? compress(bytes) : nil)
        switch audience {
        case .everyone, .staff, .others: shared.append(entry, audience: audience, kind: event.kind)
        case .point(let point): append(entry, event.kind, for: .point(point))
        case .session(let session): append(entry, event.kind, for: .session(session))
        }
        return lastSeq
    }

    private mutating func append(_ entry: Entry, _ kind: ServerEvent.Kind, for recipient: Recipient) {
        // Complete each time: an older one is of no use to anybody.
        if kind == .slots { own[recipient]?.removeAll { $0 == .slots } }
        own[recipient, default: EventRing(ownLimits)].append(entry, audience: .everyone, kind: kind)
    }

    /// What `viewer`, who has everything up to `seq`, gets next.
    package func next(after seq: UInt64, for viewer: EventViewer) -> Step {
        let session = own[.session(viewer.session)]
        let point = viewer.point.flatMap { own[.point($0)] }
        guard seq >= lostUpTo(session, point) else { return .tooOld }
        var first = shared.first(after: seq, for: viewer)
        for case let entry? in [session?.first(after: seq, for: viewer), point?.first(after: seq, for: viewer)]
        where entry.seq < first?.seq ?? .max {
            first = entry
        }
        return first.map(Step.send) ?? .upToDate(seq: max(seq, lastSeq))
    }

    /// All that `viewer`, who has everything up to `seq`, has missed; `nil` when something of it is gone, or when
    /// `seq` is none of this log's.
    package func events(after seq: UInt64, for viewer: EventViewer) -> [Entry]? {
        let session = own[.session(viewer.session)]
        let point = viewer.point.flatMap { own[.point($0)] }
        guard seq <= lastSeq, seq >= lostUpTo(session, point) else { return nil }
        let rings = [shared, session, point].compactMap { $0 }
        return rings.flatMap { $0.all(after: seq, for: viewer) }.sorted { $0.seq < $1.seq }
    }

    /// Points and sessions for which something is kept.
    package var recipientCount: Int { own.count }

    /// Forgets what was kept for `session`, which has ended.
    package mutating func end(_ session: SessionID) { own[.session(session)] = nil }

    /// Forgets what was kept for `point`, where nobody sits any more.
    package mutating func end(_ point: PointCode) { own[.point(point)] = nil }

    /// Whoever has not seen this `seq` has lost something.
    private func lostUpTo(_ session: EventRing?, _ point: EventRing?) -> UInt64 {
        max(shared.lostUpTo, session?.lostUpTo ?? 0, point?.lostUpTo ?? 0)
    }
}
