package import Conference

/// How good a line or one direction of it is.
package enum HealthState: String, CaseIterable, Sendable {
    case good, fair, poor, lost
    /// There is nothing to judge: no media.
    case none
}

/// One direction's figures over the last second; what is not known is `nil` and left out.
package struct DirectionHealth: Equatable, Sendable {
    package var state: HealthState
    package var kbps: Double?
    package var packets: Int?
    /// 0 … 1, before repair.
    package var loss: Double?
    /// 0 … 1, after repair.
    package var lossAfter: Double?
    /// In milliseconds.
    package var jitter: Double?
    /// In milliseconds.
    package var rtt: Double?
    /// What queues add in this direction, in milliseconds.
    package var delay: Double?
    package var nack: Int?
    package var pli: Int?
    package var frames: Int?
    package var fps: Double?
    package var freezes: Int?
    /// The age of the last keyframe, in seconds.
    package var keyframeAge: Double?

    package init(
        state: HealthState, kbps: Double? = nil, packets: Int? = nil, loss: Double? = nil, lossAfter: Double? = nil,
        jitter: Double? = nil, rtt: Double? = nil, delay: Double? = nil, nack: Int? = nil, pli: Int? = nil,
        frames: Int? = nil, fps: Double? = nil, freezes: Int? = nil, keyframeAge: Double? = nil
    ) {
        self.state = state
        self.kbps = kbps
        self.packets = packets
        self.loss = loss
        self.lossAfter = lossAfter
        self.jitter = jitter
        self.rtt = rtt
        self.delay = delay
        self.nack = nack
        self.pli = pli
        self.frames = frames
        self.fps = fps
        self.freezes = freezes
        self.keyframeAge = keyframeAge
    }
}

/// What the client itself reported, within bounds.
package struct ClientHealth: Equatable, Sendable {
    package var report: ClientReport
    /// Whether something absurd was reported and cut to its bounds.
    package var marked: Bool

    package init(report: ClientReport, marked: Bool) {
        self.report = report
        self.marked = marked
    }
}

/// One point's line under watch.
package struct HealthLine: Equatable, Sendable {
    package var point: PointCode
    /// The worse of the two directions.
    package var state: HealthState
    /// Such as `udp 192.0.2.7:50000`.
    package var path: String?
    package var reconnects: Int
    /// Point to server.
    package var up: DirectionHealth
    /// Server to point.
    package var down: DirectionHealth
    package var client: ClientHealth?

    package init(
        point: PointCode, state: HealthState, path: String? = nil, reconnects: Int = 0, up: DirectionHealth,
        down: DirectionHealth, client: ClientHealth? = nil
    ) {
        self.point = point
        self.state = state
        self.path = path
        self.reconnects = reconnects
        self.up = up
        self.down = down
        self.client = client
    }
}

/// All lines of a room at one moment.
package struct HealthView: Equatable, Sendable {
    /// Unix time, in seconds.
    package var at: Int
    package var lines: [HealthLine]

    package init(at: Int, lines: [HealthLine]) {
        self.at = at
        self.lines = lines
    }
}
