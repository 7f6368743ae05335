package import Conference
package import Signalling
import Telemetry
package import Units

/// Watches every point's line, second by second: figures by difference, a state for each direction, five minutes of
/// history.
///
/// Bounded: one ``PointLine`` for each point that has been there since the server started, at most 9 KiB each while the
/// point has been there in the last five minutes, and next to nothing afterwards.
package struct LineMonitor {
    /// Points of all rooms together.
    struct Key: Hashable {
        var room: RoomID
        var point: PointCode
    }

    /// A media resource that a point has.
    struct Resource {
        let key: Key
        let sends: Bool
        let receives: Bool
        /// What the figures are differences to, and the newest since then.
        var base: ResourceActivity?
        var latest: ResourceActivity?
        /// When media last came from it.
        var lastMedia: Instant?
    }

    private static let interval = Duration.seconds(1)

    var resources: [UInt32: Resource] = [:]
    var lines: [Key: PointLine] = [:]
    /// Whether anything is watched at all; who is there is known all the same.
    package var isOn: Bool {
        didSet { if isOn != oldValue { forgetFigures() } }
    }
    /// When the next second is over; `nil` while nobody is known.
    private var nextSecond: Instant?
    /// When ``advance(to:)`` has something to do.
    package var deadline: Instant? { isOn ? nextSecond : nil }

    package init(isOn: Bool = true) { self.isOn = isOn }

    // MARK: What happens to resources

    /// A point's media resource has been made.
    ///
    /// - Parameters:
    ///   - number: The resource's.
    ///   - point: Whose it is.
    ///   - room: Where.
    ///   - sends: Whether it may send media.
    ///   - receives: Whether it may receive media.
    ///   - now: When.
    package mutating func open(
        _ number: UInt32, of point: PointCode, in room: RoomID, sends: Bool, receives: Bool, at now: Instant
    ) {
        let key = Key(room: room, point: point)
        resources[number] = Resource(key: key, sends: sends, receives: receives)
        lines[key, default: PointLine()].resources.insert(number)
        nextSecond = nextSecond ?? now.advanced(by: Self.interval)
    }

    /// Its handshake is done.
    package mutating func connected(_ number: UInt32, path: String) {
        guard let resource = resources[number] else { return }
        lines[resource.key]?.connected(path: path, sends: resource.sends, receives: resource.receives)
    }

    package mutating func pathChanged(_ number: UInt32, path: String) {
        guard let resource = resources[number] else { return }
        lines[resource.key]?.path = path
    }

    package mutating func close(_ number: UInt32) {
        guard let resource = resources.removeValue(forKey: number) else { return }
        lines[resource.key]?.resources.remove(number)
    }

    /// The room is over.
    package mutating func forget(_ room: RoomID) {
        resources = resources.filter { $0.value.key.room != room }
        lines = lines.filter { $0.key.room != room }
        if lines.isEmpty { nextSecond = nil }
    }

    /// A media loop's report of one second.
    package mutating func take(_ activity: [ResourceActivity]) {
        guard isOn else { return }
        for line in activity {
            guard var resource = resources[line.number] else { continue }
            let before = (resource.latest ?? resource.base)?.counters.packetsReceived ?? 0
            if line.counters.packetsReceived > before { resource.lastMedia = line.at }
            if resource.base == nil { resource.base = line } else { resource.latest = line }
            resources[line.number] = resource
        }
    }

    /// What the client of a point says itself; held against what is known here, and marked where it can't be.
    package mutating func take(_ report: ClientReport, from point: PointCode, in room: RoomID, at now: Instant) {
        guard isOn else { return }
        lines[Key(room: room, point: point)]?.take(report, at: now)
    }

    // MARK: Each second

    /// Judges the second that has gone by; see ``deadline``.
    ///
    /// - Returns: Whether there are new figures.
    @discardableResult
    package mutating func advance(to now: Instant) -> Bool {
        guard let due = deadline, due <= now else { return false }
        let next = due.advanced(by: Self.interval)
        nextSecond = next > now ? next : now.advanced(by: Self.interval)
        for key in lines.keys { judge(key, at: now) }
        return true
    }

    private mutating func forgetFigures() {
        for number in resources.keys {
            resources[number]?.base = nil
            resources[number]?.latest = nil
        }
        for key in lines.keys { lines[key]?.leave() }
    }

    private mutating func judge(_ key: Key, at now: Instant) {
        guard var line = lines[key] else { return }
        // Out of the dictionary while it is changed: its history is not to be copied.
        lines[key] = nil
        defer { lines[key] = line }
        guard !line.resources.isEmpty else { return line.leave() }
        var tally = LineTally()
        var presence = LinePresence()
        var hasNews = false
        for number in line.resources {
            guard var resource = resources[number], let base = resource.base else { continue }
            presence.add(resource, at: now)
            guard let latest = resource.latest else { continue }
            hasNews = true
            let seconds = max(latest.at.since(base.at).inSeconds, 0.1)
            tally.add(latest.counters, since: base.counters, seconds: seconds)
            resource.base = latest
            resource.latest = nil
            resources[number] = resource
        }
        line.judge(hasNews ? tally.complete : nil, presence, at: now)
    }
}

/// Which directions of a point's line there are, and which of them are silent.
struct LinePresence {
    private(set) var hasUp = false
    private(set) var hasDown = false
    private(set) var isUpSilent = true
    private(set) var isDownSilent = true

    /// A device that sends media sends every 20 ms; one that only receives reports every five seconds at the least.
    private static let patienceUp = Duration.seconds(2)
    private static let patience = Duration.seconds(7)

    /// Takes one of the point's resources into account, which the loops have reported on.
    mutating func add(_ resource: LineMonitor.Resource, at now: Instant) {
        guard let last = (resource.latest ?? resource.base)?.lastAuthenticated else { return }
        let silence = now.since(last)
        let sentLately = resource.lastMedia.map { last.since($0) < .seconds(2) } ?? false
        if resource.sends {
            hasUp = true
            isUpSilent = isUpSilent && silence >= (sentLately ? Self.patienceUp : Self.patience)
        }
        if resource.receives {
            hasDown = true
            isDownSilent = isDownSilent && silence >= Self.patience
        }
    }
}
