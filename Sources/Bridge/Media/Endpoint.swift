import Forwarding
import RTP
import Transport
import Units

/// One media resource on its loop: its transport, what it sends, and the slots it receives on.
final class Endpoint {
    let description: ResourceDescription
    let transport: MediaTransport
    unowned let room: RoomMedia
    private(set) var tracks: [Track] = []
    private(set) var audioSlots: [Slot] = []
    private(set) var pictureSlots: [Slot] = []
    var publisher = PublisherClock()
    var counters = ResourceCounters()
    /// Paths under which the loop finds this endpoint: those that a valid check came from.
    var paths: [NetworkPath] = []
    /// User fragments under which the loop finds it.
    var fragments: [String] = []
    var nextReport: Instant
    /// Resends that may still be sent before the allowance is renewed: a receiver can't make us its amplifier.
    var resendAllowance = Endpoint.resendsPerReport
    /// Whether a slot began to show somebody, or a source's clock became known: a sender report goes out at once.
    var needsImmediateReport = false
    /// The largest jitter that the client reported in this second, in microseconds.
    var audioJitter: UInt32?
    var pictureJitter: UInt32?
    var delays = EndpointDelays()
    var uplinkBound: UplinkBound
    var reportedState = MediaTransport.State.checking
    var reportedSources = LiveSources()
    var reportedSlots: [SlotReport] = []
    /// Ties SSRCs to streams, as learnt from authenticated packets; bounded.
    private var bindings: [Binding] = []

    struct Binding {
        var ssrc: SSRC
        var track: Int
        var layer: Int
        var isRepair: Bool
    }

    static let maximumBindings = 16
    /// Packets a second that may be sent again to one receiver: a quarter of what it gets at most, our choice.
    static let resendsPerReport = 500

    init(_ description: ResourceDescription, transport: MediaTransport, room: RoomMedia, at now: Instant) {
        self.description = description
        self.transport = transport
        self.room = room
        // Spread over the second, so that reports of hundreds of endpoints don't leave in one burst.
        nextReport = now.advanced(by: .milliseconds(Int(description.number % 100) * 10))
        uplinkBound = UplinkBound(limit: description.uplinkLimit)
        tracks = description.tracks.map(Track.init)
        let slots = description.slots.map { Slot($0, of: self) }
        audioSlots = slots.filter { !$0.description.isPicture }.sorted { $0.description.index < $1.description.index }
        pictureSlots = slots.filter(\.description.isPicture).sorted { $0.description.index < $1.description.index }
    }

    var number: UInt32 { description.number }
    var isReceiver: Bool { !audioSlots.isEmpty || !pictureSlots.isEmpty }
    /// Who reports come from: one of our own streams, or the number 1 when we send none.
    var reportSSRC: SSRC { (audioSlots.first ?? pictureSlots.first)?.description.ssrc ?? SSRC(rawValue: 1) }

    /// The CNAME that goes with ``reportSSRC``: one source has one name (RFC 3550 §6.5.1).
    var reportName: String { (audioSlots.first ?? pictureSlots.first)?.description.cname ?? "diemcau" }

    func slot(_ ssrc: SSRC) -> Slot? {
        audioSlots.first { $0.description.ssrc == ssrc } ?? pictureSlots.first { $0.description.ssrc == ssrc }
    }

    func stream(_ ssrc: SSRC) -> SourceStream? {
        guard let binding = binding(of: ssrc), !binding.isRepair else { return nil }
        return tracks[binding.track].streams[binding.layer]
    }

    func binding(of ssrc: SSRC) -> Binding? { bindings.first { $0.ssrc == ssrc } }

    /// Remembers which stream `ssrc` is; the oldest is forgotten when a sender changes its mind too often.
    func bind(_ binding: Binding) {
        bindings.removeAll {
            $0.track == binding.track && $0.layer == binding.layer && $0.isRepair == binding.isRepair
        }
        if bindings.count >= Self.maximumBindings { bindings.removeFirst() }
        bindings.append(binding)
    }

    /// Whether `path` stays with this endpoint although a valid check of `other` came on it.
    ///
    /// Whoever may send checks at all could otherwise take a member's packets away by writing that member's address on
    /// them. A device that comes back on the same path has the same seat, or waits until nothing came from before it.
    func holds(_ path: NetworkPath, against other: Endpoint, at now: Instant) -> Bool {
        guard transport.state == .connected, transport.path == path, let last = transport.lastAuthenticated else {
            return false
        }
        let isSameSeat = description.seat != nil && description.seat == other.description.seat && room === other.room
        return !isSameSeat && now.since(last) < Self.pathHold
    }

    /// Longer than any client pauses between its checks and reports.
    private static let pathHold = Duration.seconds(3)

    var liveSources: LiveSources {
        var live = LiveSources()
        for track in tracks where !track.liveLayers.isEmpty {
            switch track.description.kind {
            case .microphone: live.microphone = true
            case .screen: live.screen = true
            case .camera:
                live.camera = true
                live.cameraCodec = track.description.codec
                live.cameraLayers = track.liveLayers.count
            }
        }
        return live
    }
}

/// One section that a client sends: one stream, or one for each simulcast layer.
final class Track {
    let description: TrackDescription
    /// By layer, in order of the offer; `nil` until the layer's first packet.
    var streams: [SourceStream?]
    var layers = LayerSelection()
    /// Lowest first, as last told.
    var liveLayers: [UInt8] = []
    /// Whether a layer was begun since then, maybe in place of one that was told.
    var hasNewLayer = false
    /// How many streams this track has begun.
    var incarnations: UInt32 = 0

    init(_ description: TrackDescription) {
        self.description = description
        streams = Array(repeating: nil, count: min(max(description.rids.count, 1), LayerSelection.maximumLayers))
    }
}
