import Forwarding
import RTP
import Telemetry
import Units
import Wire

/// One stream that can be put on slots, as this loop knows it: received from its sender here, or crossing from
/// another loop.
final class SourceStream {
    let id: SourceID
    let seat: UInt32
    let codec: MediaCodec
    /// The sender's endpoint; `nil` when another loop receives it.
    weak var endpoint: Endpoint?
    let homeLoop: Int

    /// Slots that show it, and slots that will from its next keyframe on.
    var active: [Slot] = []
    var waiting: [Slot] = []
    /// What came in this turn and has not been sent to them yet.
    var turnPackets: [TurnPacket] = []
    /// Other loops that want its packets, one bit each.
    var wantedByLoops: UInt64 = 0
    /// Whether we told its home loop that we want it.
    var isWanted = false

    var store: PacketStore?
    var clock: StreamClock?
    var numbering = PictureNumbering()
    var loudness = Loudness()
    var keyframes = KeyframeRequests()
    var lastPacket: Instant?
    /// When its last slot left it: its store is kept a little longer, for resends.
    var lastShown: Instant?

    // Reception, while `endpoint` is here.
    var ssrc: SSRC
    /// The highest SRTP index so far.
    var newestIndex: UInt64 = 0
    var nacks = NackGenerator()
    var statistics: ReceptionStatistics
    var transit: TransitWatch
    /// Packets that were missing and came by themselves after all, and those that a repair brought.
    var late: UInt64 = 0
    var repaired: UInt64 = 0
    /// What its endpoint's figures hold of it already.
    var tally = StreamTally()

    // Of pictures, wherever they come from.
    /// Last packets of pictures.
    var frames: UInt64 = 0
    var lastKeyframe: Instant?

    init(_ id: SourceID, seat: UInt32, codec: MediaCodec, ssrc: SSRC, endpoint: Endpoint?, homeLoop: Int) {
        self.id = id
        self.seat = seat
        self.codec = codec
        self.ssrc = ssrc
        self.endpoint = endpoint
        self.homeLoop = homeLoop
        statistics = ReceptionStatistics(clockRate: codec.clockRate)
        transit = TransitWatch(clockRate: codec.clockRate, isPicture: id.kind.isPicture)
        pauses = ArrivalWatch(isPicture: id.kind.isPicture)
    }

    private var pauses: ArrivalWatch
    private var needsPlacing = false
    private var lastTimestamp: UInt32?
    /// The highest index that was handed on here.
    private var furthest: UInt64?
    /// Beyond it a gap is a restart of the sender's numbers, and not to be passed on: a receiver that missed two such
    /// leaps would take its rollover counter for another one (RFC 3711 §3.3.1).
    private static let longestGap = UInt64(NackGenerator.maximumMissing)

    /// Has all slots begin anew with the stream's next keyframe, at once for sound, when its numbers have leapt.
    ///
    /// - Returns: Whether the packet is newer than all others.
    func noteIndex(_ index: UInt64, at now: Instant) -> Bool {
        defer { furthest = max(furthest ?? 0, index) }
        guard let furthest, index > furthest &+ Self.longestGap else { return index > furthest ?? 0 }
        for slot in active where slot.current === self {
            slot.current = nil
            guard slot.next == nil else { continue }
            slot.next = self
            waiting.append(slot)
        }
        active.removeAll(keepingCapacity: true)
        if id.kind.isPicture, !waiting.isEmpty { keyframes.want(at: now) }
        return true
    }

    /// Whether anybody on this loop shows it or waits for it.
    var hasSlots: Bool { !active.isEmpty || !waiting.isEmpty }

    // MARK: Time

    /// Looks whether `packet`, the newest, comes after a pause or shows that the sender's clock has moved.
    ///
    /// - Returns: How the stream is to be put on its slots' lines anew with it, if it is.
    func watchTime(of packet: SourcePacket, arrival: NTPTime) -> Placing? {
        let captured = captureTime(of: packet.timestamp, arrival: arrival)
        let finding = pauses.receive(lag: arrival.since(captured), at: arrival)
        if let correction = finding.correction {
            clock?.senderReport(timestamp: packet.timestamp, time: captured.advanced(by: correction))
        }
        needsPlacing = needsPlacing || finding.places
        // A picture is not moved between two of its packets.
        let isFrameStart = lastTimestamp != packet.timestamp
        lastTimestamp = packet.timestamp
        let marks = finding.resumes && !id.kind.isPicture
        guard marks || needsPlacing && isFrameStart else { return nil }
        let placing = Placing(
            captured: needsPlacing ? captureTime(of: packet.timestamp, arrival: arrival) : nil, marks: marks)
        needsPlacing = false
        return placing
    }

    /// Reports that follow each other faster tell nothing new, and each would be told to everybody who is shown the
    /// stream; ours.
    private static let reportInterval = Duration.milliseconds(200)
    private var lastReport: Instant?

    /// Whether a sender report that comes at `now` is to be taken; it is then the last one.
    func mayReport(at now: Instant) -> Bool {
        if let lastReport, now.since(lastReport) < Self.reportInterval { return false }
        lastReport = now
        return true
    }

    /// Takes what a sender report says of the stream's clock, in the bridge's time.
    func takeReport(timestamp: UInt32, time: NTPTime, arrival: NTPTime) {
        let reference = lastTimestamp ?? timestamp
        let before = captureTime(of: reference, arrival: time)
        clock?.senderReport(timestamp: timestamp, time: time)
        let shift = captureTime(of: reference, arrival: time).since(before)
        if pauses.clockMoved(by: shift, at: arrival) { needsPlacing = true }
    }

    /// Where `timestamp` lies in the bridge's time; its arrival while nothing better is known.
    func captureTime(of timestamp: UInt32, arrival: NTPTime) -> NTPTime {
        if clock == nil { clock = StreamClock(rate: codec.clockRate, timestamp: timestamp, arrival: arrival) }
        return clock?.captureTime(of: timestamp) ?? arrival
    }

    func keep(_ packet: SourcePacket, payload: borrowing RawSpan) {
        guard id.kind.isPicture, hasSlots || lastShown != nil else { return }
        if store == nil { store = PacketStore() }
        store?.insert(packet, payload: payload)
    }
}
