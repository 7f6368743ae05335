/// One second of one direction of a point's line; what is not known is `nil`.
package struct DirectionFigures: Sendable, Equatable {
    /// Of media, with its headers and without those of SRTP, UDP and IP.
    package var kilobitsPerSecond: Double
    /// All packets of media, repairs among them.
    package var packets: UInt64
    /// Packets that should have come by themselves, as far as is known in this second: 0 when there was no report.
    package var expected: UInt64
    /// Those of them that did not; and those that no repair brought either.
    package var lost: UInt64
    package var unrepaired: UInt64
    /// Interarrival jitter in milliseconds (RFC 3550 §6.4.1): of sound while there is any, else of the picture.
    package var jitter: Double?
    /// Milliseconds that queues add in this direction, above the smallest delay.
    package var delay: Double?
    /// Milliseconds there and back; of both directions together.
    package var roundTrip: Double?
    /// Milliseconds of it that the other direction's queues made.
    package var delayElsewhere: Double?
    /// Packets, and keyframes, that the receiving side asked for.
    package var packetsRequested: UInt64
    package var keyframesRequested: UInt64
    /// Whole pictures of the main picture.
    package var frames: UInt64?
    /// The same by time.
    package var framesPerSecond: Double?
    /// Seconds since the main picture's last keyframe.
    package var keyframeAge: Double?

    package init(
        kilobitsPerSecond: Double = 0, packets: UInt64 = 0, expected: UInt64 = 0, lost: UInt64 = 0,
        unrepaired: UInt64 = 0, jitter: Double? = nil, delay: Double? = nil, roundTrip: Double? = nil,
        delayElsewhere: Double? = nil, packetsRequested: UInt64 = 0, keyframesRequested: UInt64 = 0,
        frames: UInt64? = nil, framesPerSecond: Double? = nil, keyframeAge: Double? = nil
    ) {
        self.kilobitsPerSecond = kilobitsPerSecond
        self.packets = packets
        self.expected = expected
        self.lost = lost
        self.unrepaired = unrepaired
        self.jitter = jitter
        self.delay = delay
        self.roundTrip = roundTrip
        self.delayElsewhere = delayElsewhere
        self.packetsRequested = packetsRequested
        self.keyframesRequested = keyframesRequested
        self.frames = frames
        self.framesPerSecond = framesPerSecond
        self.keyframeAge = keyframeAge
    }

    /// Loss before repair, 0 … 1.
    package var loss: Double? { expected == 0 ? nil : min(Double(lost) / Double(expected), 1) }
    /// Loss after repair, 0 … 1.
    package var lossAfterRepair: Double? { expected == 0 ? nil : min(Double(unrepaired) / Double(expected), 1) }
    /// The round trip as this direction is to be judged by it: without the other one's queues.
    package var ownRoundTrip: Double? { roundTrip.map { max($0 - (delayElsewhere ?? 0), 0) } }
}
