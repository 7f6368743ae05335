import RTP
import SDP
import Units
import Wire

/// One slot as its receiver sees it.
struct ReceivedSlot {
    struct Packet: Sendable {
        var at: Instant
        /// 48 bits.
        var index: UInt64
        var timestamp: UInt32
        var payloadType: UInt8
        var marker: Bool
        var isRepair: Bool
        var level: AudioLevel?
        var descriptor: VP8Descriptor?
        var descriptorBytes: [UInt8]
        var mark: Mark?
    }

    let isPicture: Bool
    let number: Int
    let ssrc: SSRC
    let repairSSRC: SSRC?
    let cname: String
    let codecs: [CodecMapping]
    let extensions: SDP.ExtensionIDs
    var nacks = NackGenerator()
    var statistics: ReceptionStatistics
    var nacked = 0
    var wantsKeyframe = false
    /// In order of arrival.
    var packets: [Packet] = []
    var reports: [(at: Instant, ntp: NTPTime, timestamp: UInt32)] = []
    var highest: UInt64 = 0

    init(isPicture: Bool, _ section: ReceivingSection) {
        self.isPicture = isPicture
        number = section.slot
        ssrc = section.ssrc
        repairSSRC = section.resendingSSRC
        cname = section.cname
        codecs = section.codecs
        extensions = section.extensions
        statistics = ReceptionStatistics(clockRate: isPicture ? 90_000 : 48_000)
    }

    var hasRepairs: Bool { packets.contains { $0.isRepair } }
    /// In order of sequence numbers.
    var inOrder: [Packet] { packets.sorted { $0.index < $1.index } }
    /// Whose packets came since `start`, in order, without repeats.
    func publishers(since start: Instant = .zero) -> [UInt8] {
        var result: [UInt8] = []
        for packet in packets where packet.at >= start {
            guard let publisher = packet.mark?.publisher, result.last != publisher else { continue }
            result.append(publisher)
        }
        return result
    }
    func layers(since start: Instant) -> Set<UInt8> {
        Set(packets.filter { $0.at >= start }.compactMap { $0.mark?.layer })
    }
    /// The true time at which what has `timestamp` is to be shown, by the newest report at `now`.
    func presentation(of packet: Packet, now: Instant) -> Duration? {
        guard let report = reports.last(where: { $0.at <= now }) else { return nil }
        let ticks = Int64(Int32(bitPattern: packet.timestamp &- report.timestamp))
        let rate: Int64 = isPicture ? 90_000 : 48_000
        let shown = report.ntp.advanced(by: .nanoseconds(ticks * 1_000_000_000 / rate))
        return shown.since(NTPTime(unixNanoseconds: World.epoch))
    }
}

extension SimulatedClient {
    func receiveRTP(_ packet: [UInt8], index: UInt64, at now: Instant) {
        let bytes = packet.span.bytes
        guard let header = try? RTPHeader(parsing: bytes) else { return }
        guard let place = slots.firstIndex(where: { $0.ssrc == header.ssrc || $0.repairSSRC == header.ssrc }) else {
            return
        }
        var payload = header.payload
        var number = header.sequenceNumber
        let isRepair = slots[place].repairSSRC == header.ssrc
        if isRepair {
            guard let repair = RTXPayload(of: header, in: bytes) else { return }
            payload = repair.payload
            number = repair.originalSequenceNumber
        }
        let original = isRepair ? slots[place].highest.nearestIndex(of: number) : index
        slots[place].highest = max(slots[place].highest, original)
        slots[place].nacks.receive(number, at: now)
        if !isRepair { slots[place].statistics.receive(header, at: now) }
        let mapping = slots[place].codecs.first {
            $0.payloadType == header.payloadType || $0.resendingPayloadType == header.payloadType
        }
        var descriptor: VP8Descriptor?
        if mapping?.codec == .video(.vp8) { descriptor = try? VP8Descriptor(parsing: bytes, payload: payload) }
        let start = payload.lowerBound + (descriptor?.length ?? 0)
        let ids = RTP.ExtensionIDs(mid: slots[place].extensions.mid, audioLevel: slots[place].extensions.audioLevel)
        slots[place].packets.append(
            ReceivedSlot.Packet(
                at: now, index: original, timestamp: header.timestamp, payloadType: header.payloadType,
                marker: header.marker, isRepair: isRepair,
                level: ExtensionValues(of: header, in: bytes, ids: ids).audioLevel, descriptor: descriptor,
                descriptorBytes: Array(packet[payload.lowerBound..<start]),
                mark: Mark(reading: packet[start..<payload.upperBound])))
    }

    var mainPicture: ReceivedSlot { slot(isPicture: true, 0) }
    func picture(_ number: Int) -> ReceivedSlot { slot(isPicture: true, number) }
    func sound(_ number: Int) -> ReceivedSlot { slot(isPicture: false, number) }

    private func slot(isPicture: Bool, _ number: Int) -> ReceivedSlot {
        guard let slot = slots.first(where: { $0.isPicture == isPicture && $0.number == number }) else {
            fatalError("client \(self.number) has no such slot")
        }
        return slot
    }

    /// Forgets what was received, not where it stands.
    func forgetReceived() {
        for index in slots.indices { slots[index].packets.removeAll(keepingCapacity: true) }
    }
}
