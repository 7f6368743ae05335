import Forwarding
import RTP
import Transport
import Units
import Wire

/// The loop that everything else is for: one packet of one source to all slots that show it.
///
/// Nothing here allocates, locks, logs or looks anything up. The payload is shared; each receiver's header and VP8
/// descriptor are written into the outbox and the rest is encrypted there straight out of the shared buffer.
struct FanOut {
    /// Room for header, extensions, resend's sequence number, descriptor, tag: what a packet grows by at most.
    static let overhead =
        RTPHeader.fixedLength + ExtensionBlock.maximumLength + RTXPayload.overhead
        + PictureNumbers.length + 16

    /// Bytes in the outbox after which it is sent before more is written: both stay in the cache.
    static let outboxShare = 512 << 10

    /// How long the packets of a picture wait for its last one: publishers send a picture in bursts, and what leaves
    /// together costs half; our choice.
    private static let patience = Duration.milliseconds(1)

    /// Packets that went out to receivers, and their bytes.
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
    /// Packets that found no room in the outbox or could not be protected.
    var dropped: UInt64 = 0

    /// What waits for the end of the turn.
    private let turn = TurnPackets()
    /// Where ``sendTurn(into:)`` goes on: in which of the turn's sources, and at which of its slots.
    private var position = (stream: 0, slot: 0)
    private var hasBeginnings = false
    /// When what waits is to be sent; `nil` while nothing does.
    private(set) var deadline: Instant?

    /// Whether sources came onto slots since the last call: their receivers are due a sender report.
    mutating func takeBeginnings() -> Bool {
        defer { hasBeginnings = false }
        return hasBeginnings
    }

    /// Takes `packet` for everybody who is shown `stream`; it leaves with the next ``sendTurn(into:)``.
    ///
    /// The payload is what was decrypted; the source's own VP8 descriptor stands at its start.
    mutating func forward(
        _ packet: SourcePacket, payload: borrowing RawSpan, from stream: SourceStream, arrival: NTPTime,
        placing: Placing?, at now: Instant, into outbox: inout Outbox
    ) {
        if packet.startsKeyframe, !stream.waiting.isEmpty { beginWaiting(stream, with: packet, arrival: arrival) }
        guard !stream.active.isEmpty, packet.descriptorLength <= payload.byteCount else { return }
        let rest = payload.extracting(droppingFirst: packet.descriptorLength)
        if !turn.append(packet, payload: rest, of: stream, placing: placing) {
            sendTurn(into: &outbox)
            // Now there is room for anything that fits into a datagram.
            if !turn.append(packet, payload: rest, of: stream, placing: placing) { dropped &+= 1 }
        }
        let isPartOfMore = stream.id.kind.isPicture && !packet.marker
        deadline = deadline.earlier(isPartOfMore ? now.advanced(by: Self.patience) : now)
    }

    /// Sends what waits, receiver by receiver: what goes to one path lies in one run in the outbox, which the kernel
    /// takes in one piece.
    ///
    /// - Parameters:
    ///   - outbox: Where to.
    ///   - limit: How full it may become, in bytes: beyond that the rest waits for the next call.
    /// - Returns: Whether everything was sent.
    @discardableResult
    mutating func sendTurn(into outbox: inout Outbox, limit: Int = .max) -> Bool {
        while position.stream < turn.streams.count {
            let stream = turn.streams[position.stream]
            while position.slot < stream.active.count {
                if outbox.used > limit { return false }
                let slot = stream.active[position.slot]
                position.slot += 1
                if slot.current === stream { send(stream.turnPackets, of: stream, on: slot, into: &outbox) }
            }
            position = (position.stream + 1, 0)
        }
        turn.removeAll()
        position = (0, 0)
        deadline = nil
        return true
    }

    /// Sends the rest of a turn that has been sent in part, before anything changes who gets it.
    mutating func finishTurn(into outbox: inout Outbox) {
        guard position != (0, 0) else { return }
        sendTurn(into: &outbox)
    }

    private mutating func send(
        _ packets: [TurnPacket], of stream: SourceStream, on slot: Slot, into outbox: inout Outbox
    ) {
        // Looked up once for the whole run.
        let endpoint = slot.endpoint
        let transport = endpoint.transport
        guard let path = transport.path else { return }
        let before = (packets: self.packets, bytes: self.bytes)
        for packet in packets {
            if let placing = packet.placing { place(packet.packet, placing, on: slot) }
            guard let outgoing = slot.mapping.map(packet.packet) else {
                if slot.mapping.isExhausted { transport.exhaust() }
                continue
            }
            turn.withPayload(of: packet) { rest in
                send(
                    packet.packet, as: outgoing, rest: rest, on: slot, codec: stream.codec, by: transport, to: path,
                    into: &outbox)
            }
        }
        endpoint.counters.packetsSent &+= self.packets &- before.packets
        endpoint.counters.bytesSent &+= self.bytes &- before.bytes
    }

    private mutating func place(_ packet: SourcePacket, _ placing: Placing, on slot: Slot) {
        guard slot.mapping.place(packet, captured: placing.captured, marks: placing.marks) else { return }
        slot.endpoint.needsImmediateReport = true
        hasBeginnings = true
    }

    /// Puts `stream` on the slots that have waited for this keyframe.
    private mutating func beginWaiting(_ stream: SourceStream, with packet: SourcePacket, arrival: NTPTime) {
        for slot in stream.waiting where slot.next === stream {
            slot.begin(stream, with: packet, arrival: arrival)
            slot.endpoint.needsImmediateReport = true
            slot.endpoint.room.slotsChanged = true
            stream.active.append(slot)
        }
        stream.waiting.removeAll(keepingCapacity: true)
        hasBeginnings = true
    }

    private mutating func send(
        _ packet: SourcePacket, as outgoing: StreamMapping.Outgoing, rest: borrowing RawSpan, on slot: Slot,
        codec: MediaCodec, by transport: MediaTransport, to path: NetworkPath, into outbox: inout Outbox
    ) {
        var room = outbox.reserve(rest.byteCount + Self.overhead)
        guard let head = try? slot.writeHead(of: packet, as: outgoing, codec: codec, repair: nil, to: &room),
            let length = transport.protectRTP(
                into: &room, headerLength: head.headerLength, prefixLength: head.prefixLength, rest: rest,
                ssrc: slot.description.ssrc, index: outgoing.index)
        else {
            dropped &+= 1
            return
        }
        outbox.commit(length, to: path)
        slot.statistics.send(payloadSize: head.prefixLength + rest.byteCount)
        packets &+= 1
        bytes &+= UInt64(length)
    }

    /// Sends one packet again that a receiver says it lost (RFC 4588; without RTX the very same SRTP packet).
    ///
    /// - Returns: Whether the packet was still there.
    mutating func resend(_ lost: SequenceNumber, on slot: Slot, into outbox: inout Outbox) -> Bool {
        let endpoint = slot.endpoint
        guard let origin = slot.mapping.origin(of: lost), let stream = endpoint.room.streams[origin.source],
            let store = stream.store, let packet = store.packet(origin.index), let place = store.payload(origin.index),
            let outgoing = slot.mapping.again(packet, from: origin), packet.descriptorLength <= place.count,
            let path = endpoint.transport.path, slot.payload(for: stream.codec) != nil
        else { return false }
        let repairs = slot.payload(for: stream.codec)?.repairPayloadType != nil
        let repairIndex = repairs ? slot.takeRepairIndex() : nil
        let payload = place.lowerBound + packet.descriptorLength..<place.upperBound
        var room = outbox.reserve(payload.count + Self.overhead)
        let length = store.withBytes(payload) { rest -> Int? in
            guard
                let head = try? slot.writeHead(
                    of: packet, as: outgoing, codec: stream.codec, repair: repairIndex, to: &room)
            else { return nil }
            let ssrc = repairIndex == nil ? slot.description.ssrc : slot.description.repairSSRC
            return endpoint.transport.protectRTP(
                into: &room, headerLength: head.headerLength, prefixLength: head.prefixLength, rest: rest,
                ssrc: ssrc ?? slot.description.ssrc, index: repairIndex ?? outgoing.index)
        }
        guard let length else { return false }
        outbox.commit(length, to: path)
        endpoint.counters.packetsResent &+= 1
        return true
    }
}
