import RTP
import SDP
import Transport
import Units
import Wire

/// One stream that we send: the microphone, or one layer of the camera.
final class SendingStream {
    let track: SendingTrack
    /// As the settings count layers.
    let layer: Int
    let ssrc: SSRC
    private let repairSSRC: SSRC?
    private let payloadType: UInt8
    private let repairPayloadType: UInt8?
    private let rate: UInt32
    private var extensions: SendingExtensions
    private let repairExtensions: SendingExtensions
    /// The next SRTP index, used once; it starts below 2¹⁵ (RFC 3711 §3.3.1: the first wrap must not be lost).
    private var nextIndex: UInt64
    private var nextRepairIndex: UInt64
    /// Added to the caller's timestamps (RFC 3550 §5.1: random).
    private let timestampOffset: UInt32
    /// A timestamp of the caller's and the moment at which it was captured.
    private var clock: (timestamp: UInt32, instant: Instant)?
    private var isClockSet = false
    private(set) var statistics = SenderStatistics()
    private var sent: SentPackets?
    /// The part of our packets that did not arrive, 0 … 1, by the receiver's last report.
    var lossReported: Double?

    /// What a packet grows by at most: header, extension, OSN, tag.
    static let overhead = RTPHeader.fixedLength + SendingExtensions.maximumLength + RTXPayload.overhead + 16

    /// - Parameters:
    ///   - section: What was agreed.
    ///   - mid: The section's.
    ///   - place: Which of the section's sources this is.
    ///   - layer: As the settings count it, and its name where there are several.
    ///   - resendBytes: How much to keep.
    ///   - random: Where the first numbers come from.
    init(
        _ section: SendingSection, mid: String, place: Int, layer: (index: Int, name: String?), resendBytes: Int,
        random: inout some RandomNumberGenerator
    ) {
        track = section.role == .microphone ? .microphone : .camera
        self.layer = layer.index
        ssrc = section.sources[place].ssrc
        payloadType = section.codec.payloadType
        let repairType = section.codec.resendingPayloadType
        repairSSRC = repairType == nil ? nil : section.sources[place].resending
        repairPayloadType = repairType
        rate = section.codec.codec.clockRate
        let ids = section.extensions
        extensions = SendingExtensions(
            texts: [(ids.mid, mid), (ids.streamID, layer.name ?? "")], levelID: ids.audioLevel)
        repairExtensions = SendingExtensions(
            texts: [(ids.mid, mid), (ids.repairedStreamID, layer.name ?? "")], levelID: nil)
        nextIndex = random.next() & 0x7FFF
        nextRepairIndex = random.next() & 0x7FFF
        timestampOffset = UInt32(truncatingIfNeeded: random.next())
        if section.feedback.contains(.nack) { sent = SentPackets(capacity: resendBytes) }
    }

    /// Says at which moment `timestamp` was captured: sender reports are made from it.
    func setClock(timestamp: UInt32, at instant: Instant) {
        clock = (timestamp, instant)
        isClockSet = true
    }

    /// Sends a packet and keeps it.
    ///
    /// - Returns: The bytes that went out; `nil` when there was no room, and then it has not been sent.
    func send(
        _ packet: OutgoingPacket, payload: borrowing RawSpan, over transport: MediaTransport, path: NetworkPath,
        at now: Instant, into outbox: inout Outbox
    ) -> Int? {
        followClock(of: packet, at: now)
        if let level = packet.level {
            extensions.set(AudioLevel(isVoice: packet.isVoice, decibelsBelowOverload: level))
        }
        let header = RTPHeader(
            marker: packet.marker, payloadType: payloadType,
            sequenceNumber: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: nextIndex)),
            timestamp: packet.timestamp &+ timestampOffset, ssrc: ssrc)
        var room = outbox.reserve(payload.byteCount + Self.overhead)
        guard (try? header.write(to: &room, hasExtension: extensions.byteCount > 0)) != nil,
            let headerLength = try? extensions.write(to: &room),
            let length = transport.protectRTP(
                into: &room, headerLength: headerLength, prefixLength: 0, rest: payload, ssrc: ssrc, index: nextIndex)
        else { return nil }
        outbox.commit(length, to: path)
        sent?.insert(index: nextIndex, timestamp: header.timestamp, marker: packet.marker, payload: payload)
        nextIndex += 1
        statistics.send(payloadSize: payload.byteCount)
        return length
    }

    /// Takes the packet that is the least late as the one that tells how the source's clock lies to ours; a jump of
    /// more than a second begins anew.
    private func followClock(of packet: OutgoingPacket, at now: Instant) {
        guard !isClockSet else { return }
        let lead = Int32(bitPattern: packet.timestamp &- timestamp(at: now))
        if clock == nil || lead > 0 || lead < -Int32(rate) { clock = (packet.timestamp, now) }
    }

    /// Sends a packet again that the server misses (RFC 4588 §4; without RTX the very same packet).
    ///
    /// - Returns: The bytes that went out; `nil` when the packet is not kept any more.
    func resend(
        _ lost: SequenceNumber, over transport: MediaTransport, path: NetworkPath, into outbox: inout Outbox
    ) -> Int? {
        guard nextIndex > 0 else { return nil }
        let index = (nextIndex - 1).nearestIndex(of: lost)
        guard index < nextIndex, let entry = sent?.entry(index) else { return nil }
        var header = RTPHeader(
            marker: entry.marker, payloadType: payloadType, sequenceNumber: lost, timestamp: entry.timestamp, ssrc: ssrc
        )
        var own = index
        if let repairPayloadType, let repairSSRC {
            own = nextRepairIndex
            nextRepairIndex += 1
            header.payloadType = repairPayloadType
            header.ssrc = repairSSRC
            header.sequenceNumber = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: own))
        }
        let isRepair = header.ssrc != ssrc
        let block = isRepair ? repairExtensions : extensions
        var room = outbox.reserve(entry.length + Self.overhead)
        guard (try? header.write(to: &room, hasExtension: block.byteCount > 0)) != nil,
            let headerLength = try? block.write(to: &room)
        else { return nil }
        var prefixLength = 0
        if isRepair {
            guard (try? RTXPayload.write(originalSequenceNumber: lost, to: &room, at: headerLength)) != nil else {
                return nil
            }
            prefixLength = RTXPayload.overhead
        }
        let length = sent?.withPayload(entry) { payload in
            transport.protectRTP(
                into: &room, headerLength: headerLength, prefixLength: prefixLength, rest: payload, ssrc: header.ssrc,
                index: own)
        }
        guard let length = length ?? nil else { return nil }
        outbox.commit(length, to: path)
        return length
    }

    /// What the next sender report says; `nil` before the first packet.
    func senderInfo(at now: Instant, ntp: NTPTime) -> SenderInfo? {
        guard statistics.packets > 0, clock != nil else { return nil }
        return statistics.info(ntp: ntp, rtpTimestamp: timestamp(at: now) &+ timestampOffset)
    }

    /// The caller's timestamp of what is captured at `now`.
    private func timestamp(at now: Instant) -> UInt32 {
        guard let clock else { return 0 }
        let elapsed = now.since(clock.instant).nanoseconds
        let (seconds, rest) = elapsed.quotientAndRemainder(dividingBy: 1_000_000_000)
        let ticks = seconds &* Int64(rate) &+ rest * Int64(rate) / 1_000_000_000
        return clock.timestamp &+ UInt32(truncatingIfNeeded: ticks)
    }
}
