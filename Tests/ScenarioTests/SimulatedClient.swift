import ICE
import OpenSSL
import RTP
import SDP
import SimulatedNetwork
import Testing
import Transport
import Units
import Wire

/// A client of the bridge in simulated time: our own offer, real ICE, DTLS and SRTP, synthetic media.
final class SimulatedClient {
    /// What it wants to do; our own client's offers are made from it.
    struct Plan {
        var microphone = true
        var camera: SDP.VideoCodec? = .vp8
        var layers: [String] = []
        var audioSlots = 3
        var pictureSlots = 1
        /// Whether RTX is offered, for what is sent and for what is received.
        var resends = true
        var received: [SDP.VideoCodec] = [.vp8, .h264]

        static let sender = Plan(audioSlots: 0, pictureSlots: 0)
        static let receiver = Plan(microphone: false, camera: nil)
    }

    let number: UInt8
    var address: SocketAddress
    var plan: Plan
    var random: SplitMix64
    let context: DTLSContext
    /// What its wall clock shows more than true time.
    var clockOffset = Duration.zero
    /// How much faster its media clocks run, as a fraction.
    var drift = 0.0
    var form = DescriptorForm.long
    /// Whether packets carry mid; rid comes with simulcast.
    var sendsMid = true

    private(set) var offer: ClientOffer?
    private(set) var credentials: ICE.ICECredentials
    var transport: MediaTransport?
    private(set) var session: NegotiatedSession?
    var location = ""
    var entityTag = ""
    var secret = ""

    var streams: [TestStream] = []
    var slots: [ReceivedSlot] = []
    var nextReport = Instant.zero
    /// Whether it does nothing at all, as if its line had been cut.
    var isSilent = false
    var sendsNACK = true
    /// PLIs and NACKs that came for its own streams.
    var keyframeRequests = 0
    var lastEstimate: Bitrate?
    var received = 0
    var resendsAnswered = 0

    init(number: UInt8, address: SocketAddress, plan: Plan, context: DTLSContext, seed: UInt64) {
        self.number = number
        self.address = address
        self.plan = plan
        self.context = context
        random = SplitMix64(state: seed)
        credentials = .make(using: &random)
    }

    // MARK: Offer and answer

    func makeOffer() throws -> String {
        credentials = .make(using: &random)
        let written = SDP.ICECredentials(fragment: credentials.fragment, password: credentials.password)
        let own = SDP.Fingerprint("sha-256 \(context.certificate.sha256Fingerprint)")
        let (local, print) = (try #require(written), try #require(own))
        var wishes = OfferPlan(
            sendsMicrophone: plan.microphone, camera: plan.camera, layers: plan.layers, audioSlots: plan.audioSlots,
            pictureSlots: plan.pictureSlots, credentials: local, fingerprint: print)
        wishes.receivedCodecs = plan.received
        var offer = wishes.offer(random: &random)
        if !plan.resends { offer.leaveOutResending() }
        self.offer = offer
        return offer.description.description
    }

    func accept(_ answer: String, at now: Instant) throws {
        let offer = try #require(offer)
        let session = try offer.read(answer: try SessionDescription(parsing: answer))
        self.session = session
        let theirs = ICE.ICECredentials(
            fragment: session.remoteCredentials.fragment, password: session.remoteCredentials.password)
        let remote = try #require(theirs)
        let prints = session.remoteFingerprints.map { print in
            let words = print.description.split(separator: " ")
            return Transport.Fingerprint(algorithm: String(words[0]), value: String(words[1]))
        }
        transport = try MediaTransport(
            client: credentials, remote: remote, candidates: session.remoteCandidates.map(\.address),
            fingerprints: prints, dtls: context, tieBreaker: random.next(), at: now)
        streams = []
        slots = []
        nextReport = now.advanced(by: .milliseconds(150))
        for section in session.sections {
            if let sending = section.sending { addStreams(sending, mid: section.mid, at: now) }
            if let receiving = section.receiving {
                slots.append(ReceivedSlot(isPicture: section.kind == .video, receiving))
            }
        }
    }

    private func addStreams(_ sending: SendingSection, mid: String, at now: Instant) {
        let codec: TestCodec =
            switch sending.codec.codec {
            case .opus: .opus
            case .video(.vp8): .vp8
            case .video(.h264): .h264
            }
        for (layer, source) in sending.sources.enumerated() {
            var stream = TestStream(
                ssrc: source.ssrc, repairSSRC: source.resending, codec: codec, payloadType: sending.codec.payloadType,
                repairPayloadType: sending.codec.resendingPayloadType, at: now, random: &random)
            if sendsMid, let id = sending.extensions.mid {
                stream.elements.append((id, Array(mid.utf8)))
                stream.repairElements.append((id, Array(mid.utf8)))
            }
            stream.levelID = sending.extensions.audioLevel
            stream.form = form
            if !sending.layers.isEmpty {
                let rid = Array(sending.layers[layer].utf8)
                if let id = sending.extensions.streamID { stream.elements.append((id, rid)) }
                if let id = sending.extensions.repairedStreamID { stream.repairElements.append((id, rid)) }
                stream.layer = UInt8(layer)
                let scale = UInt16(1 << (sending.layers.count - 1 - layer))
                stream.size = (1_280 / scale, 720 / scale)
            }
            streams.append(stream)
        }
    }

    var isConnected: Bool { transport?.state == .connected }

    // MARK: Time

    func tick(at now: Instant, into outbox: inout Outbox) {
        guard !isSilent, let transport else { return }
        if let due = transport.deadline, due <= now { _ = transport.advance(to: now, random: &random, into: &outbox) }
        guard transport.state == .connected else { return }
        for index in streams.indices where streams[index].nextFrame <= now { sendFrame(index, at: now, into: &outbox) }
        sendFeedback(at: now, into: &outbox)
    }

    func receive(_ datagram: Datagram, at now: Instant, into outbox: inout Outbox) {
        guard !isSilent, let transport else { return }
        var bytes = datagram.bytes
        let path = NetworkPath(remote: datagram.source, local: SocketAddress(.anyV4, port: 0))
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        switch transport.receive(&raw, on: path, at: now, into: &outbox) {
        case .rtp(let length, let index):
            let packet = Array(bytes.prefix(length))
            received += 1
            receiveRTP(packet, index: index, at: now)
        case .rtcp(let length):
            receiveRTCP(Array(bytes.prefix(length)), at: now, into: &outbox)
        case .changed, .nothing: break
        }
    }
}

extension ClientOffer {
    /// Takes RTX out of every section.
    fileprivate mutating func leaveOutResending() {
        for index in description.media.indices {
            let types = description.media[index].attributes.compactMap { attribute -> String? in
                guard attribute.name == "rtpmap", let value = attribute.value, value.hasSuffix(" rtx/90000") else {
                    return nil
                }
                return String(value.prefix { $0 != " " })
            }
            description.media[index].formats.removeAll { types.contains($0) }
            description.media[index].attributes.removeAll { attribute in
                guard let value = attribute.value else { return false }
                let isOfType = ["rtpmap", "fmtp", "rtcp-fb"].contains(attribute.name)
                return attribute.name == "ssrc-group" || isOfType && types.contains { value.hasPrefix($0 + " ") }
            }
        }
    }
}
