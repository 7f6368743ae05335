import Conference
import LibUV
import Participant
import Units

/// One point of a load run: its client, and where it is in what it sends.
final class LoadPoint {
    /// Where a point is in one stored stream.
    private struct Playing {
        let stream: StoredStream
        let track: SendingTrack
        let layer: Int
        var frame: Int
        var timestamp: UInt32
        var due: Instant

        /// After a stall what was missed is left out; the stream's clock has gone on meanwhile.
        mutating func skip(to now: Instant) {
            let late = now.since(due)
            guard late > .milliseconds(500) else { return }
            let missed = late.nanoseconds / stream.frameTime.nanoseconds
            timestamp &+= UInt32(truncatingIfNeeded: missed) &* stream.ticksPerFrame
            due = due.advanced(by: stream.frameTime * Int(missed))
        }
    }

    let index: Int
    let plan: LoadPlan.Point
    private(set) var client: Client?
    /// Media and socket together, where it has one.
    private var participation: Participation?
    /// What its socket does.
    private(set) var socket: LoadSocket?
    private var playing: [Playing] = []
    private(set) var begun: Instant?
    private(set) var timeToJoin: Duration?
    private(set) var end: SessionEnd?
    /// What the server, or the line, said last when it did not work.
    private(set) var lastTrouble: String?
    private(set) var losses = 0

    init(_ plan: LoadPlan.Point, index: Int) {
        self.plan = plan
        self.index = index
    }

    var isConnected: Bool { client?.state == .connected }

    /// Begins to join.
    func start(_ plan: LoadPlan, media: StoredMedia, on loop: ClientLoop, heard: @escaping (Duration) -> Void)
        throws(ClientError)
    {
        var settings = SessionSettings(server: plan.server, room: plan.room, token: self.plan.token)
        settings.audioSlots = plan.audioSlots
        settings.pictureSlots = plan.pictureSlots
        settings.receivedCodecs = [.vp8]
        settings.resendBytes = self.plan.sending == .bridge ? 256 << 10 : 32 << 10
        if self.plan.sending != .nothing {
            settings.sendsMicrophone = true
            settings.camera = .vp8
        }
        if self.plan.sending == .bridge { settings.layers = ["h", "q"] }
        var handlers = ClientHandlers()
        handlers.onEvent = { [weak self] event in self?.happened(event, at: loop.loop.now) }
        handlers.onKeyframeWanted = { [weak self] layer in self?.jumpToKeyframe(layer) }
        handlers.onMedia = { packet, payload, now in
            guard !packet.slot.isPicture, let sent = StoredStream.stamp(in: payload) else { return }
            heard(now.since(sent))
        }
        begun = loop.loop.now
        prepare(media, seed: plan.seed, at: loop.loop.now)
        let client = makeClient(settings, handlers, opensSocket: plan.opensSockets, on: loop)
        self.client = client
        try client.start()
    }

    private func makeClient(
        _ settings: SessionSettings, _ handlers: ClientHandlers, opensSocket: Bool, on loop: ClientLoop
    ) -> Client {
        guard opensSocket else { return loop.makeClient(settings, handlers: handlers) }
        let socket = LoadSocket(plan, isSlow: false)
        let participation = Participation(
            settings, language: .vi, countsOnly: true, handlers: handlers, socketHandlers: socket.handlers(on: loop),
            on: loop)
        participation.onDismissal = { [weak self] _, text in
            self?.end = .replaced
            self?.lastTrouble = text
        }
        socket.client = participation.socket
        self.socket = socket
        self.participation = participation
        return participation.media
    }

    /// Tells the server that it goes.
    func leave() {
        if let participation { participation.leave() } else { client?.leave() }
    }

    /// Each point is somewhere else in the media, and sends at another moment of each frame's time.
    private func prepare(_ media: StoredMedia, seed: UInt64, at now: Instant) {
        func play(_ stream: StoredStream, _ track: SendingTrack, layer: Int) {
            let chance = LoadPlan.mixed(seed &+ UInt64(index) &* 7 &+ UInt64(playing.count))
            let frame = stream.keyframe(from: Int(chance % UInt64(stream.frames.count)))
            let phase = stream.frameTime * Int((chance >> 32) % 16) / 16
            playing.append(
                Playing(
                    stream: stream, track: track, layer: layer, frame: frame,
                    timestamp: UInt32(truncatingIfNeeded: chance), due: now.advanced(by: phase)))
        }
        switch plan.sending {
        case .nothing: break
        case .commune:
            play(media.sound, .microphone, layer: 0)
            play(media.small, .camera, layer: 0)
        case .bridge:
            play(media.sound, .microphone, layer: 0)
            play(media.large, .camera, layer: 0)
            play(media.small, .camera, layer: 1)
        }
    }

    private func happened(_ event: SessionEvent, at now: Instant) {
        switch event {
        case .connected:
            if timeToJoin == nil, let begun { timeToJoin = now.since(begun) }
            lastTrouble = nil
        case .refused(let notice, _): lastTrouble = "\(notice.code): \(notice.detail)"
        case .unreachable(let text, _): lastTrouble = text
        case .lost(let reason, _):
            losses += 1
            lastTrouble = reason.rawValue
        case .ended(let end):
            self.end = end
            if case .refused(let notice) = end { lastTrouble = "\(notice.code): \(notice.detail)" }
            if end == .replaced { lastTrouble = "another device has its seat" }
        case .joining, .answered: break
        }
    }

    /// A stored source can't make a keyframe, but jump to its next one.
    private func jumpToKeyframe(_ layer: Int) {
        for index in playing.indices where playing[index].track == .camera && playing[index].layer == layer {
            playing[index].frame = playing[index].stream.keyframe(from: playing[index].frame)
        }
    }

    /// Sends what is due.
    func advance(to now: Instant, isSpeaking: Bool) {
        guard isConnected, let client else { return }
        for index in playing.indices {
            playing[index].skip(to: now)
            while playing[index].due <= now { sendFrame(index, over: client, at: now, isSpeaking: isSpeaking) }
        }
    }

    private func sendFrame(_ index: Int, over client: Client, at now: Instant, isSpeaking: Bool) {
        let place = playing[index]
        let frame = place.stream.frames[place.frame]
        var packet = OutgoingPacket(place.track, layer: place.layer, timestamp: place.timestamp)
        if place.track == .microphone {
            packet.level = isSpeaking ? 28 : 127
            packet.isVoice = isSpeaking
        }
        for number in frame.packets {
            packet.marker = place.track == .camera && number == frame.packets.upperBound - 1
            place.stream.withPayload(number, at: now) { payload in client.send(packet, payload: payload) }
        }
        playing[index].frame = (place.frame + 1) % place.stream.frames.count
        playing[index].timestamp = place.timestamp &+ place.stream.ticksPerFrame
        playing[index].due = place.due.advanced(by: place.stream.frameTime)
    }
}
