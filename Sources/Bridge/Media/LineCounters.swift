/// What a resource sends us, as raw figures since it began; monotonic but for the gauges, whose names say so.
package struct UplinkCounters: Sendable, Equatable {
    /// Packets that came by themselves, each once: repairs and repeats are not among them.
    package var packets: UInt64 = 0
    /// Packets that did not come by themselves, before repair.
    package var lost: UInt64 = 0
    /// Lost packets that a repair brought.
    package var repaired: UInt64 = 0
    /// Lost packets that nothing brought: what viewers miss.
    package var unrepaired: UInt64 = 0
    /// Packets that we asked for again (NACK), and keyframes (PLI).
    package var requested: UInt64 = 0
    package var keyframesRequested: UInt64 = 0
    /// Whole pictures of the main layer of the camera, or of the screen where there is no camera.
    package var frames: UInt64 = 0
    /// Whether there is such a picture at present.
    package var gaugeHasPicture = false
    /// Milliseconds since that picture's last keyframe.
    package var gaugeKeyframeAge: UInt32?
    /// Interarrival jitter of the microphone and of that picture, in microseconds (RFC 3550 §6.4.1).
    package var gaugeAudioJitter: UInt32?
    package var gaugePictureJitter: UInt32?
    /// What queues added to every packet of the last second, in microseconds.
    package var gaugeDelay: UInt32?

    package init() {}
}

/// What a resource gets from us, by its own reports; monotonic but for the gauges.
package struct DownlinkCounters: Sendable, Equatable {
    /// Packets that its reports (RFC 3550 §6.4) speak of, and those of them that it lost before repair; what a sender's
    /// line had lost before us is no loss here.
    package var reported: UInt64 = 0
    package var lost: UInt64 = 0
    /// Lost packets that we did not send again.
    package var unrepaired: UInt64 = 0
    /// Reports read.
    package var reports: UInt64 = 0
    /// Packets that it asked for again (NACK), and keyframes (PLI, FIR).
    package var requested: UInt64 = 0
    package var keyframesRequested: UInt64 = 0
    /// Whole pictures sent on its main slot.
    package var frames: UInt64 = 0
    package var gaugeHasPicture = false
    /// Milliseconds since the last keyframe of what its main slot shows.
    package var gaugeKeyframeAge: UInt32?
    /// The largest jitter it reports of a sound slot and of a picture slot, in microseconds.
    package var gaugeAudioJitter: UInt32?
    package var gaugePictureJitter: UInt32?
    /// What queues add by the newest report, in microseconds; those on the way up are in it as long as
    /// ``ResourceCounters/gaugeRoundTripUp`` is not known.
    package var gaugeDelay: UInt32?

    package init() {}
}

/// What had been counted of a stream when its endpoint's figures were last brought up to date.
struct StreamTally {
    var missing: UInt64 = 0
    var late: UInt64 = 0
    var repaired: UInt64 = 0
    var abandoned: UInt64 = 0
    var requested: UInt64 = 0
    var frames: UInt64 = 0
}

/// What a receiver last reported of a slot, and how what it lost divides between its line and the sources' lines.
struct SlotReception {
    /// RFC 3550 §6.4.1: extended highest sequence number, cumulative number lost.
    var highest: UInt32
    var lost: Int32
    /// Outgoing numbers that nothing was sent with: the sources' packets never came.
    var holes: Int64
    /// Holes that the receiver has yet to report.
    var expectedHoles: Int64 = 0
    /// Resends that it has yet to report the loss for.
    var spareResends: Int64 = 0
    var resent: UInt64 = 0
    /// What had been sent when it reported before.
    var marks = SentMarks()
}
