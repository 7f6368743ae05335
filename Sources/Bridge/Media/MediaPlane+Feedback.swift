import Forwarding
import RTP
import Transport
import Units
import Wire

/// RTCP, both ways.
extension MediaPlane {
    /// The largest compound we write.
    static let compoundSize = 1_200
    /// Eight sender reports with their names leave room for everything else in a compound.
    private static let reportsPerCompound = 8
    /// A NACK of all its entries and a PLI.
    private static let largestRequest = 12 + 4 * NackList.capacity + 12
    /// What SRTCP adds at most: 16 bytes of tag and 4 of index (RFC 7714 §9.2).
    private static let protectionOverhead = 20

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
            try receive(report.reports, in: compound, of: endpoint, at: now)
        case .receiverReport(let report):
            try receive(report.reports, in: compound, of: endpoint, at: now)
        case .nack(let nack):
            guard let slot = endpoint.slot(nack.media) else { return }
            for index in 0..<nack.entryCount {
                for lost in try nack.entry(index, in: compound) {
                    endpoint.counters.down.requested &+= 1
                    guard endpoint.resendAllowance > 0 else { return }
                    endpoint.resendAllowance -= 1
                    guard fanOut.resend(lost, on: slot, into: &outbox) else { continue }
                    counters.packetsResent &+= 1
                    slot.resent &+= 1
                }
            }
        case .pictureLoss(let loss):
            endpoint.counters.down.keyframesRequested &+= 1
            plan.hurry(at: now)
            wantKeyframe(of: endpoint.slot(loss.media), at: now)
        case .fullIntraRequest(let request):
            endpoint.counters.down.keyframesRequested &+= 1
            plan.hurry(at: now)
            for index in 0..<min(request.entryCount, endpoint.pictureSlots.count) {
                wantKeyframe(of: endpoint.slot(try request.entry(index, in: compound).ssrc), at: now)
            }
        case .goodbye, .sourceDescription, .receiverEstimatedBitrate, .unknown:
            break
        }
    }

    private func receive(_ report: SenderReport, of endpoint: Endpoint, at now: Instant) {
        guard let stream = endpoint.stream(report.ssrc), stream.mayReport(at: now) else { return }
        stream.statistics.receiveSenderReport(ntp: report.info.ntp, at: now)
        let isShown = endpoint.tracks.contains { track in
            track.streams.contains { !($0?.active.isEmpty ?? true) || $0?.wantedByLoops ?? 0 != 0 }
        }
        endpoint.publisher.senderReport(ntp: report.info.ntp, arrival: clock.ntp(at: now), isShown: isShown)
        guard let time = endpoint.publisher.bridgeTime(of: report.info.ntp) else { return }
        stream.takeReport(timestamp: report.info.rtpTimestamp, time: time, arrival: clock.ntp(at: now))
        for slot in stream.active where slot.current === stream { slot.endpoint.needsImmediateReport = true }
        // Sound and picture report one after the other: one report to each receiver follows both.
        plan.expect(now.advanced(by: LookPlan.tick))
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
    ///
    /// Reports wait for no deadline of their own: they go with the first look whose `horizon` they lie within.
    func sendFeedback(to endpoint: Endpoint, at now: Instant, horizon: Instant, into outbox: inout Outbox) {
        let isReportDue = endpoint.nextReport <= horizon
        // Most endpoints only receive, and are due once a second.
        guard !endpoint.tracks.isEmpty || endpoint.needsImmediateReport || isReportDue else { return }
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
        if asks {
            send(to: endpoint, on: path, into: &outbox) { writer, room throws(ParseError) in
                try writeRequests(to: endpoint, at: now, with: &writer, to: &room)
            }
        }
        expectRequests(of: endpoint)
        guard isReportDue || endpoint.needsImmediateReport else { return }
        endpoint.needsImmediateReport = false
        if isReportDue {
            endpoint.nextReport = max(endpoint.nextReport, now).advanced(by: .seconds(1))
            endpoint.resendAllowance = Endpoint.resendsPerReport
        }
        sendReports(of: endpoint, full: isReportDue, at: now, on: path, into: &outbox)
    }

    /// Notes when the endpoint is next to be asked for packets or a keyframe.
    private func expectRequests(of endpoint: Endpoint) {
        for track in endpoint.tracks {
            for case let stream? in track.streams {
                if track.description.sendsNACK { plan.expect(stream.nacks.deadline) }
                plan.expect(stream.keyframes.deadline)
            }
        }
    }

    /// Sends one compound of what `body` writes; what does not fit is left out.
    private func send(
        to endpoint: Endpoint, on path: NetworkPath, into outbox: inout Outbox,
        _ body: (inout RTCPWriter, inout MutableRawSpan) throws(ParseError) -> Void
    ) {
        var room = outbox.reserve(Self.compoundSize + Self.protectionOverhead)
        guard room.byteCount > 0 else { return }
        var writer = RTCPWriter()
        try? body(&writer, &room)
        guard !writer.isEmpty, let length = endpoint.transport.protectRTCP(&room, length: writer.end) else { return }
        outbox.commit(length, to: path)
    }

    /// Sender reports of all slots on which something flows, and once a second what the endpoint's own streams get.
    private func sendReports(
        of endpoint: Endpoint, full: Bool, at now: Instant, on path: NetworkPath, into outbox: inout Outbox
    ) {
        let slots = endpoint.audioSlots + endpoint.pictureSlots
        var rest = slots[...]
        repeat {
            let group = rest.prefix(Self.reportsPerCompound)
            rest = rest.dropFirst(Self.reportsPerCompound)
            let isLast = rest.isEmpty
            send(to: endpoint, on: path, into: &outbox) { writer, room throws(ParseError) in
                for slot in group { try writeSenderReport(of: slot, at: now, with: &writer, to: &room) }
                if full, isLast { try writeReception(of: endpoint, at: now, with: &writer, to: &room) }
            }
        } while !rest.isEmpty
    }

    private func writeSenderReport(
        of slot: Slot, at now: Instant, with writer: inout RTCPWriter, to room: inout MutableRawSpan
    ) throws(ParseError) {
        let ntp = clock.ntp(at: now)
        guard let stream = slot.current, let streamClock = stream.clock,
            let timestamp = slot.mapping.outgoingTimestamp(of: streamClock.timestamp(at: ntp))
        else { return }
        let info = slot.statistics.info(ntp: ntp, rtpTimestamp: timestamp)
        try writer.senderReport(ssrc: slot.description.ssrc, info: info, to: &room)
        try writer.sourceDescription(ssrc: slot.description.ssrc, canonicalName: slot.description.cname, to: &room)
    }

    /// How the endpoint's own streams arrive here, and what its room lets it send.
    private func writeReception(
        of endpoint: Endpoint, at now: Instant, with writer: inout RTCPWriter, to room: inout MutableRawSpan
    ) throws(ParseError) {
        try writer.receiverReport(ssrc: endpoint.reportSSRC, to: &room)
        var sources: [SSRC] = []
        for track in endpoint.tracks {
            for case let stream? in track.streams {
                sources.append(stream.ssrc)
                guard let block = stream.statistics.makeReport(ssrc: stream.ssrc, at: now) else { continue }
                _ = try writer.report(block, to: &room)
            }
        }
        try writer.sourceDescription(ssrc: endpoint.reportSSRC, canonicalName: endpoint.reportName, to: &room)
        guard !sources.isEmpty else { return }
        try writer.receiverEstimatedBitrate(
            sender: endpoint.reportSSRC, bitrate: endpoint.description.uplinkLimit, to: &room)
        for source in sources { try writer.estimateSource(source, to: &room) }
    }

    private func writeRequests(
        to endpoint: Endpoint, at now: Instant, with writer: inout RTCPWriter, to room: inout MutableRawSpan
    ) throws(ParseError) {
        try writer.receiverReport(ssrc: endpoint.reportSSRC, to: &room)
        for track in endpoint.tracks {
            for case let stream? in track.streams where writer.end <= Self.compoundSize - Self.largestRequest {
                if track.description.sendsNACK, (stream.nacks.deadline ?? .distantFuture) <= now {
                    var list = NackList()
                    stream.nacks.poll(at: now, into: &list)
                    try writer.nack(list, sender: endpoint.reportSSRC, media: stream.ssrc, to: &room)
                }
                if stream.keyframes.isDue(at: now) {
                    endpoint.counters.up.keyframesRequested &+= 1
                    try writer.pictureLoss(sender: endpoint.reportSSRC, media: stream.ssrc, to: &room)
                }
            }
        }
    }
}
