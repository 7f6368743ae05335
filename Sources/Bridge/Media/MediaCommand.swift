package import Forwarding
package import ICE
package import Transport
package import Units

/// What the control loop tells a media loop.
package enum MediaCommand: Sendable {
    case open(ResourceDescription)
    case close(UInt32)
    /// New ICE credentials for a resource whose media goes on (RFC 8445 §9).
    case restart(UInt32, local: ICECredentials, remote: ICECredentials)
    /// Who is seen in a room, best first, by seat number.
    case picturePlan(room: UInt32, seats: [UInt32])
    /// How many voices are heard at once in a room.
    case room(UInt32, audioSlots: Int)
    /// Who may be heard in a room; everybody before the first such command.
    case voices(room: UInt32, VoiceRule)
    /// Whether lines are measured beyond packets and bytes; they are before the first such command.
    case telemetry(Bool)
    /// The room is over.
    case forget(room: UInt32)
    case closeAll
}

/// What a media loop tells the control loop.
package enum MediaEvent: Sendable {
    case iceConnected(UInt32)
    case connected(UInt32, NetworkPath)
    case pathChanged(UInt32, NetworkPath)
    case closed(UInt32, MediaTransport.CloseReason)
    case sources(UInt32, LiveSources)
    /// The loudest speaker of a room among those whose packets reach this loop.
    case speaking(room: UInt32, Speaker?)
    case slots(UInt32, [SlotReport])
    /// Once a second: when each resource last sent something authentic.
    case activity([ResourceActivity])
}

/// Somebody who speaks, and how loud (see `Loudness`).
package struct Speaker: Sendable, Equatable {
    package var seat: UInt32
    package var score: Int32
}

/// What a resource sends at present.
package struct LiveSources: Sendable, Equatable {
    package var microphone = false
    package var camera = false
    package var screen = false
    package var cameraCodec: MediaCodec?
    package var cameraLayers = 0

    package init() {}
}

/// What one slot of a receiver shows.
package struct SlotReport: Sendable, Equatable {
    package enum State: String, Sendable {
        /// Nobody is on it.
        case empty
        /// Media flows.
        case on
        /// The next source's keyframe has not come yet; the old one goes on.
        case waiting
        /// The receiver has no codec for who should be here; the next one is.
        case codec
    }

    package var isPicture: Bool
    package var index: Int
    package var seat: UInt32?
    package var kind: SourceKind?
    package var state: State
}

/// One line of a loop's report to the control loop.
package struct ResourceActivity: Sendable {
    package var number: UInt32
    /// When this was written down.
    package var at: Instant
    package var lastAuthenticated: Instant
    package var counters: ResourceCounters

    package init(number: UInt32, at: Instant, lastAuthenticated: Instant, counters: ResourceCounters) {
        self.number = number
        self.at = at
        self.lastAuthenticated = lastAuthenticated
        self.counters = counters
    }
}

/// Packets and bytes of one resource since it began; monotonic, rates are the reader's business.
package struct ResourceCounters: Sendable, Equatable {
    package var packetsReceived: UInt64 = 0
    package var bytesReceived: UInt64 = 0
    package var packetsSent: UInt64 = 0
    package var bytesSent: UInt64 = 0
    package var packetsLost: UInt64 = 0
    package var packetsRepaired: UInt64 = 0
    package var packetsResent: UInt64 = 0
    package var up = UplinkCounters()
    package var down = DownlinkCounters()
    /// The newest round trip by the client's reports on what we send it, in microseconds.
    package var gaugeRoundTrip: UInt32?
    /// The part of it that queues on the way up made, in microseconds; `nil` when nothing came that would tell.
    package var gaugeRoundTripUp: UInt32?

    package init() {}
}

/// A picture that can be shown: one resource's camera or screen.
package struct LivePicture: Sendable, Equatable {
    package var resource: UInt32
    package var codec: MediaCodec
    /// Live layers, lowest first; empty when it has gone.
    package var layers: [SourceID]
}

/// What media loops tell each other: rooms may span them.
package enum LoopMessage: Sendable {
    /// This loop has (or no longer has) receivers in the room.
    case interest(room: UInt32, Bool)
    /// What a resource has of a seat's picture.
    case picture(room: UInt32, seat: UInt32, kind: SourceKind, LivePicture)
    /// A microphone that is among the loudest of its loop, or no longer is.
    case microphone(SourceID, seat: UInt32, codec: MediaCodec, isHeard: Bool)
    /// The sending loop wants this source's packets, or no longer does.
    case want(SourceID, Bool)
    case keyframe(SourceID)
    /// Where the source's timestamps lie in the bridge's time.
    case clock(SourceID, timestamp: UInt32, time: NTPTime)
    case packets(CrossingBatch)
}
