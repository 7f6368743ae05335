import Telemetry
import Units

/// What one point's resources did in one second, added up.
struct LineTally {
    var up = DirectionFigures()
    var down = DirectionFigures()
    /// Whether anything at all is known of each direction.
    var hasUp = false
    var hasDown = false
    /// Milliseconds that round trips have grown by of resources that send nothing: of both directions together.
    private var sharedDelay: Double?

    /// Adds what a resource did between two reports on it.
    ///
    /// - Parameters:
    ///   - after: The newer report.
    ///   - before: The older one.
    ///   - seconds: The time between them.
    mutating func add(_ after: ResourceCounters, since before: ResourceCounters, seconds: Double) {
        let roundTrip = Self.milliseconds(after.gaugeRoundTrip)
        let hasPacketsUp = after.packetsReceived > 0
        let hasPacketsDown = after.packetsSent > 0
        let delayDown = Self.milliseconds(after.down.gaugeDelay)
        let delayUp = Self.milliseconds(after.gaugeRoundTripUp)
        if hasPacketsUp {
            addUp(after, since: before, seconds: seconds)
            up.add(roundTrip, withDelayElsewhere: delayUp == nil ? nil : delayDown)
        }
        if hasPacketsDown {
            addDown(after, since: before, seconds: seconds)
            down.add(roundTrip, withDelayElsewhere: delayUp)
            if delayUp != nil {
                down.delay = Self.larger(down.delay, delayDown)
            } else if !hasPacketsUp {
                sharedDelay = Self.larger(sharedDelay, delayDown)
            }
        }
        hasUp = hasUp || hasPacketsUp
        hasDown = hasDown || hasPacketsDown
    }

    /// The same, when all resources have been added: what their round trips have in common with others' way up.
    var complete: LineTally {
        var whole = self
        guard down.delay == nil, let sharedDelay else { return whole }
        // Nothing goes up but reports: they wait for nothing, unless another resource of the point tells. What that one
        // tells is not of the same moment: whoever has the larger half has it all.
        guard let waited = hasUp ? up.delay : 0 else { return whole }
        let isUp = waited * 2 >= sharedDelay
        whole.down.delay = isUp ? 0 : sharedDelay
        whole.down.delayElsewhere = isUp ? sharedDelay : 0
        return whole
    }

    private mutating func addUp(_ after: ResourceCounters, since before: ResourceCounters, seconds: Double) {
        let (new, old) = (after.up, before.up)
        let lost = new.lost.past(old.lost)
        up.kilobitsPerSecond += Self.kilobits(after.bytesReceived.past(before.bytesReceived), seconds)
        up.packets &+= after.packetsReceived.past(before.packetsReceived)
        up.lost &+= lost
        up.expected &+= new.packets.past(old.packets) &+ lost
        up.unrepaired &+= new.unrepaired.past(old.unrepaired)
        up.packetsRequested &+= new.requested.past(old.requested)
        up.keyframesRequested &+= new.keyframesRequested.past(old.keyframesRequested)
        up.delay = Self.larger(up.delay, Self.milliseconds(new.gaugeDelay))
        up.jitter = Self.larger(up.jitter, Self.milliseconds(new.gaugeAudioJitter ?? new.gaugePictureJitter))
        guard new.gaugeHasPicture else { return }
        up.addPicture(new.frames.past(old.frames), age: new.gaugeKeyframeAge, seconds: seconds)
    }

    private mutating func addDown(_ after: ResourceCounters, since before: ResourceCounters, seconds: Double) {
        let (new, old) = (after.down, before.down)
        down.kilobitsPerSecond += Self.kilobits(after.bytesSent.past(before.bytesSent), seconds)
        down.packets &+= after.packetsSent.past(before.packetsSent) &+ after.packetsResent.past(before.packetsResent)
        down.expected &+= new.reported.past(old.reported)
        down.lost &+= new.lost.past(old.lost)
        down.unrepaired &+= new.unrepaired.past(old.unrepaired)
        down.packetsRequested &+= new.requested.past(old.requested)
        down.keyframesRequested &+= new.keyframesRequested.past(old.keyframesRequested)
        down.jitter = Self.larger(down.jitter, Self.milliseconds(new.gaugeAudioJitter ?? new.gaugePictureJitter))
        guard new.gaugeHasPicture else { return }
        down.addPicture(new.frames.past(old.frames), age: new.gaugeKeyframeAge, seconds: seconds)
    }

    private static func kilobits(_ bytes: UInt64, _ seconds: Double) -> Double { Double(bytes) * 8 / 1_000 / seconds }

    private static func milliseconds(_ microseconds: UInt32?) -> Double? { microseconds.map { Double($0) / 1_000 } }

    private static func larger(_ first: Double?, _ second: Double?) -> Double? {
        guard let first, let second else { return first ?? second }
        return max(first, second)
    }
}

extension DirectionFigures {
    /// Adds a resource's round trip, of which the other direction's queues made `delay`; the largest one counts.
    fileprivate mutating func add(_ trip: Double?, withDelayElsewhere delay: Double?) {
        guard let trip, trip >= roundTrip ?? 0 else { return }
        roundTrip = trip
        delayElsewhere = delay
    }

    /// Adds the main picture of one of the point's resources.
    fileprivate mutating func addPicture(_ count: UInt64, age: UInt32?, seconds: Double) {
        frames = (frames ?? 0) &+ count
        framesPerSecond = (framesPerSecond ?? 0) + Double(count) / seconds
        guard let age = age.map({ Double($0) / 1_000 }) else { return }
        keyframeAge = min(keyframeAge ?? age, age)
    }
}

extension UInt64 {
    /// By how much a counter has grown; one that began anew has grown by nothing.
    fileprivate func past(_ earlier: UInt64) -> UInt64 { self > earlier ? self - earlier : 0 }
}
