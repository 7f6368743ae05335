import Signalling
import Telemetry
import Units

/// One point's line: what is known of it now, and what was in the last five minutes.
struct PointLine {
    var resources: Set<UInt32> = []
    /// The newest path, such as `udp 192.0.2.7:50000`.
    var path: String?
    private(set) var up: DirectionFigures?
    private(set) var down: DirectionFigures?
    private(set) var history = LineHistory()
    private(set) var client: ClientHealth?
    private var upModel = QualityModel()
    private var downModel = QualityModel()
    private var clientAt: Instant?
    /// How often a resource was connected, by what it does: an encoder and a player are no reconnection.
    private var connections = (up: 0, down: 0)
    private var secondsAway = 0
    /// The most that came and went lately, in kilobits a second: what clients say is held against it.
    private var peak = (up: 0.0, down: 0.0)

    /// For how long a client's own report is shown.
    private static let reportLife = Duration.seconds(10)
    /// What is left of a peak after a second.
    private static let decay = 0.8

    var upState: LineQuality { upModel.state }
    var downState: LineQuality { downModel.state }
    var reconnects: Int { max(connections.up, connections.down, 1) - 1 }

    mutating func connected(path: String, sends: Bool, receives: Bool) {
        self.path = path
        if sends { connections.up += 1 }
        if receives { connections.down += 1 }
    }

    /// A second in which nobody was there.
    mutating func leave() {
        (up, down, path, client) = (nil, nil, nil, nil)
        peak = (0, 0)
        upModel.leave()
        downModel.leave()
        guard secondsAway < LineHistory.capacity else { return }
        secondsAway += 1
        if secondsAway == LineHistory.capacity { history = LineHistory() } else { history.append(up: nil, down: nil) }
    }

    /// A second in which somebody was.
    ///
    /// - Parameters:
    ///   - tally: What the loops reported; `nil` when no report came in this very second.
    ///   - presence: Which directions there are.
    ///   - now: The time.
    mutating func judge(_ tally: LineTally?, _ presence: LinePresence, at now: Instant) {
        secondsAway = 0
        if let clientAt, now.since(clientAt) > Self.reportLife { client = nil }
        if let tally { take(tally, presence) }
        if presence.hasUp, presence.isUpSilent { upModel.lose() }
        if presence.hasDown, presence.isDownSilent { downModel.lose() }
        if !presence.hasUp { upModel.leave() }
        if !presence.hasDown { downModel.leave() }
        history.append(up: up, down: down)
    }

    private mutating func take(_ tally: LineTally, _ presence: LinePresence) {
        up = presence.hasUp && tally.hasUp ? tally.up : nil
        down = presence.hasDown && tally.hasDown ? tally.down : nil
        peak.up = max(up?.kilobitsPerSecond ?? 0, peak.up * Self.decay)
        peak.down = max(down?.kilobitsPerSecond ?? 0, peak.down * Self.decay)
        // The round trip is of both directions: it counts against the one that has other trouble, if one has.
        let upTrouble = max(up.map { upModel.verdict(on: $0, countsRoundTrip: false) } ?? .none, upState)
        let downTrouble = max(down.map { downModel.verdict(on: $0, countsRoundTrip: false) } ?? .none, downState)
        if let up, !presence.isUpSilent { upModel.update(up, countsRoundTrip: upTrouble >= downTrouble) }
        if let down, !presence.isDownSilent { downModel.update(down, countsRoundTrip: downTrouble >= upTrouble) }
    }

    /// Takes what the client says, within bounds.
    mutating func take(_ report: ClientReport, at now: Instant) {
        var bounds = ReportBounds()
        client = bounds.bounded(report, arriving: peak.up, leaving: peak.down)
        clientAt = now
    }
}
