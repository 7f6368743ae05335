package import Conference
package import Signalling
package import Telemetry

/// One direction of one point's line, for `/metrics`.
package struct LineSeries: Sendable {
    package var room: String
    package var point: String
    package var direction: LineHistory.Direction
    package var state: LineQuality
    package var figures: DirectionFigures?
    package var reconnects: Int
}

/// What others see of the lines.
extension LineMonitor {
    /// The lines of `points`, in their order; of those that have never been there too.
    package func healthLines(of room: RoomID, points: some Sequence<PointCode>) -> [HealthLine] {
        points.map { healthLine(of: $0, in: room) }
    }

    package func healthLine(of point: PointCode, in room: RoomID) -> HealthLine {
        guard let line = lines[Key(room: room, point: point)] else {
            return HealthLine(
                point: point, state: .none, up: DirectionHealth(state: .none), down: DirectionHealth(state: .none))
        }
        var down = DirectionHealth(line.down, state: line.downState)
        if let client = line.client, !client.marked {
            // Only the client sees what is shown.
            down.fps = client.report.fps ?? down.fps
            down.freezes = client.report.freezes.map { Int($0) }
        }
        return HealthLine(
            point: point, state: HealthState(line.state), path: line.path, reconnects: line.reconnects,
            up: DirectionHealth(line.up, state: line.upState), down: down, client: line.client)
    }

    /// The last five minutes; `nil` for a point that has not been there.
    package func history(of point: PointCode, in room: RoomID) -> HealthHistory? {
        guard let line = lines[Key(room: room, point: point)], line.history.count > 0 else { return nil }
        return HealthHistory(
            up: DirectionHistory(line.history, .up), down: DirectionHistory(line.history, .down))
    }

    /// Two for each point that is there, ordered by room and point: bounded by the rosters.
    package var series: [LineSeries] {
        guard isOn else { return [] }
        let present = lines.filter { !$0.value.resources.isEmpty }
        let ordered = present.sorted { ($0.key.room, $0.key.point) < ($1.key.room, $1.key.point) }
        return ordered.flatMap { key, line in
            LineHistory.Direction.allCases.map { direction in
                LineSeries(
                    room: key.room.rawValue, point: key.point.rawValue, direction: direction,
                    state: direction == .up ? line.upState : line.downState,
                    figures: direction == .up ? line.up : line.down, reconnects: line.reconnects)
            }
        }
    }
}

extension PointLine {
    /// The worse of the two directions; `none` only when both are.
    fileprivate var state: LineQuality {
        guard upState != .none else { return downState }
        return downState == .none ? upState : max(upState, downState)
    }
}

extension HealthState {
    fileprivate init(_ quality: LineQuality) {
        switch quality {
        case .good: self = .good
        case .fair: self = .fair
        case .poor: self = .poor
        case .lost: self = .lost
        case .none: self = .none
        }
    }
}

extension DirectionHealth {
    fileprivate init(_ figures: DirectionFigures?, state: LineQuality) {
        self.init(state: HealthState(state))
        guard let figures, state != .none else { return }
        kbps = figures.kilobitsPerSecond.rounded()
        packets = Int(clamping: figures.packets)
        loss = figures.loss.map { ($0 * 10_000).rounded() / 10_000 }
        lossAfter = figures.lossAfterRepair.map { ($0 * 10_000).rounded() / 10_000 }
        delay = figures.delay.map { $0.rounded() }
        jitter = figures.jitter.map { ($0 * 10).rounded() / 10 }
        rtt = figures.roundTrip.map { ($0 * 10).rounded() / 10 }
        nack = Int(clamping: figures.packetsRequested)
        pli = Int(clamping: figures.keyframesRequested)
        frames = figures.frames.map { Int(clamping: $0) }
        fps = figures.framesPerSecond.map { ($0 * 10).rounded() / 10 }
        keyframeAge = figures.keyframeAge.map { ($0 * 10).rounded() / 10 }
    }
}

extension DirectionHistory {
    fileprivate init(_ history: LineHistory, _ direction: LineHistory.Direction) {
        self.init(
            kbps: history.series(.bitrate, direction), loss: history.series(.loss, direction),
            lossAfter: history.series(.lossAfterRepair, direction), jitter: history.series(.jitter, direction),
            rtt: history.series(.roundTrip, direction), delay: history.series(.delay, direction),
            fps: history.series(.framesPerSecond, direction))
    }
}
