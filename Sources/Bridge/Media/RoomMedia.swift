import Forwarding
import RTP
import Units

/// One room on one loop: its sources, its receivers, and who is on which slot.
final class RoomMedia {
    struct PictureKey: Hashable {
        var seat: UInt32
        var kind: SourceKind
    }

    let number: UInt32
    let loop: Int
    var endpoints: [Endpoint] = []
    var streams: [SourceID: SourceStream] = [:]
    private(set) var pictures: [PictureKey: LivePicture] = [:]
    /// While a seat is taken over two resources may have its picture, in any order: all but the newest one's.
    private var olderPictures: [PictureKey: [LivePicture]] = [:]
    var microphones: [SourceStream] = []
    /// Who is seen, best first.
    var plan: [UInt32] = [] { didSet { needsAssignment = true } }
    /// Who may be heard.
    var voices = VoiceRule.everyone(except: [])
    var speakers: SpeakerSelection
    var audioSlots: Int {
        didSet { if audioSlots != oldValue { speakers = SpeakerSelection(capacity: audioSlots + 1) } }
    }
    /// Other loops with receivers in this room, one bit each.
    var interestedLoops: UInt64 = 0
    var toldInterest = false
    var needsAssignment = false
    /// Whether other loops still have to hear that nobody is left here.
    var hasToTell: Bool { toldInterest || needsAssignment }
    /// Whether slot reports may differ from what was last told.
    var slotsChanged = false
    private(set) var loudest: Speaker?

    init(_ number: UInt32, loop: Int, audioSlots: Int) {
        self.number = number
        self.loop = loop
        self.audioSlots = audioSlots
        speakers = SpeakerSelection(capacity: audioSlots + 1)
    }

    var receivers: [Endpoint] { endpoints.filter(\.isReceiver) }

    /// Judges loudness anew.
    ///
    /// - Returns: Whether the room's loudest speaker on this loop changed.
    func judgeLoudness(at now: Instant) -> Bool {
        let heard = microphones.filter { voices.allows($0.seat) }
        let scores = heard.map { (source: $0.id, score: $0.loudness.score(at: now)) }
        if speakers.update(scores) { needsAssignment = true }
        let best = speakers.chosen.first.flatMap { streams[$0] }
        let speaker = best.flatMap { stream -> Speaker? in
            let score = stream.loudness.score(at: now)
            return Loudness.isSpeech(score) ? Speaker(seat: stream.seat, score: score) : nil
        }
        // The score moves all the time: it is told only together with another speaker.
        guard speaker?.seat != loudest?.seat else { return false }
        loudest = speaker
        return true
    }

    /// Takes note of what a resource has of a seat's picture; without layers, that it has none any more.
    ///
    /// The newest resource's is shown, in whatever order this is learnt: numbers rise.
    func set(_ picture: LivePicture, of seat: UInt32, kind: SourceKind) {
        let key = PictureKey(seat: seat, kind: kind)
        var all = olderPictures.removeValue(forKey: key) ?? []
        if let newest = pictures.removeValue(forKey: key) { all.append(newest) }
        all.removeAll { $0.resource == picture.resource }
        if !picture.layers.isEmpty { all.append(picture) }
        all.sort { $0.resource < $1.resource }
        pictures[key] = all.popLast()
        if !all.isEmpty { olderPictures[key] = all }
        needsAssignment = true
    }

    /// The microphone of the point on the main picture, which may always be heard.
    private func microphone(of seat: UInt32?) -> SourceStream? {
        guard let seat, voices.allows(seat) else { return nil }
        return microphones.first { $0.seat == seat }
    }

    /// Gives every receiver its sources.
    func assignAll(at now: Instant) {
        needsAssignment = false
        slotsChanged = true
        for endpoint in endpoints where endpoint.isReceiver { assign(endpoint, at: now) }
        for stream in streams.values { sweep(stream, at: now) }
    }

    private func assign(_ endpoint: Endpoint, at now: Instant) {
        let main = assignPictures(endpoint, at: now)
        assignSound(endpoint, mainSeat: main ?? plan.first { $0 != endpoint.description.seat }, at: now)
    }

    /// - Returns: The seat on the main picture.
    private func assignPictures(_ endpoint: Endpoint, at now: Instant) -> UInt32? {
        guard let mainSlot = endpoint.pictureSlots.first else { return nil }
        let small = Array(endpoint.pictureSlots.dropFirst())
        var main: PictureKey?
        var others: [PictureKey] = []
        mainSlot.lacksCodec = false
        search: for seat in plan where seat != endpoint.description.seat {
            for kind in [SourceKind.screen, .camera] {
                let key = PictureKey(seat: seat, kind: kind)
                guard let picture = pictures[key], !picture.layers.isEmpty else { continue }
                if main == nil, mainSlot.canShow(picture.codec) {
                    main = key
                } else {
                    // Whom the main slot can't show may still be seen small.
                    if main == nil { mainSlot.lacksCodec = true }
                    if others.count < small.count, small.contains(where: { $0.canShow(picture.codec) }) {
                        others.append(key)
                    }
                }
                if main != nil, others.count == small.count { break search }
            }
        }
        show(main, on: mainSlot, isMain: true, at: now)
        assign(others, to: small, at: now)
        return main?.seat
    }

    /// Gives each of `keys` a slot that can show it; who has one keeps it.
    private func assign(_ keys: [PictureKey], to slots: [Slot], at now: Instant) {
        var shown = slots.map { slot in slot.shownPicture.flatMap { keys.contains($0) ? $0 : nil } }
        for key in keys where !shown.contains(key) {
            guard let codec = pictures[key]?.codec else { continue }
            guard let free = slots.indices.first(where: { shown[$0] == nil && slots[$0].canShow(codec) }) else {
                continue
            }
            shown[free] = key
        }
        let isAnyLeft = keys.contains { !shown.contains($0) }
        for (slot, key) in zip(slots, shown) {
            slot.lacksCodec = isAnyLeft && key == nil
            show(key, on: slot, isMain: false, at: now)
        }
    }

    private func show(_ key: PictureKey?, on slot: Slot, isMain: Bool, at now: Instant) {
        guard let key, let picture = pictures[key],
            let source = isMain ? picture.layers.last : picture.layers.first, let stream = streams[source]
        else { return slot.clear() }
        // The old one goes on until the new one's keyframe; ``remove(_:)`` takes it off if it goes.
        slot.want(stream, at: now)
    }

    private func assignSound(_ endpoint: Endpoint, mainSeat: UInt32?, at now: Instant) {
        let slots = endpoint.audioSlots
        guard !slots.isEmpty else { return }
        let seat = endpoint.description.seat
        // One section alone gets the loudest; with several, slot 0 belongs to the main picture's point.
        let reserved = slots.count > 1 ? microphone(of: mainSeat)?.id : nil
        let others = speakers.chosen.filter { $0 != reserved && (seat == nil || streams[$0]?.seat != seat) }
        let wanted = others.prefix(slots.count - (reserved == nil ? 0 : 1))
        var places = slots.map { ($0.current ?? $0.next)?.id }
        Forwarding.assign(Array(wanted), to: &places, reserved: reserved)
        for (slot, source) in zip(slots, places) {
            guard let source, let stream = streams[source], slot.payload(for: stream.codec) != nil else {
                slot.clear()
                continue
            }
            if slot.current !== stream { slot.current = nil }
            slot.want(stream, at: now)
        }
    }

    /// Takes slots off a stream's lists that show something else by now.
    func sweep(_ stream: SourceStream, at now: Instant) {
        stream.active.removeAll { $0.current !== stream }
        stream.waiting.removeAll { $0.next !== stream }
        if stream.hasSlots {
            stream.lastShown = now
        } else if let last = stream.lastShown, now.since(last) > .seconds(3) {
            stream.lastShown = nil
            stream.store = nil
        }
        if !stream.hasSlots, stream.wantedByLoops == 0 { stream.keyframes.cancel() }
    }

    /// Takes a stream out of the room: whoever shows it is left without.
    func remove(_ stream: SourceStream) {
        for slot in stream.active where slot.current === stream { slot.current = nil }
        for slot in stream.waiting where slot.next === stream { slot.next = nil }
        stream.active = []
        stream.waiting = []
        if streams[stream.id] === stream { streams[stream.id] = nil }
        microphones.removeAll { $0 === stream }
        needsAssignment = true
    }
}

extension Slot {
    /// What the slot shows or is about to show.
    var shownPicture: RoomMedia.PictureKey? {
        (next ?? current).map { RoomMedia.PictureKey(seat: $0.seat, kind: $0.id.kind) }
    }

    /// Leaves the slot empty.
    func clear() {
        current = nil
        next = nil
    }

    /// Has `stream` on the slot from its next keyframe on; at once for sound.
    func want(_ stream: SourceStream, at now: Instant) {
        if current === stream {
            next = nil
            return
        }
        guard next !== stream else { return }
        next = stream
        stream.waiting.append(self)
        if stream.id.kind.isPicture { stream.keyframes.want(at: now) }
    }
}
