import Forwarding
import RTP
import Transport
import Units
import Wire

/// RTCP, both ways.
extension MediaPlane {
    /// The largest compound we write; more reports than fit are left to the next second.
    static let compoundSize = 1_200

    // MARK: In

    func receiveRTCP(
        _ compound: borrowing RawSpan, of endpoint: Endpoint, at now: Instant, into outbox: inout Outbox
    ) {
        var reader = RTCPReader()
        do throws(ParseError) {
            while let packet = try reader.next(in: compound) {
                try receive(packet, in: compound, of: endpoint, at: now, into: &outbox)
            }
        } catch {
            counters.unreadable &+= 1
        }
    }

    private func receive(
        _ packet: RTCPPacket, in compound: borrowing RawSpan, of endpoint: Endpoint, at now: Instant,
        into outbox: inout Outbox
    ) throws(ParseError) {
        switch packet {
        case .senderReport(let report):
            receive(report, of: endpoint, at: now)
        case .nack(let nack):
            guard let slot = endpoint.slot(nack.media) else { return }
            for index in 0..<nack.entryCount {
                for lost in try nack.entry(index, in: compound) {
                    guard endpoint.resendAllowance > 0 else { return }
                    endpoint.resendAllowance -= 1
                    if fanOut.resend(lost, on: slot, into: &outbox) { counters.packetsResent &+= 1 }
                }
            }
        case .pictureLoss(let loss):
            wantKeyframe(of: endpoint.slot(loss.media), at: now)
        case .fullIntraRequest(let request):
            for index in 0..<min(request.entryCount, endpoint.pictureSlots.count) {
                wantKeyframe(of: endpoint.slot(try request.entry(index, in: compound).ssrc), at: now)
            }
        case .goodbye, .receiverReport, .sourceDescription, .receiverEstimatedBitrate, .unknown:
            break
        }
    }

    private func receive(_ report: SenderReport, of endpoint: Endpoint, at now: Instant) {
        guard let stream = endpoint.stream(report.ssrc) else { return }
        stream.statistics.receiveSenderReport(ntp: report.info.ntp, at: now)
        let isShown = endpoint.tracks.contains { track in
            track.streams.contains { !($0?.active.isEmpty ?? true) || $0?.wantedByLoops ?? 0 != 0 }
        }
        endpoint.publisher.senderReport(ntp: report.info.ntp, arrival: clock.ntp(at: now), isShown: isShown)
        guard let time = endpoint.publisher.bridgeTime(of: report.info.ntp) else { return }
        if stream.clock == nil {
            stream.clock = StreamClock(rate: stream.codec.clockRate, timestamp: report.info.rtpTimestamp, arrival: time)
        }
        stream.clock?.senderReport(timestamp: report.info.rtpTimestamp, time: time)
        for slot in stream.active where slot.current === stream { slot.endpoint.needsImmediateReport = true }
        for loop in 0..<loopCount where stream.wantedByLoops & Self.bit(of: loop) != 0 {
            messages.append((loop, .clock(stream.id, timestamp: report.info.rtpTimestamp, time: time)))
        }
    }

    func wantKeyframe(of slot: Slot?, at now: Instant) {
        guard let stream = slot?.current, stream.id.kind.isPicture else { return }
        stream.keyframes.want(at: now)
    }

    // MARK: Out

    /// What an endpoint is due: NACKs and keyframe requests for what it sends, reports each second.
    func sendFeedback(to endpoint: Endpoint, at now: Instant, into outbox: inout Outbox) {
        guard endpoint.transport.state == .connected, let path = endpoint.transport.path else { return }
        var asks = false
        for track in endpoint.tracks {
            for case let stream? in track.streams {
                if stream.nacks.takeKeyframeRequest(), stream.id.kind.isPicture,
                    stream.hasSlots || stream.wantedByLoops != 0
                {
                    stream.keyframes.want(at: now)
                }
                asks = asks || track.description.sendsNACK && (stream.nacks.deadline ?? .distantFuture) <= now
                asks = asks || (stream.keyframes.deadline ?? .distantFuture) <= now
            }
        }
        let isReportDue = endpoint.nextReport <= now
        guard asks || isReportDue || endpoint.needsImmediateReport else { return }
        if isReportDue {
            endpoint.nextReport = now.advanced(by: .seconds(1))
            endpoint.resendAllowance = Endpoint.resendsPerReport
        }
        var room = outbox.reserve(Self.compoundSize + 32)
        guard room.byteCount > 0 else { return }
        var writer = RTCPWriter()
        // What does not fit is left out; the compound so far holds good.
        try? writeReports(of: endpoint, full: isReportDue, at: now, with: &writer, to: &room)
        try? writeRequests(to: endpoint, at: now, with: &writer, to: &room)
        endpoint.needsImmediateReport = false
        guard !writer.isEmpty, writer.end <= Self.compoundSize,
            let length = endpoint.transport.protectRTCP(&room, length: writer.end)
        else { return }
        outbox.commit(length, to: path)
    }

    private func writeReports(
        of endpoint: Endpoint, full: Bool, at now: Instant, with writer: inout RTCPWriter,
        to room: inout MutableRawSpan
    ) throws(ParseError) {
        let ntp = clock.ntp(at: now)
        var isFirst = true
        for slots in [endpoint.audioSlots, endpoint.pictureSlots] where full || endpoint.needsImmediateReport {
            for slot in slots {
                guard let stream = slot.current, let streamClock = stream.clock,
                    let timestamp = slot.mapping.outgoingTimestamp(of: streamClock.timestamp(at: ntp))
                else { continue }
                let info = slot.statistics.info(ntp: ntp, rtpTimestamp: timestamp)
                try writer.senderReport(ssrc: slot.description.ssrc, info: info, to: &room)
                try writer.sourceDescription(
                    ssrc: slot.description.ssrc, canonicalName: slot.description.cname, to: &room)
                isFirst = false
            }
        }
        guard isFirst || full else { return }
        try writer.receiverReport(ssrc: endpoint.reportSSRC, to: &room)
        guard full else { return }
        var sources: [SSRC] = []
        for track in endpoint.tracks {
            for case let stream? in track.streams {
                sources.append(stream.ssrc)
                guard let block = stream.statistics.makeReport(ssrc: stream.ssrc, at: now) else { continue }
                _ = try writer.report(block, to: &room)
            }
        }
        try writer.sourceDescription(ssrc: endpoint.reportSSRC, canonicalName: "diemcau", to: &room)
        guard !sources.isEmpty else { return }
        try writer.receiverEstimatedBitrate(
            sender: endpoint.reportSSRC, bitrate: endpoint.description.uplinkLimit, to: &room)
        for source in sources { try writer.estimateSource(source, to: &room) }
    }

    private func writeRequests(
        to endpoint: Endpoint, at now: Instant, with writer: inout RTCPWriter, to room: inout MutableRawSpan
    ) throws(ParseError) {
        if writer.isEmpty { try writer.receiverReport(ssrc: endpoint.reportSSRC, to: &room) }
        for track in endpoint.tracks {
            for case let stream? in track.streams {
                if track.description.sendsNACK, (stream.nacks.deadline ?? .distantFuture) <= now {
                    var list = NackList()
                    stream.nacks.poll(at: now, into: &list)
                    try writer.nack(list, sender: endpoint.reportSSRC, media: stream.ssrc, to: &room)
                }
                if stream.keyframes.isDue(at: now) {
                    try writer.pictureLoss(sender: endpoint.reportSSRC, media: stream.ssrc, to: &room)
                }
            }
        }
    }
}
