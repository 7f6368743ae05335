import Units

/// Counts the whole pictures that come on one slot, and notices when they stand still.
///
/// Packets are not decoded: a picture counts when all its packets, and all those of the pictures before it, have come,
/// for that is when a decoder could show it. What is lost for good is skipped with the next whole keyframe, as a decoder
/// does. Memory is of a fixed size; taking a packet allocates nothing.
struct FrameWatch {
    /// What is remembered of a packet that came, or that it did not.
    private struct Entry {
        var isThere = false
        var number = SequenceNumber(rawValue: 0)
        var isPadding = false
        var marker = false
        var timestamp: UInt32 = 0
    }

    /// Whole pictures so far.
    private(set) var frames: UInt64 = 0
    /// How often two of them were so far apart that it counts as a freeze.
    private(set) var freezes: UInt64 = 0

    /// The packet that is waited for; `nil` until a keyframe begins.
    private var next: SequenceNumber?
    private var entries: [Entry]
    /// The newest keyframe behind what is missing, and how far it has come without a gap.
    private var keyframe: (first: SequenceNumber, end: SequenceNumber)?
    /// The timestamp of the picture whose end has not come yet.
    private var open: UInt32?
    private var pace = FramePace()

    /// Ours: three seconds of 1.5 Mbit/s; whoever misses a packet for longer begins anew with a keyframe.
    private static let capacity = 512

    init() { entries = Array(repeating: Entry(), count: Self.capacity) }

    /// The slot is empty: what comes next is no late picture.
    mutating func pause() { pace = FramePace() }

    /// Takes a packet, once, in whatever order.
    ///
    /// - Parameters:
    ///   - number: Its number as it was sent at first.
    ///   - timestamp: Of its picture (RFC 3550 §5.1).
    ///   - marker: Whether it is its picture's last (RFC 7741 §4.1, RFC 6184 §5.1).
    ///   - startsKeyframe: Whether a decoder can begin here.
    ///   - isPadding: Whether it has no payload.
    ///   - now: When it came.
    mutating func receive(
        _ number: SequenceNumber, timestamp: UInt32, marker: Bool, startsKeyframe: Bool, isPadding: Bool,
        at now: Instant
    ) {
        if let next, number.distance(from: next) >= Self.capacity || number.distance(from: next) < -Self.tooOld {
            forget()
        }
        if let next, number.distance(from: next) < 0 { return }
        entries[place(number)] = Entry(
            isThere: true, number: number, isPadding: isPadding, marker: marker, timestamp: timestamp)
        guard let next = next ?? (startsKeyframe ? number : nil) else { return }
        self.next = next
        if startsKeyframe, number != next, keyframe.map({ number.distance(from: $0.first) > 0 }) ?? true {
            keyframe = (number, number)
        }
        takeWhatIsWhole(at: now)
        if isKeyframeWhole() { skipToKeyframe(at: now) }
    }

    /// Ours: numbers further back belong to a stream that has begun anew.
    private static let tooOld = 4_096

    /// What has come under a number.
    private func entry(_ number: SequenceNumber) -> Entry? {
        let entry = entries[place(number)]
        return entry.isThere && entry.number == number ? entry : nil
    }

    private func place(_ number: SequenceNumber) -> Int { Int(number.rawValue) % Self.capacity }

    private mutating func forget() {
        for index in entries.indices { entries[index].isThere = false }
        (next, keyframe, open) = (nil, nil, nil)
    }

    private mutating func takeWhatIsWhole(at now: Instant) {
        guard var number = next else { return }
        while let entry = entry(number) {
            entries[place(number)].isThere = false
            take(entry, at: now)
            number = number.advanced(by: 1)
        }
        next = number
        if let first = keyframe?.first, number.distance(from: first) > 0 { keyframe = nil }
    }

    private mutating func take(_ entry: Entry, at now: Instant) {
        // Sources that set no marker end a picture with the next one's timestamp.
        if let open, !entry.isPadding, entry.timestamp != open { count(at: now) }
        if !entry.isPadding { open = entry.timestamp }
        if entry.marker, open != nil { count(at: now) }
    }

    private mutating func count(at now: Instant) {
        open = nil
        frames &+= 1
        if pace.take(now) { freezes &+= 1 }
    }

    /// Whether all packets of the keyframe behind the gap are there.
    private mutating func isKeyframeWhole() -> Bool {
        guard let first = keyframe?.first, var end = keyframe?.end else { return false }
        defer { keyframe?.end = end }
        let timestamp = entry(first)?.timestamp
        while end.distance(from: first) < Self.capacity, let entry = entry(end) {
            if entry.marker || entry.timestamp != timestamp { return true }
            end = end.advanced(by: 1)
        }
        return false
    }

    private mutating func skipToKeyframe(at now: Instant) {
        guard let first = keyframe?.first, var number = next else { return }
        while number != first {
            entries[place(number)].isThere = false
            number = number.advanced(by: 1)
        }
        (next, open, keyframe) = (first, nil, nil)
        takeWhatIsWhole(at: now)
    }
}
