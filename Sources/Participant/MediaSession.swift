import ICE
import OpenSSL
import RTP
import SDP
import Transport
import Units
import Wire

/// The media of one connection, from the server's answer to its end: transport, what is sent, what is received.
final class MediaSession {
    let transport: MediaTransport
    let slots: [ReceivingSlot]
    let streams: [SendingStream]
    private(set) var traffic: SessionStatus.Traffic
    /// Until when the first connection must stand.
    let connectLimit: Instant
    private let wall: ClockPair
    private let cname: String
    private let feedbackSSRC: SSRC
    private var nextReport: Instant
    private var resendAllowance = MediaSession.resendsPerReport
    private var isReportDue = false

    /// Ours: ICE gives up by itself after ten seconds.
    static let connectTime = Duration.seconds(15)
    static let reportInterval = Duration.seconds(1)
    /// Packets that are sent again each second at most: the server can't make us flood the line.
    static let resendsPerReport = 500
    static let compoundSize = 1_200

    /// - Parameters:
    ///   - negotiated: What offer and answer came to; it has at least one usable candidate.
    ///   - local: Our ICE credentials, as in the offer.
    ///   - cname: Ours, as in the offer.
    ///   - settings: Which layers there are, and how much is kept.
    ///   - traffic: What was counted on earlier connections.
    ///   - shared: Certificate and wall clock.
    ///   - now: Checks begin at once.
    ///   - random: Must be fit for cryptography.
    /// - Throws: ``TLSError`` when OpenSSL can't make a session.
    init(
        _ negotiated: NegotiatedSession, local: SDP.ICECredentials, cname: String, settings: SessionSettings,
        traffic: SessionStatus.Traffic, shared: SessionResources, at now: Instant,
        random: inout some RandomNumberGenerator
    ) throws(TLSError) {
        guard
            let own = ICE.ICECredentials(fragment: local.fragment, password: local.password),
            let remote = ICE.ICECredentials(
                fragment: negotiated.remoteCredentials.fragment, password: negotiated.remoteCredentials.password)
        else { preconditionFailure("both descriptions of ICE credentials have the same grammar") }
        transport = try MediaTransport(
            client: own, remote: remote,
            candidates: negotiated.remoteCandidates.sorted { $0.priority > $1.priority }.map(\.address),
            fingerprints: negotiated.remoteFingerprints.map(Transport.Fingerprint.init), dtls: shared.dtls,
            tieBreaker: random.next(), at: now)
        var streams: [SendingStream] = []
        for section in negotiated.sections {
            guard let sending = section.sending, sending.role != .screen else { continue }
            for place in sending.sources.indices {
                let name = place < sending.layers.count ? sending.layers[place] : nil
                let index = name.flatMap { settings.layers.firstIndex(of: $0) } ?? place
                streams.append(
                    SendingStream(
                        sending, mid: section.mid, place: place, layer: (index, name),
                        resendBytes: settings.resendBytes, random: &random))
            }
        }
        self.streams = streams
        slots = negotiated.sections.compactMap { section in
            section.receiving.map { ReceivingSlot($0, kind: section.kind) }
        }
        self.traffic = traffic
        self.cname = cname
        feedbackSSRC = negotiated.feedbackSSRC
        wall = shared.clock
        connectLimit = now.advanced(by: Self.connectTime)
        // Spread over the second, so that the reports of many sessions in one process don't leave in one burst.
        nextReport = now.advanced(by: .milliseconds(Int(random.next() % 1_000)))
    }

    var isConnected: Bool { transport.state == .connected }

    /// Our reports' sender: a stream of ours, or whom the negotiation chose for those who send nothing.
    private var reportSSRC: SSRC { streams.first?.ssrc ?? feedbackSSRC }

    var deadline: Instant? {
        guard isConnected else { return transport.deadline.earlier(connectLimit) }
        var deadline = transport.deadline.earlier(nextReport)
        for slot in slots { deadline = deadline.earlier(slot.deadline) }
        return deadline
    }

    // MARK: Receiving

    func receive(
        _ datagram: inout MutableRawSpan, on path: NetworkPath, at now: Instant, into outbox: inout Outbox
    ) -> SessionInput {
        traffic.packetsReceived &+= 1
        traffic.bytesReceived &+= UInt64(datagram.byteCount)
        switch transport.receive(&datagram, on: path, at: now, into: &outbox) {
        case .rtp(let length, _):
            let packet = datagram.bytes.extracting(first: length)
            guard let header = try? RTPHeader(parsing: packet), let slot = slot(of: header.ssrc),
                let received = slot.receive(header, in: packet, at: now)
            else { return .nothing }
            return .media(received)
        case .rtcp(let length):
            return receiveRTCP(datagram.bytes.extracting(first: length), at: now, into: &outbox)
        case .nothing, .changed:
            return .nothing
        }
    }

    private func slot(of ssrc: SSRC) -> ReceivingSlot? {
        for slot in slots where slot.ssrc == ssrc || slot.repairSSRC == ssrc { return slot }
        return nil
    }

    private func receiveRTCP(
        _ compound: borrowing RawSpan, at now: Instant, into outbox: inout Outbox
    ) -> SessionInput {
        var notice = ControlNotice()
        var reader = RTCPReader()
        // What is malformed ends the compound; what came before it counts.
        while let packet = try? reader.next(in: compound) {
            switch packet {
            case .senderReport(let report):
                guard let place = slots.firstIndex(where: { $0.ssrc == report.ssrc }) else { continue }
                slots[place].receive(report.info, at: now)
                if place < 64 { notice.reportedSlots |= 1 << UInt64(place) }
            case .nack(let nack):
                resend(nack, in: compound, into: &outbox)
            case .pictureLoss(let loss):
                want(loss.media, &notice)
            case .fullIntraRequest(let request):
                for index in 0..<min(request.entryCount, streams.count) {
                    if let entry = try? request.entry(index, in: compound) { want(entry.ssrc, &notice) }
                }
            case .receiverReport(let report): note(report.reports, in: compound)
            case .sourceDescription, .goodbye, .receiverEstimatedBitrate, .unknown:
                continue
            }
        }
        return notice.isEmpty ? .nothing : .control(notice)
    }

    /// What of our streams did not arrive: the worst of them, 0 … 1, by the server's last report.
    var uplinkLoss: Double? { streams.compactMap(\.lossReported).max() }

    private func note(_ reports: ReportBlocks, in compound: borrowing RawSpan) {
        for index in 0..<reports.count {
            guard let block = try? reports.block(index, in: compound) else { return }
            for stream in streams where stream.ssrc == block.ssrc {
                stream.lossReported = Double(block.fractionLost) / 256
            }
        }
    }

    private func want(_ ssrc: SSRC, _ notice: inout ControlNotice) {
        for stream in streams where stream.ssrc == ssrc && stream.track == .camera && stream.layer < 64 {
            notice.wantedLayers |= 1 << UInt64(stream.layer)
        }
    }

    private func resend(_ nack: GenericNack, in compound: borrowing RawSpan, into outbox: inout Outbox) {
        guard let path = transport.path, let stream = streams.first(where: { $0.ssrc == nack.media }) else { return }
        for index in 0..<nack.entryCount {
            guard let entry = try? nack.entry(index, in: compound) else { return }
            for lost in entry {
                guard resendAllowance > 0 else { return }
                guard let length = stream.resend(lost, over: transport, path: path, into: &outbox) else { continue }
                resendAllowance -= 1
                traffic.packetsResent &+= 1
                traffic.bytesSent &+= UInt64(length)
            }
        }
    }

    // MARK: Sending

    /// Sends a packet of ours.
    ///
    /// - Returns: Whether it went out: not before the connection stands, nor on a track that the server does not take.
    func send(
        _ packet: OutgoingPacket, payload: borrowing RawSpan, at now: Instant, into outbox: inout Outbox
    ) -> Bool {
        guard isConnected, let path = transport.path,
            let stream = stream(packet.track, layer: packet.layer)
        else { return false }
        guard
            let length = stream.send(packet, payload: payload, over: transport, path: path, at: now, into: &outbox)
        else {
            traffic.sendDrops &+= 1
            return false
        }
        traffic.packetsSent &+= 1
        traffic.bytesSent &+= UInt64(length)
        return true
    }

    func stream(_ track: SendingTrack, layer: Int) -> SendingStream? {
        for stream in streams where stream.track == track && stream.layer == layer { return stream }
        return nil
    }

    // MARK: Time

    func advance(to now: Instant, random: inout some RandomNumberGenerator, into outbox: inout Outbox) {
        _ = transport.advance(to: now, random: &random, into: &outbox)
        if !isConnected, now >= connectLimit { transport.close(at: now, into: &outbox) }
        guard isConnected, let path = transport.path else { return }
        isReportDue = nextReport <= now
        let asks = slots.contains { ($0.deadline ?? .distantFuture) <= now }
        guard isReportDue || asks else { return }
        if isReportDue {
            nextReport = now.advanced(by: Self.reportInterval)
            resendAllowance = Self.resendsPerReport
            if let roundTrip = transport.roundTrip { for slot in slots { slot.setRoundTrip(roundTrip) } }
        }
        var room = outbox.reserve(Self.compoundSize + 32)
        guard room.byteCount > 0 else { return }
        var writer = RTCPWriter()
        // What does not fit is left out; the compound so far holds good.
        try? writeCompound(at: now, with: &writer, to: &room)
        guard !writer.isEmpty, writer.end <= Self.compoundSize,
            let length = transport.protectRTCP(&room, length: writer.end)
        else { return }
        outbox.commit(length, to: path)
        traffic.bytesSent &+= UInt64(length)
    }

    /// Reports first, as a compound must begin (RFC 3550 §6.1), then what is asked for.
    private func writeCompound(
        at now: Instant, with writer: inout RTCPWriter, to room: inout MutableRawSpan
    ) throws(ParseError) {
        if isReportDue {
            let ntp = wall.ntp(at: now)
            for stream in streams {
                guard let info = stream.senderInfo(at: now, ntp: ntp) else { continue }
                try writer.senderReport(ssrc: stream.ssrc, info: info, to: &room)
                try writer.sourceDescription(ssrc: stream.ssrc, canonicalName: cname, to: &room)
            }
        }
        try writer.receiverReport(ssrc: reportSSRC, to: &room)
        if isReportDue {
            for slot in slots {
                if let block = slot.makeReport(at: now) { try writer.report(block, to: &room) }
            }
            try writer.sourceDescription(ssrc: reportSSRC, canonicalName: cname, to: &room)
        }
        for slot in slots { try slot.writeRequests(sender: reportSSRC, at: now, with: &writer, to: &room) }
    }
}

extension Transport.Fingerprint {
    fileprivate init(_ fingerprint: SDP.Fingerprint) {
        self.init(
            algorithm: fingerprint.algorithm.rawValue,
            value: fingerprint.digest.map(Self.hexadecimal).joined(separator: ":"))
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "0" + text : text
    }
}
