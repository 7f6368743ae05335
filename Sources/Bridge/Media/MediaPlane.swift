import Forwarding
import ICE
package import OpenSSL
import RTP
import STUN
package import Transport
package import Units
package import Wire

/// The media of one loop: its endpoints, their rooms, and the way of every packet between them.
///
/// No socket, thread or
/// clock: datagrams and time in, an outbox and a deadline out.
package final class MediaPlane {
    /// Totals since the start; monotonic.
    package struct Counters: Sendable, Equatable {
        package var packetsReceived: UInt64 = 0
        package var bytesReceived: UInt64 = 0
        package var packetsForwarded: UInt64 = 0
        package var bytesForwarded: UInt64 = 0
        package var packetsResent: UInt64 = 0
        /// Checks for no session of ours, and anything else from an address that none of them knows.
        package var strangers: UInt64 = 0
        /// What authenticated endpoints sent that led to nothing, by ``MediaTransport/Counters``.
        package var refused = MediaTransport.Counters()
        /// Authentic, but not to be read.
        package var unreadable: UInt64 = 0
        /// Authentic, but more than one device may have sent on to everybody.
        package var aboveLimit: UInt64 = 0
        package var outboxFull: UInt64 = 0
        /// Packets for other loops that found their queue full.
        package var crossingsDropped: UInt64 = 0
        package var endpoints = 0
        package var connected = 0

        package init() {}
    }

    static let roomInterval = Duration.milliseconds(50)

    let loop: Int
    let bridge: UInt16
    let loopCount: Int
    let dtls: DTLSContext
    let clock: ClockPair
    var endpoints: [UInt32: Endpoint] = [:]
    var endpointsByFragment: [String: Endpoint] = [:]
    var endpointsByPath: [NetworkPath: Endpoint] = [:] { didSet { latest = nil } }
    /// Found last in ``endpointsByPath``.
    private var latest: (path: NetworkPath, endpoint: Endpoint)?
    var rooms: [UInt32: RoomMedia] = [:]
    var fanOut = FanOut()
    /// Whether lines are measured.
    var measuresLines = true
    var counters = Counters()
    /// Of endpoints that have gone, so that totals never fall.
    var refusedByGone = MediaTransport.Counters()
    var events: [MediaEvent] = []
    var messages: [(loop: Int, message: LoopMessage)] = []
    var crossings: [CrossingBatch]
    var nextRoomUpdate = Instant.zero
    var nextActivityReport = Instant.zero
    var plan = LookPlan()
    var random = NoRandomness()

    /// - Parameters:
    ///   - loop: This loop's number, 0 ..< `loopCount`.
    ///   - loopCount: How many media loops there are, at most 64.
    ///   - bridge: This bridge's number among the bridges of a conference.
    ///   - dtls: Certificate and policy.
    ///   - clock: Wall-clock time, for sender reports.
    package init(loop: Int, of loopCount: Int, bridge: UInt16 = 0, dtls: DTLSContext, clock: ClockPair) {
        precondition((1...64).contains(loopCount) && (0..<loopCount).contains(loop), "1 to 64 media loops")
        self.loop = loop
        self.loopCount = loopCount
        self.bridge = bridge
        self.dtls = dtls
        self.clock = clock
        crossings = Array(repeating: CrossingBatch(), count: loopCount)
    }

    deinit {
        // Slots and the streams on them hold each other.
        for endpoint in endpoints.values {
            for slot in endpoint.audioSlots + endpoint.pictureSlots { slot.clear() }
        }
    }

    /// When ``advance(to:into:)`` has something to do; `nil` while nobody is here.
    ///
    /// It has passed while packets of this turn wait to be sent: they go out with one ``advance(to:into:)``, or with
    /// several, the outbox being sent in between, when they are more than it should hold at once.
    package var deadline: Instant? {
        let isIdle = endpoints.isEmpty && !rooms.values.contains(where: \.hasToTell)
        return (isIdle ? nil : plan.deadline).earlier(fanOut.deadline)
    }

    /// What happened since the last call, for the control loop.
    package func takeEvents() -> [MediaEvent] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// What other loops are to be told, with the packets that cross to them.
    package func takeMessages() -> [(loop: Int, message: LoopMessage)] {
        for index in crossings.indices where !crossings[index].isEmpty {
            messages.append((index, .packets(crossings[index])))
            crossings[index] = CrossingBatch()
        }
        defer { messages.removeAll(keepingCapacity: true) }
        return messages
    }

    package var hasOutput: Bool { !events.isEmpty || !messages.isEmpty || crossings.contains { !$0.isEmpty } }

    /// A copy of all counters, endpoints' own included.
    package func snapshot(outboxDrops: UInt64) -> Counters {
        var copy = counters
        copy.packetsForwarded = fanOut.packets
        copy.bytesForwarded = fanOut.bytes
        copy.outboxFull = outboxDrops
        copy.refused = endpoints.values.reduce(into: refusedByGone) { $0.add($1.transport.counters) }
        copy.endpoints = endpoints.count
        copy.connected = endpoints.values.reduce(0) { $0 + ($1.transport.state == .connected ? 1 : 0) }
        return copy
    }

    // MARK: Packets

    /// Takes one datagram; what is to be answered is in `outbox` afterwards, what is to be forwarded leaves with the
    /// next ``advance(to:into:)``.
    package func receive(
        _ datagram: inout MutableRawSpan, on path: NetworkPath, at now: Instant, into outbox: inout Outbox
    ) {
        fanOut.finishTurn(into: &outbox)
        counters.packetsReceived &+= 1
        counters.bytesReceived &+= UInt64(datagram.byteCount)
        guard let endpoint = endpoint(of: datagram.bytes, on: path, at: now) else {
            counters.strangers &+= 1
            return
        }
        switch endpoint.transport.receive(&datagram, on: path, at: now, into: &outbox) {
        case .rtp(let length, let index):
            endpoint.counters.packetsReceived &+= 1
            endpoint.counters.bytesReceived &+= UInt64(length)
            receiveRTP(datagram.bytes.extracting(first: length), index: index, of: endpoint, at: now, into: &outbox)
            if endpoint.room.needsAssignment { plan.hurry(at: now) }
        case .rtcp(let length):
            receiveRTCP(datagram.bytes.extracting(first: length), of: endpoint, at: now, into: &outbox)
        case .changed:
            transportChanged(endpoint, at: now)
            plan.hurry(at: now)
        case .nothing:
            plan.expect(endpoint.transport.deadline)
        }
        rememberPath(path, of: endpoint, at: now)
    }

    /// Whose datagram this claims to be: by path, and for STUN requests by the user fragment.
    private func endpoint(of datagram: borrowing RawSpan, on path: NetworkPath, at now: Instant) -> Endpoint? {
        guard let first = try? datagram.bigEndian(UInt8.self, at: 0), first < 4 else { return endpoint(by: path) }
        guard let range = STUNMessage.receiverFragment(of: datagram), range.count <= 256,
            let bytes = try? datagram.checkedExtracting(range)
        else { return nil }
        let fragment = unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        guard let endpoint = endpointsByFragment[fragment] else { return nil }
        if let owner = endpointsByPath[path], owner !== endpoint, owner.holds(path, against: endpoint, at: now) {
            return nil
        }
        return endpoint
    }

    /// Packets come in bursts: most are from where the last one came from.
    private func endpoint(by path: NetworkPath) -> Endpoint? {
        if let latest, latest.path == path { return latest.endpoint }
        let endpoint = endpointsByPath[path]
        latest = endpoint.map { (path, $0) }
        return endpoint
    }

    /// Lets later datagrams from `path` find the endpoint, once ICE has checked it.
    private func rememberPath(_ path: NetworkPath, of endpoint: Endpoint, at now: Instant) {
        guard endpoint.paths.last != path, endpointsByPath[path] !== endpoint else { return }
        guard endpoints[endpoint.number] === endpoint, endpoint.transport.isValidated(path, at: now) else { return }
        if let other = endpointsByPath[path] { other.paths.removeAll { $0 == path } }
        endpointsByPath[path] = endpoint
        endpoint.paths.append(path)
        guard endpoint.paths.count > 8 else { return }
        let oldest = endpoint.paths.first { $0 != endpoint.transport.path && $0 != path }
        guard let oldest else { return }
        endpoint.paths.removeAll { $0 == oldest }
        endpointsByPath[oldest] = nil
    }

    func transportChanged(_ endpoint: Endpoint, at now: Instant) {
        let transport = endpoint.transport
        let before = endpoint.reportedState
        endpoint.reportedState = transport.state
        switch transport.state {
        case .checking:
            break
        case .handshaking:
            if before == .checking { events.append(.iceConnected(endpoint.number)) }
        case .connected:
            guard let path = transport.path else { return }
            if before == .connected {
                events.append(.pathChanged(endpoint.number, path))
                refresh(endpoint, at: now)
            } else {
                events.append(.connected(endpoint.number, path))
                endpoint.nextReport = min(endpoint.nextReport, now.advanced(by: .milliseconds(100)))
                endpoint.room.needsAssignment = true
            }
        case .closed(let reason):
            events.append(.closed(endpoint.number, reason))
            remove(endpoint)
        }
    }

    /// After a move of the path: what was asked of it in between went to where it no longer is, and so did pictures.
    private func refresh(_ endpoint: Endpoint, at now: Instant) {
        endpoint.forgetDelays()
        for slot in endpoint.pictureSlots { wantKeyframe(of: slot, at: now) }
        for track in endpoint.tracks where track.description.kind.isPicture {
            for case let stream? in track.streams where stream.hasSlots || stream.wantedByLoops != 0 {
                stream.keyframes.want(at: now)
            }
        }
    }

    func remove(_ endpoint: Endpoint) {
        guard endpoints[endpoint.number] === endpoint else { return }
        endpoints[endpoint.number] = nil
        refusedByGone.add(endpoint.transport.counters)
        for fragment in endpoint.fragments { endpointsByFragment[fragment] = nil }
        for path in endpoint.paths where endpointsByPath[path] === endpoint { endpointsByPath[path] = nil }
        let room = endpoint.room
        room.endpoints.removeAll { $0 === endpoint }
        for slot in endpoint.audioSlots + endpoint.pictureSlots { slot.clear() }
        for track in endpoint.tracks { drop(track, of: endpoint, in: room) }
        for stream in room.streams.values { room.sweep(stream, at: plan.last) }
        room.needsAssignment = true
    }

    private func drop(_ track: Track, of endpoint: Endpoint, in room: RoomMedia) {
        for case let stream? in track.streams {
            announceMicrophone(stream, isHeard: false, in: room)
            room.remove(stream)
        }
        track.liveLayers = []
        if track.description.kind.isPicture { updatePicture(track, of: endpoint) }
    }

    /// Room number `number`, made when it is first needed.
    func room(_ number: UInt32) -> RoomMedia {
        if let room = rooms[number] { return room }
        let room = RoomMedia(number, loop: loop, audioSlots: 3)
        rooms[number] = room
        return room
    }
}

/// The server's side of a transport draws nothing: its checks are answers.
struct NoRandomness: RandomNumberGenerator {
    mutating func next() -> UInt64 { 0 }
}

extension MediaTransport.Counters {
    mutating func add(_ other: MediaTransport.Counters) {
        badTag &+= other.badTag
        replayed &+= other.replayed
        malformed &+= other.malformed
        tooManySources &+= other.tooManySources
        unchecked &+= other.unchecked
        unexpected &+= other.unexpected
        badCheck &+= other.badCheck
    }
}
