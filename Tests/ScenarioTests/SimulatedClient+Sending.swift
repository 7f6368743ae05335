import RTP
import SDP
import Transport
import Units
import Wire

/// What the client sends.
extension SimulatedClient {
    private static let roundTripStore = 600

    func sendFrame(_ index: Int, at now: Instant, into outbox: inout Outbox) {
        streams[index].nextFrame = streams[index].nextFrame.advanced(by: streams[index].interval)
        guard !streams[index].isPaused else { return }
        let isKeyframe = streams[index].codec != .opus && streams[index].wantsKeyframe
        streams[index].wantsKeyframe = false
        if isKeyframe { streams[index].keyframes += 1 }
        let count = streams[index].codec == .opus ? 1 : streams[index].packetsPerFrame
        for part in 0..<count {
            let stream = streams[index]
            let mark = Mark(
                publisher: number, layer: stream.layer, captured: now, count: stream.count,
                isKeyframeStart: isKeyframe && part == 0, isFrameStart: part == 0)
            let sent = TestStream.Sent(
                payload: stream.payload(mark, isKeyframe: isKeyframe),
                timestamp: stream.timestamp(at: now, drift: drift),
                marker: stream.codec != .opus && part == count - 1)
            streams[index].sent[stream.nextIndex] = sent
            streams[index].sent[stream.nextIndex &- UInt64(Self.roundTripStore)] = nil
            streams[index].nextIndex += 1
            streams[index].count += 1
            streams[index].packets &+= 1
            streams[index].octets &+= UInt32(sent.payload.count)
            send(sent, of: stream, index: stream.nextIndex, into: &outbox)
        }
        streams[index].pictures &+= 1
    }

    private func send(_ sent: TestStream.Sent, of stream: TestStream, index: UInt64, into outbox: inout Outbox) {
        var elements = stream.elements
        if let id = stream.levelID, let level = stream.level { elements.append((id, [level])) }
        send(
            sent.payload, elements: elements, marker: sent.marker, payloadType: stream.payloadType,
            timestamp: sent.timestamp, ssrc: stream.ssrc, index: index, into: &outbox)
    }

    /// Sends packet `number` of stream `index` again, by RTX where it was agreed.
    func resend(_ number: SequenceNumber, of index: Int, into outbox: inout Outbox) {
        let stream = streams[index]
        let original = (stream.nextIndex &- 1).nearestIndex(of: number)
        guard let sent = stream.sent[original] else { return }
        resendsAnswered += 1
        guard let type = stream.repairPayloadType, let ssrc = stream.repairSSRC else {
            return send(sent, of: stream, index: original, into: &outbox)
        }
        let payload = [UInt8(number.rawValue >> 8), UInt8(number.rawValue & 0xFF)] + sent.payload
        streams[index].nextRepairIndex += 1
        send(
            payload, elements: stream.repairElements, marker: sent.marker, payloadType: type,
            timestamp: sent.timestamp, ssrc: ssrc, index: stream.nextRepairIndex, into: &outbox)
    }

    func send(
        _ payload: [UInt8], elements: [(id: UInt8, bytes: [UInt8])], marker: Bool, payloadType: UInt8,
        timestamp: UInt32, ssrc: SSRC, index: UInt64, into outbox: inout Outbox
    ) {
        guard let transport, let path = transport.path else { return }
        var block: [UInt8] = []
        for element in elements {
            block.append(element.id << 4 | UInt8(element.bytes.count - 1))
            block += element.bytes
        }
        while block.count % 4 != 0 { block.append(0) }
        if !block.isEmpty { block = [0xBE, 0xDE, 0, UInt8(block.count / 4)] + block }
        let header = RTPHeader(
            marker: marker, payloadType: payloadType,
            sequenceNumber: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: index)), timestamp: timestamp,
            ssrc: ssrc)
        var room = outbox.reserve(12 + block.count + payload.count + 32)
        guard (try? header.write(to: &room, hasExtension: !block.isEmpty)) != nil,
            (try? room.copy(block.span.bytes, at: 12)) != nil,
            let length = transport.protectRTP(
                into: &room, headerLength: 12 + block.count, prefixLength: 0, rest: payload.span.bytes, ssrc: ssrc,
                index: index)
        else { return }
        outbox.commit(length, to: path)
    }

    // MARK: RTCP

    func sendFeedback(at now: Instant, into outbox: inout Outbox) {
        guard let transport, let path = transport.path else { return }
        var buffer = [UInt8](repeating: 0, count: 1_400)
        var writer = RTCPWriter()
        var span = buffer.mutableSpan
        var raw = span.mutableBytes
        let feedback = session?.feedbackSSRC ?? SSRC(rawValue: 7)
        if nextReport <= now {
            nextReport = now.advanced(by: .seconds(1))
            for stream in streams where stream.packets > 0 && stream.reports {
                let info = SenderInfo(
                    ntp: ntp(at: now), rtpTimestamp: stream.timestamp(at: now, drift: drift),
                    packetCount: stream.packets, octetCount: stream.octets)
                try? writer.senderReport(ssrc: stream.ssrc, info: info, to: &raw)
            }
            try? writer.receiverReport(ssrc: feedback, to: &raw)
            for index in slots.indices {
                let ssrc = slots[index].ssrc
                guard let block = slots[index].statistics.makeReport(ssrc: ssrc, at: now) else { continue }
                _ = try? writer.report(block, to: &raw)
            }
        }
        if writer.isEmpty { try? writer.receiverReport(ssrc: feedback, to: &raw) }
        let empty = writer.end
        for index in slots.indices where sendsNACK && slots[index].isPicture {
            var list = NackList()
            slots[index].nacks.poll(at: now, into: &list)
            try? writer.nack(list, sender: feedback, media: slots[index].ssrc, to: &raw)
            slots[index].nacked += list.count
        }
        for index in slots.indices where slots[index].wantsKeyframe {
            slots[index].wantsKeyframe = false
            try? writer.pictureLoss(sender: feedback, media: slots[index].ssrc, to: &raw)
        }
        guard writer.end > empty || writer.end > 8 else { return }
        guard let length = transport.protectRTCP(&raw, length: writer.end) else { return }
        outbox.append(Array(buffer.prefix(length)), to: path)
    }

    /// What its wall clock shows.
    func ntp(at now: Instant) -> NTPTime {
        NTPTime(unixNanoseconds: World.epoch + now.nanoseconds).advanced(by: clockOffset)
    }

    func receiveRTCP(_ compound: [UInt8], at now: Instant, into outbox: inout Outbox) {
        let bytes = compound.span.bytes
        var reader = RTCPReader()
        while let packet = try? reader.next(in: bytes) {
            switch packet {
            case .senderReport(let report):
                for index in slots.indices where slots[index].ssrc == report.ssrc {
                    slots[index].statistics.receiveSenderReport(ntp: report.info.ntp, at: now)
                    slots[index].reports.append((now, report.info.ntp, report.info.rtpTimestamp))
                }
            case .nack(let nack):
                guard let index = streams.firstIndex(where: { $0.ssrc == nack.media }) else { continue }
                for place in 0..<nack.entryCount {
                    guard let entry = try? nack.entry(place, in: bytes) else { continue }
                    for number in entry { resend(number, of: index, into: &outbox) }
                }
            case .pictureLoss(let loss):
                keyframeRequests += 1
                guard let index = streams.firstIndex(where: { $0.ssrc == loss.media }) else { continue }
                streams[index].wantsKeyframe = true
            case .receiverEstimatedBitrate(let estimate): lastEstimate = estimate.bitrate
            case .receiverReport, .sourceDescription, .goodbye, .fullIntraRequest, .unknown: break
            }
        }
    }
}
