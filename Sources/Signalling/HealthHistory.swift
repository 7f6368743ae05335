/// One direction's figures of the last minutes, newest last; `nil` where there was no data.
package struct DirectionHistory: Equatable, Sendable {
    package var kbps: [Double?]
    package var loss: [Double?]
    package var lossAfter: [Double?]
    package var jitter: [Double?]
    package var rtt: [Double?]
    package var delay: [Double?]
    package var fps: [Double?]

    package init(
        kbps: [Double?] = [], loss: [Double?] = [], lossAfter: [Double?] = [], jitter: [Double?] = [],
        rtt: [Double?] = [], delay: [Double?] = [], fps: [Double?] = []
    ) {
        self.kbps = kbps
        self.loss = loss
        self.lossAfter = lossAfter
        self.jitter = jitter
        self.rtt = rtt
        self.delay = delay
        self.fps = fps
    }
}

/// Both directions' figures, one each `interval`.
package struct HealthHistory: Equatable, Sendable {
    /// In seconds.
    package var interval: Int
    package var up: DirectionHistory
    package var down: DirectionHistory

    package init(interval: Int = 1, up: DirectionHistory, down: DirectionHistory) {
        self.interval = interval
        self.up = up
        self.down = down
    }
}
