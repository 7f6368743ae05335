/// What a client says about its own line; every figure may be missing, and none is believed without bounds.
package struct ClientReport: Equatable, Sendable {
    package enum Limit: String, CaseIterable, Sendable {
        case cpu, bandwidth, none
        /// Anything else that the client names.
        case other
    }

    /// Shown frames a second.
    package var fps: Double?
    /// Since the last report.
    package var freezes: Double?
    /// In milliseconds.
    package var rtt: Double?
    /// In milliseconds.
    package var jitter: Double?
    /// 0 … 1.
    package var lossDown: Double?
    /// 0 … 1.
    package var lossUp: Double?
    package var kbpsUp: Double?
    package var kbpsDown: Double?
    /// What keeps its encoder from doing better.
    package var limitedBy: Limit?
    package var camera: Bool?
    package var microphone: Bool?

    package init(
        fps: Double? = nil, freezes: Double? = nil, rtt: Double? = nil, jitter: Double? = nil,
        lossDown: Double? = nil, lossUp: Double? = nil, kbpsUp: Double? = nil, kbpsDown: Double? = nil,
        limitedBy: Limit? = nil, camera: Bool? = nil, microphone: Bool? = nil
    ) {
        self.fps = fps
        self.freezes = freezes
        self.rtt = rtt
        self.jitter = jitter
        self.lossDown = lossDown
        self.lossUp = lossUp
        self.kbpsUp = kbpsUp
        self.kbpsDown = kbpsDown
        self.limitedBy = limitedBy
        self.camera = camera
        self.microphone = microphone
    }
}
